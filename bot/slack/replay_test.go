package slack

import (
	"testing"

	"rewind/bot/bottest"
	"rewind/bot/bottest/replay"
)

// TestDays plays the terminal's transcripts in a workspace, where all has to come to the same.
func TestDays(t *testing.T) {
	t.Parallel()
	replay.Days(t, "../console/testdata/days", func(t *testing.T) bottest.Subject {
		s, _ := newSubject(t)
		return s
	})
}
