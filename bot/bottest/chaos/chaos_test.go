package chaos_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"rewind/bot/bottest"
	"rewind/bot/bottest/chaos"
)

// TestMemory lives through a few days on the platform in memory: one that keeps keys, and one with a history only.
func TestMemory(t *testing.T) {
	t.Parallel()
	for i, o := range []bottest.Options{{}, {Window: -1}} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chaos.Play(t, bottest.NewMemory(nil, o).Subject(), chaos.Options{
					Seed: uint64(i + 1), Rounds: 25, People: 20,
					Kinds: []bottest.Kind{bottest.TimeOut, bottest.LoseAnswer, bottest.RateLimit, bottest.Stall},
				})
			})
		})
	}
}
