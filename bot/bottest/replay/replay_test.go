package replay_test

import (
	"testing"

	"rewind/bot/bottest"
	"rewind/bot/bottest/replay"
)

// TestDays plays the transcripts on the platform in memory, which must come to the same as in the terminal.
func TestDays(t *testing.T) {
	t.Parallel()
	replay.Days(t, "../../console/testdata/days", func(t *testing.T) bottest.Subject {
		return bottest.NewMemory(nil, bottest.Options{}).Subject()
	})
}
