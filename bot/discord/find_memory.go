package discord

import "sync"

// memory keeps the newest of what was learned, about as many entries as it may. What is asked for stays.
type memory[K comparable, V any] struct {
	most int // entries; set before use

	mu         sync.Mutex // guards what follows
	young, old map[K]V    // what was put or asked for lately, and what was before
}

func (m *memory[K, V]) get(k K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.young[k]
	if !ok {
		if v, ok = m.old[k]; ok {
			m.keep(k, v)
		}
	}
	return v, ok
}

func (m *memory[K, V]) put(k K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(k, v)
}

// keep puts an entry among the young ones. The caller holds mu.
func (m *memory[K, V]) keep(k K, v V) {
	if m.young == nil || len(m.young) > m.most/2 {
		m.old, m.young = m.young, map[K]V{}
	}
	m.young[k] = v
	delete(m.old, k)
}

func (m *memory[K, V]) forget(k K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.young, k)
	delete(m.old, k)
}
