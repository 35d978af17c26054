package store

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"rewind/store/measure"
)

// The goals of docs/performance.md for the store, each beside its baseline: both are measured alternately in nine rounds
// of one run, which share b.N operations, and the medians of the rounds are compared. Run them with a fixed -benchtime.

// crew is a group in which a hundred members answer in the thread of each round, with what each answer writes.
type crew struct {
	b       *testing.B
	store   *Store // the measured one
	scribe  *Store // the same answers, recorded beforehand to know what they write
	commits atomic.Int64
	writes  [][]write // of each answer that is about to be measured
}

const crewSize = 100

func crewAccount(i int) Account {
	return Account{Platform: "memory", Workspace: "W", User: fmt.Sprintf("user-%03d", i%crewSize)}
}

func crewThread() Thread {
	return Thread{Channel: Channel{Platform: "memory", Workspace: "W", ID: "C"}, ID: "thread"}
}

var crewDay = time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)

// newCrew makes the rounds that so many answers need, in the store and in each bare file.
func newCrew(b *testing.B, answers int, bare ...*bbolt.DB) *crew {
	c := &crew{b: b, writes: make([][]write, answers)}
	c.store = openTestStore(b, Options{Fault: func(op string) error {
		if op == "commit" {
			c.commits.Add(1)
		}
		return nil
	}})
	c.scribe = openTestStore(b, Options{})
	begin := func(tx *Tx) {
		for i := range crewSize {
			a := crewAccount(i)
			tx.PutMember(Member{ID: "m-" + a.User, Name: a.User, Accounts: []Account{a}, Joined: crewDay})
		}
		for n := 1; n <= 1+answers/crewSize; n++ {
			tx.PutRound(Round{Number: n, Day: "2026-03-09", Due: crewDay, State: Opened, Mode: ModeBoth, Question: "q"})
			tx.PutPost(Post{Round: n, Channel: crewThread().Channel, Message: "message", Landed: crewDay})
		}
	}
	must(b, c.store.UpdateGroup(context.Background(), "a", func(tx *Tx) error { begin(tx); return nil }))
	log := c.logged(begin)
	for _, db := range bare {
		must(b, db.Update(func(tx *bbolt.Tx) error { return replayWrites(tx, log) }))
	}
	return c
}

// logged carries fn out in the scribe's store and returns what it writes.
func (c *crew) logged(fn func(tx *Tx)) (log []write) {
	must(c.b, c.scribe.UpdateGroup(context.Background(), "a", func(tx *Tx) error {
		log = nil
		tx.log = &log
		fn(tx)
		return nil
	}))
	return log
}

// prepare finds out what the answers of from to below to write, and forgets it of those before, so that the measured
// store's garbage is its own.
func (c *crew) prepare(from, to int) {
	clear(c.writes[:from])
	for i := from; i < to; i++ {
		c.writes[i] = c.logged(answering(i))
	}
	runtime.GC()
}

// record remembers an answer in the measured store.
func (c *crew) record(i int) {
	fn := answering(i)
	must(c.b, c.store.UpdateGroup(context.Background(), "a", func(tx *Tx) error { fn(tx); return nil }))
}

// answering remembers the answer as the bot does for a comment: the comment, the answer, the points and the post's edit.
// At most what one member said is read, since it is the store that is measured.
func answering(i int) func(tx *Tx) {
	a, t, at := crewAccount(i), crewThread(), crewDay.Add(time.Duration(i)*time.Second)
	return func(tx *Tx) {
		r, _ := tx.Round(1 + i/crewSize)
		id := fmt.Sprintf("comment-%09d", i)
		tx.Comment(r.Number, t, id)
		m, _ := tx.MemberOf(a)
		tx.Peek(r.Number, m.ID)
		tx.PutComment(Comment{Round: r.Number, Thread: t, ID: id, Member: m.ID, Text: benchText, Said: at, Revision: at})
		tx.Answer(r.Number, m.ID)
		tx.PutAnswer(Answer{Round: r.Number, Member: m.ID, Text: benchText, At: at, Channel: t.Channel})
		tx.Give(Line{Cause: fmt.Sprintf("answer/%d", r.Number), Member: m.ID, Amount: 10, Reason: "answer", Round: r.Number, Day: r.Day, Channel: t.Channel, At: at})
		for _, p := range tx.Posts(r.Number) {
			l, _ := tx.Letter(fmt.Sprintf("%d/edit", r.Number))
			l.ID, l.Kind, l.Round, l.Channel, l.Due, l.Expires = fmt.Sprintf("%d/edit", r.Number), LetterEdit, r.Number, p.Channel, crewDay, at
			l.Changes++
			tx.PutLetter(l)
		}
	}
}

