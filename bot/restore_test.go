package bot_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rewind/bot/bottest"
	"rewind/store"
)

// TestRestorePostsNothingTwice goes back to a backup from before or in the middle of a day that was played on: what is on
// the platform already is found and adopted, with the answers under it.
func TestRestorePostsNothingTwice(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		backup time.Time
	}{
		{"before the slot", clock(9, 30)},
		{"between the question and its reveal", clock(11, 0)},
		{"after the reveal", clock(12, 30)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			copied := filepath.Join(t.TempDir(), "backup.db")
			play(t, func(m *machine) {
				m.order("Mina", "schedule add daily 10:00 reveal=12:00")
				backup := func(at time.Time) {
					m.until(at)
					if at.Equal(row.backup) {
						if err := m.store.Backup(m.t.Context(), copied); err != nil {
							t.Fatal(err)
						}
					}
				}
				backup(clock(9, 30))
				m.until(clock(10, 30))
				m.platform.Say(m.thread(m.channel, 1), m.platform.Account("W", "Jun"), "Jun", "It is a letter.")
				backup(clock(11, 0))
				backup(clock(12, 30))
				m.until(clock(13, 0))
				m.off()
				if err := store.Restore(m.t.Context(), copied, m.path, true); err != nil {
					t.Fatal(err)
				}
				m.on()
				m.wait(time.Hour)

				posts := m.posts(m.channel)
				if len(posts) != 1 || len(posts[0].Replies) != 1 || posts[0].Thread == "" {
					t.Fatalf("the platform holds %+v", posts)
				}
				if got := m.order("Jun", "score"); !strings.HasPrefix(got, "**10 points**") {
					t.Errorf("Jun's answer counts as %q", got)
				}
			}, bottest.Options{Window: -1})
		})
	}
}
