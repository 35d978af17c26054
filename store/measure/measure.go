// Package measure is for benchmarks only: it holds the ways that a goal compares against each other, in one run, so that
// whatever else the machine is doing slows both. Each way is measured in nine rounds, in turn with the others, and the
// medians of the rounds are what is reported, beside the rate of the disk they were measured on.
package measure

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Rounds is how often each way is measured.
const Rounds = 9

// PerRound is how many operations a round has, of those that -benchtime asks for.
func PerRound(b *testing.B) int { return max(1, b.N/Rounds) }

// Took is how long f takes.
func Took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// Rank returns the smallest value that more than the share of all do not exceed: the median at 0.5, of a hundred the
// slowest at 0.99.
func Rank[T cmp.Ordered](values []T, share float64) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

// Medians runs each way once a round, in turn, and returns the median of what each says, in the order of the ways.
func Medians(ways ...func() float64) []float64 {
	said := make([][]float64, len(ways))
	for range Rounds {
		for i, way := range ways {
			said[i] = append(said[i], way())
		}
	}
	return middle(said)
}

// Ranks calls each way n times a round, in turn call by call. It returns, for each way and each share, the median over
// the rounds of the round's Rank, in seconds. A way says how long it took, since it may know better than a clock around it.
func Ranks(n int, shares []float64, ways ...func() time.Duration) [][]float64 {
	said := make([][][]float64, len(ways)) // by way and share
	for i := range ways {
		said[i] = make([][]float64, len(shares))
	}
	for range Rounds {
		times := make([][]float64, len(ways))
		for range n {
			for i, way := range ways {
				times[i] = append(times[i], way().Seconds())
			}
		}
		for i := range ways {
			for j, share := range shares {
				said[i][j] = append(said[i][j], Rank(times[i], share))
			}
		}
	}
	out := make([][]float64, len(ways))
	for i := range ways {
		out[i] = middle(said[i])
	}
	return out
}

func middle(said [][]float64) []float64 {
	out := make([]float64, len(said))
	for i, values := range said {
		out[i] = Rank(values, 0.5)
	}
	return out
}

// Report replaces the time of a whole operation, which means nothing here, by the values, and adds how often a second the
// disk overwrites a page and is done with it.
func Report(b *testing.B, values map[string]float64) {
	b.Helper()
	b.ReportMetric(0, "ns/op")
	for unit, v := range values {
		b.ReportMetric(v, unit)
	}
	f, err := os.Create(filepath.Join(b.TempDir(), "disk"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var times []time.Duration
	for i := range 100 {
		page := bytes.Repeat([]byte{byte(i)}, 4096) // a disk may skip what it holds already
		times = append(times, Took(func() {
			_, err := f.WriteAt(page, 0)
			if err == nil {
				err = datasync(f)
			}
			if err != nil {
				b.Fatal(err)
			}
		}))
	}
	b.ReportMetric(1/Rank(times, 0.5).Seconds(), "fdatasync/s")
}
