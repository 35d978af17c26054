package discord

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queue{workers: 2, inLane: 2, bytes: 100}
		var mu sync.Mutex
		var done []string
		busy, most := 0, 0
		put := func(lane string, weight int) bool {
			return q.put(lane, weight, func() {
				mu.Lock()
				busy++
				most = max(most, busy)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				defer mu.Unlock()
				busy--
				done = append(done, fmt.Sprint(lane, weight))
			})
		}
		for _, odd := range []struct {
			lane   string
			weight int
			want   bool
		}{
			{"a", 1, true}, {"a", 2, true},
			{"a", 3, false}, // the lane is full
			{"b", 80, true},
			{"c", 18, false}, // the queue is
			{"c", 17, true}, {"d", 0, true},
		} {
			if got := put(odd.lane, odd.weight); got != odd.want {
				t.Errorf("%+v: %v", odd, got)
			}
		}
		q.all.Wait()
		// Lanes take turns: the second job of a waits for those of c and d.
		slices.Sort(done[:2])
		slices.Sort(done[2:4])
		if got := strings.Join(done, " "); got != "a1 b80 c17 d0 a2" || most != 2 {
			t.Errorf("done %s, %d at once", got, most)
		}
		if q.weight != 0 || q.working != 0 || len(q.lanes) != 0 || len(q.turn) != 0 {
			t.Errorf("left is %d of weight, %d at work, %v", q.weight, q.working, q.lanes)
		}
		if !put("a", 100) {
			t.Error("it takes no more")
		}
		q.all.Wait()
	})
}

func TestPlace(t *testing.T) {
	for _, odd := range []struct {
		kind, data, channel, lane string
	}{
		{"MESSAGE_CREATE", `{"id":"1","channel_id":"2","guild_id":"3"}`, "2", "2"},
		{"MESSAGE_DELETE_BULK", `{"ids":["1"],"channel_id":"2","guild_id":"3"}`, "2", "2"},
		{"MESSAGE_REACTION_ADD", `{"user_id":"1","channel_id":"2","message_id":"4","guild_id":"3"}`, "2", "2"},
		{"THREAD_DELETE", `{"id":"2","guild_id":"3","parent_id":"5"}`, "2", "2"}, // with the thread's messages
		{"CHANNEL_DELETE", `{"id":"2","guild_id":"3"}`, "2", "2"},
		{"INTERACTION_CREATE", `{"id":"1","channel_id":"2","guild_id":"3"}`, "2", "interaction 1"},
		{"GUILD_DELETE", `{"id":"3","unavailable":true}`, "", "guild 3"},
		{"GUILD_ROLE_UPDATE", `{"guild_id":"3","role":{"id":"1"}}`, "", "guild 3"}, // after the guild's creation
		{"GUILD_EMOJIS_UPDATE", `{"guild_id":"3"}`, "", "guild 3"},
		{"CHANNEL_PINS_UPDATE", `{"guild_id":"3","channel_id":"2"}`, "2", "2"},
		{"USER_UPDATE", `{"id":"1"}`, "", "guild "},
		{"MESSAGE_CREATE", `{"id":7,"channel_id":"2"}`, "2", "2"}, // a number where there was none
		{"MESSAGE_CREATE", `[]`, "", "guild "},
		{"MESSAGE_CREATE", ``, "", "guild "},
		{"INTERACTION_CREATE", `null`, "", "interaction "},
	} {
		if channel, lane := place(odd.kind, json.RawMessage(odd.data)); channel != odd.channel || lane != odd.lane {
			t.Errorf("%s %s is in channel %q, lane %q, want %q, %q", odd.kind, odd.data, channel, lane, odd.channel, odd.lane)
		}
	}
}

func FuzzPlace(f *testing.F) {
	f.Add("MESSAGE_CREATE", []byte(`{"id":"1","channel_id":"2","guild_id":"3"}`))
	f.Add("GUILD_CREATE", []byte(`{"id":{}}`))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		if _, lane := place(kind, data); lane == "" {
			t.Errorf("%q %q has no lane", kind, data)
		}
	})
}
