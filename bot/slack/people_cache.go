package slack

import (
	"sync"
	"time"

	"rewind/bot"
)

// cache remembers values for a while, and no more than so many.
type cache[V any] struct {
	clock bot.Clock
	most  int
	life  time.Duration

	mu      sync.Mutex // guards entries
	entries map[string]cached[V]
}

type cached[V any] struct {
	value V
	until time.Time
}

func newCache[V any](clock bot.Clock, most int, life time.Duration) *cache[V] {
	return &cache[V]{clock: clock, most: most, life: life, entries: map[string]cached[V]{}}
}

func (c *cache[V]) get(key string) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok || !c.clock.Now().Before(e.until) {
		var none V
		return none, false
	}
	return e.value, true
}

func (c *cache[V]) put(key string, value V) { c.putFor(key, value, c.life) }

func (c *cache[V]) putFor(key string, value V, life time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	if _, known := c.entries[key]; !known && len(c.entries) >= c.most {
		c.makeRoom(now)
	}
	c.entries[key] = cached[V]{value, now.Add(life)}
}

func (c *cache[V]) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, key)
}

// makeRoom drops what is over, and if that is not enough a part of the rest, so that it is not done again at once. The
// caller holds mu.
func (c *cache[V]) makeRoom(now time.Time) {
	for key, e := range c.entries {
		if !now.Before(e.until) {
			delete(c.entries, key)
		}
	}
	keep := c.most - 1 - c.most/8
	for key := range c.entries {
		if len(c.entries) <= keep {
			return
		}
		delete(c.entries, key)
	}
}
