package bot_test

import (
	"strings"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/store"
)

// TestRemovedSchedulePostsNoMore removes a schedule whose question has landed in one of two channels: the other gets
// nothing any more, and what was seen is still revealed.
func TestRemovedSchedulePostsNoMore(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"schedule remove", "schedule pause", "schedule edit ID channel=C"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				other := m.platform.Channel("W", "D")
				m.platform.Faults.Order(bottest.Fault{Kind: bottest.RateLimit, Channel: other, Times: bottest.Always})
				said := m.order("Mina", "schedule add daily 10:00 reveal=12:00 channel=C,D")
				id := strings.Split(said, "`")[1]
				m.until(clock(10, 1))
				m.order("Mina", strings.ReplaceAll(command, "ID", id))
				m.happened(m.platform, bottest.RateLimit)
				m.platform.Faults.Clear()
				m.until(clock(13, 0))
				if n := len(m.posts(other)); n != 0 {
					t.Errorf("%d posts where nobody is asked any more", n)
				}
				if posts := m.posts(m.channel); len(posts) != 1 || len(posts[0].Replies) != 1 {
					t.Errorf("the question that was seen: %+v", posts)
				}
			})
		})
	}
}

// TestEditKeepsWhatWaits changes something else about a schedule of several slots a day while a question waits.
func TestEditKeepsWhatWaits(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.RateLimit, Times: 3, After: time.Minute})
		said := m.order("Mina", "schedule add daily 10:00,14:00")
		m.until(clock(10, 1))
		m.order("Mina", "schedule edit "+strings.Split(said, "`")[1]+" grace=2h")
		m.until(clock(11, 0))
		m.happened(m.platform, bottest.RateLimit)
		if n := len(m.posts(m.channel)); n != 1 {
			t.Errorf("%d posts, want the one that waited", n)
		}
	})
}

// TestNoThreadNoSilence refuses the thread of a round that is answered in its thread only: it can be answered all the
// same, and the post says how.
func TestNoThreadNoSilence(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.order("Mina", "settings mode=open")
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.Refuse, Op: bot.OpenThread})
		m.order("Mina", "post reveal=2h")
		m.wait(2 * time.Minute)
		m.happened(m.platform, bottest.Refuse)
		if text := m.posts(m.channel)[0].Text; !strings.Contains(text, "there is no thread here") {
			t.Errorf("the post says %q", text)
		}
		if said := m.order("Jun", "answer Here I am."); !strings.Contains(said, "is safe") {
			t.Errorf("the answer is answered with %q", said)
		}
		m.wait(3 * time.Hour)
		if text := m.posts(m.channel)[0].Text; !strings.Contains(text, "below") {
			t.Errorf("after the reveal the post says %q", text)
		}
	})
}

// TestRestoredQuestionIsMended restores a backup after which the same slot asks another question than it had asked: the
// post that is found is made to ask what its round asks now.
func TestRestoredQuestionIsMended(t *testing.T) {
	t.Parallel()
	copied := t.TempDir() + "/backup.db"
	play(t, func(m *machine) {
		m.order("Mina", "schedule add daily 10:00 reveal=20:00")
		m.wait(30 * time.Minute)
		if err := m.store.Backup(m.t.Context(), copied); err != nil {
			t.Fatal(err)
		}
		m.order("Mina", "post reveal=8h") // takes the first question
		m.until(clock(10, 30))
		m.off()
		if err := store.Restore(m.t.Context(), copied, m.path, true); err != nil {
			t.Fatal(err)
		}
		m.on()
		m.wait(10 * time.Minute)
		posts := m.posts(m.channel)
		if len(posts) != 2 || !strings.Contains(posts[1].Text, "What is a?") {
			t.Fatalf("the platform holds %+v", posts)
		}
	}, bottest.Options{Window: -1})
}

// TestMaintainersHearWithoutSchedule posts the whole bank by command: somebody is told that it comes again.
func TestMaintainersHearWithoutSchedule(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		for range 4 {
			m.order("Mina", "post")
		}
		m.wait(time.Minute)
		if told := m.notices(); len(told) != 1 || !strings.Contains(told[0].Text, "every question") {
			t.Errorf("told %+v", told)
		}
	})
}
