package slack

import (
	"testing"
	"testing/synctest"

	"rewind/bot/bottest"
	"rewind/bot/bottest/chaos"
)

// TestChaos lives through weeks in a workspace that fails, with a bot that is switched off and connections that are lost.
func TestChaos(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := newSubject(t)
		chaos.Play(t, s, chaos.Options{
			Seed: 7, Rounds: 60, People: 20,
			Kinds: []bottest.Kind{bottest.TimeOut, bottest.LoseAnswer, bottest.RateLimit, bottest.Stall},
		})
	})
}
