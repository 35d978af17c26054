package store

import (
	"context"
	"slices"
	"testing"
	"time"
)

// BenchmarkUpdateDuringImport writes one record again and again while a bank of ten thousand questions is imported, and
// shows the longest time that one such update took, the 99th percentile and the median, beside those without an import. Goal: nobody waits
// longer than 100 ms.
func BenchmarkUpdateDuringImport(b *testing.B) {
	qs := hugeBank(10_000)
	var with, without []time.Duration
	for b.Loop() {
		s := openTestStore(b, Options{})
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			if _, _, err := s.ImportBank(context.Background(), FromNotes, qs, noon); err != nil {
				b.Error(err)
			}
		}()
		with = append(with, waits(b, s, stop)...)
		timer := make(chan struct{})
		time.AfterFunc(time.Second, func() { close(timer) })
		without = append(without, waits(b, s, timer)...)
	}
	slices.Sort(with)
	slices.Sort(without)
	b.ReportMetric(0, "ns/op")
	for unit, d := range map[string]time.Duration{
		"ms-longest": with[len(with)-1], "ms-p99": with[len(with)*99/100], "ms-p50": with[len(with)/2],
		"ms-longest-alone": without[len(without)-1], "ms-p99-alone": without[len(without)*99/100], "ms-p50-alone": without[len(without)/2],
	} {
		b.ReportMetric(d.Seconds()*1e3, unit)
	}
}

// waits updates until stop and returns how long each update took.
func waits(b *testing.B, s *Store, stop <-chan struct{}) (took []time.Duration) {
	for {
		select {
		case <-stop:
			return took
		default:
		}
		start := time.Now()
		putOne(b, s, "v")
		took = append(took, time.Since(start))
	}
}
