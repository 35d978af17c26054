package bot

import (
	"strings"
	"time"

	"rewind/store"
)

// plan is a schedule's record read back into what it means.
type plan struct {
	spec   spec
	zone   *time.Location
	reveal reveal
	rest   []restRange
}

// planOf reads a schedule's record; an error means that this Rewind does not understand what another one wrote.
func planOf(g store.Group, s store.Schedule) (plan, error) {
	p := plan{zone: zoneOf(s.Zone, g.Zone), rest: restOf(s.Rest)}
	var err error
	if p.spec, err = parseSpec(s.Spec); err != nil {
		return p, err
	}
	p.reveal, err = parseReveal(s.Reveal)
	return p, err
}

func restOf(days []store.Rest) []restRange {
	ranges := make([]restRange, len(days))
	for i, d := range days {
		ranges[i] = restRange{from: d.From, to: d.To}
	}
	return ranges
}

func (p plan) due(tx *store.Tx, s store.Schedule, now time.Time) (wall, bool) {
	return due(p.spec, p.zone, p.rest, s.Since, now, time.Duration(s.Grace), func(w wall) bool {
		_, decided := tx.Slot(s.ID, w.String())
		return decided
	})
}

func (p plan) upcoming(tx *store.Tx, s store.Schedule, now time.Time, n int) []upcomingSlot {
	return upcoming(p.spec, p.zone, p.rest, now, n, func(w wall) bool {
		slot, decided := tx.Slot(s.ID, w.String())
		return decided && slot.State == store.SlotSkipped
	})
}

func joinTopics(topics []string) string { return strings.Join(topics, ", ") }