const benchText = "A process has its own memory; threads share the memory of theirs, so switching between them costs less."

func replayWrites(tx *bbolt.Tx, log []write) error {
	for _, w := range log {
		bucket, err := tx.CreateBucketIfNotExists([]byte(w.space))
		if err != nil {
			return err
		}
		if w.sealed == nil {
			err = bucket.Delete([]byte(w.key))
		} else {
			err = bucket.Put([]byte(w.key), w.sealed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func bareBolt(b *testing.B) *bbolt.DB {
	return openTestBolt(b, filepath.Join(b.TempDir(), "bare.db")).db
}

// BenchmarkAnswerLone records one answer after the other. Goal: at most 1.3 times a bare Update of the same writes.
func BenchmarkAnswerLone(b *testing.B) {
	n, bare := measure.PerRound(b), bareBolt(b)
	c := newCrew(b, n*measure.Rounds, bare)
	c.prepare(0, n*measure.Rounds)
	recorded, replayed := 0, 0
	m := measure.Ranks(n, []float64{0.5}, func() time.Duration {
		recorded++
		return measure.Took(func() { c.record(recorded - 1) })
	}, func() time.Duration {
		replayed++
		return measure.Took(func() {
			must(b, bare.Update(func(tx *bbolt.Tx) error { return replayWrites(tx, c.writes[replayed-1]) }))
		})
	})
	a, z := m[0][0], m[1][0]
	measure.Report(b, map[string]float64{"x-update": a / z, "us-ours": a * 1e6, "us-update": z * 1e6, "writes": float64(len(c.writes[0]))})
}

// BenchmarkAnswer100 records answers that come from a hundred at once. Goal: at least 3 times as fast as the same writes
// through Batch with its defaults, and 7 times as fast as through serial Updates.
func BenchmarkAnswer100(b *testing.B) {
	n, batch, serial := max(crewSize, measure.PerRound(b)), bareBolt(b), bareBolt(b)
	c := newCrew(b, n*measure.Rounds, batch, serial)
	recorded, batched, before := 0, 0, c.commits.Load()
	rate := func(n int, d time.Duration) float64 { return float64(n) / d.Seconds() }
	m := measure.Medians(func() float64 {
		from := recorded
		recorded += n
		c.prepare(from, recorded)
		return rate(n, atOnce(from, recorded, c.record))
	}, func() float64 {
		from := batched
		batched += n
		return rate(n, atOnce(from, batched, func(i int) {
			must(b, batch.Batch(func(tx *bbolt.Tx) error { return replayWrites(tx, c.writes[i]) }))
		}))
	}, func() float64 {
		from := recorded - n
		return rate(crewSize, measure.Took(func() {
			for i := from; i < from+crewSize; i++ {
				must(b, serial.Update(func(tx *bbolt.Tx) error { return replayWrites(tx, c.writes[i]) }))
			}
		}))
	})
	measure.Report(b, map[string]float64{"x-batch": m[0] / m[1], "x-update": m[0] / m[2], "ours/s": m[0], "batch/s": m[1], "update/s": m[2],
		"answers/commit": float64(recorded) / float64(c.commits.Load()-before)})
}

// atOnce runs f for each of from to below to, a hundred at once.
func atOnce(from, to int, f func(i int)) time.Duration {
	var left atomic.Int64
	left.Store(int64(from))
	return measure.Took(func() {
		var wg sync.WaitGroup
		for range crewSize {
			wg.Go(func() {
				for i := left.Add(1) - 1; i < int64(to); i = left.Add(1) - 1 {
					f(int(i))
				}
			})
		}
		wg.Wait()
	})
}

var benchBoard = Board{Period: AllTime, Of: Everyone}

// boardOf returns the path of a store whose board has so many members, in no order.
func boardOf(b *testing.B, members int) string {
	path := filepath.Join(b.TempDir(), "rewind.db")
	s, err := Open(path, Options{})
	must(b, err)
	at := make([]int, members) // a member's place, by ID; the step shares no factor with powers of ten
	for place := range members {
		at[place*700_001%members] = place
	}
	row := func(id int) Row { return Row{ID: fmt.Sprintf("m-%07d", id), Points: members - at[id]} }
	write := func(put func(tx *Tx, i int)) {
		for from := 0; from < members; from += 50_000 {
			must(b, s.UpdateGroup(context.Background(), "a", func(tx *Tx) error {
				for i := from; i < min(members, from+50_000); i++ {
					put(tx, i)
				}
				return nil
			}))
		}
	}
	write(func(tx *Tx, id int) { r := row(id); rowTable.put(tx, r, benchBoard.Period, benchBoard.Of, r.ID) })
	write(func(tx *Tx, place int) {
		r := row(place * 700_001 % members)
		rankTable.put(tx, r.ID, rankParts(benchBoard, r)...)
	})
	must(b, s.Close())
	return path
}

// topTen reads the ten best of the board's order.
func topTen(b *testing.B, s *Store) (points []int) {
	must(b, s.ViewGroup(context.Background(), "a", func(tx *Tx) error {
		for r := range tx.Top(benchBoard) {
			if points = append(points, r.Points); len(points) == 10 {
				break
			}
		}
		return nil
	}))
	return points
}

// scanTen finds the ten best among all rows, as lean as a scan can be: it checks no seals and decodes only the points.
func scanTen(b *testing.B, s *Store) (points []int) {
	prefix := rowTable.key([]any{benchBoard.Period, benchBoard.Of})
	must(b, s.engine.(*boltEngine).db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(groupScope("a"))).Cursor()
		for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
			p := 0
			for _, digit := range v[sealSize : sealSize+bytes.IndexByte(v[sealSize:], ' ')] {
				p = p*10 + int(digit-'0')
			}
			if len(points) == 10 && p <= points[9] {
				continue
			}
			place, _ := slices.BinarySearchFunc(points, p, func(have, p int) int { return p - have })
			points = slices.Insert(points, place, p)
			points = points[:min(10, len(points))]
		}
		return nil
	}))
	return points
}

