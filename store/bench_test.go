package store

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"sync/atomic"
	"testing"

	"go.etcd.io/bbolt"
)

// BenchmarkUpdate compares the group commit with bbolt's own ways, one caller and a hundred: 16-byte keys, 200-byte
// values that differ (a disk may skip what it holds already), 20,000 keys present. Run it with -benchtime=3s or more;
// a lone update should cost at most 1.3 times bbolt's Update, and a hundred should go 3 times as fast as with Batch.
func BenchmarkUpdate(b *testing.B) {
	ways := []struct {
		name string
		put  func(e *boltEngine) func(key, value []byte) error
	}{
		{"group", func(e *boltEngine) func(key, value []byte) error {
			return func(key, value []byte) error {
				return e.update(context.Background(), "s", func(w writer) error { return w.put("s", key, value) })
			}
		}},
		{"bbolt-update", func(e *boltEngine) func(key, value []byte) error {
			return func(key, value []byte) error {
				return e.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("s")).Put(key, value) })
			}
		}},
		{"bbolt-batch", func(e *boltEngine) func(key, value []byte) error {
			return func(key, value []byte) error {
				return e.db.Batch(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("s")).Put(key, value) })
			}
		}},
	}
	for _, callers := range []struct {
		name string
		run  func(b *testing.B, put func() error)
	}{{"lone", alone}, {"100", hundred}} {
		for _, way := range ways {
			b.Run(callers.name+"/"+way.name, func(b *testing.B) {
				e := openTestBolt(b, filepath.Join(b.TempDir(), "rewind.db"))
				fill(b, e, "s", 20_000)
				put := way.put(e)
				var n atomic.Uint64
				b.ResetTimer()
				callers.run(b, func() error { return put(benchRecord(n.Add(1))) })
			})
		}
	}
}

// BenchmarkView reads one record.
func BenchmarkView(b *testing.B) {
	s := openTestStore(b, Options{})
	putOne(b, s, "v")
	for b.Loop() {
		must(b, s.View(context.Background(), "g/a", func(tx *Tx) error { tx.get("g/a", []byte("k")); return nil }))
	}
}

func benchRecord(n uint64) (key, value []byte) {
	key = binary.BigEndian.AppendUint64([]byte("answer/x"), n) // in order of time, as Rewind's keys are
	return key, append(make([]byte, 184), key...)
}

func alone(b *testing.B, put func() error) {
	for range b.N {
		must(b, put())
	}
}

func hundred(b *testing.B, put func() error) {
	done := make(chan error)
	var left atomic.Int64
	left.Store(int64(b.N))
	for range 100 {
		go func() {
			var err error
			for err == nil && left.Add(-1) >= 0 {
				err = put()
			}
			done <- err
		}()
	}
	for range 100 {
		must(b, <-done)
	}
}