// BenchmarkMillion compares what a board of a million members costs with one of a thousand, and opening its two million
// keys with opening an empty store. Goals: the top ten within 2 times, and 500 times as fast as a scan; opening within
// 10 times. The files are in the page cache.
func BenchmarkMillion(b *testing.B) {
	big, small := boardOf(b, 1_000_000), boardOf(b, 1_000)
	b.Run("top", func(b *testing.B) {
		million, thousand := mustOpen(b, big), mustOpen(b, small)
		if top, scan := topTen(b, million), scanTen(b, million); !slices.Equal(top, scan) || len(top) != 10 {
			b.Fatalf("the board says %v, its rows %v", top, scan)
		}
		n := measure.PerRound(b)
		each := func(s *Store) func() float64 {
			return func() float64 {
				return measure.Took(func() {
					for range n {
						topTen(b, s)
					}
				}).Seconds() / float64(n)
			}
		}
		m := measure.Medians(each(million), each(thousand), func() float64 { return measure.Took(func() { scanTen(b, million) }).Seconds() })
		measure.Report(b, map[string]float64{"x-thousand": m[0] / m[1], "scan-x": m[2] / m[0], "us-million": m[0] * 1e6, "us-thousand": m[1] * 1e6, "us-scan": m[2] * 1e6})
	})
	b.Run("open", func(b *testing.B) {
		empty := filepath.Join(b.TempDir(), "rewind.db")
		open := func(path string) func() float64 {
			return func() float64 {
				var s *Store
				d := measure.Took(func() { s = mustOpenOnly(b, path) })
				must(b, s.Close())
				return d.Seconds()
			}
		}
		open(empty)() // makes it
		m := measure.Medians(open(big), open(empty))
		measure.Report(b, map[string]float64{"x-empty": m[0] / m[1], "us-million": m[0] * 1e6, "us-empty": m[1] * 1e6})
	})
}

func mustOpenOnly(b *testing.B, path string) *Store {
	s, err := Open(path, Options{})
	must(b, err)
	return s
}

func mustOpen(b *testing.B, path string) *Store {
	s := mustOpenOnly(b, path)
	b.Cleanup(func() { must(b, s.Close()) })
	return s
}
