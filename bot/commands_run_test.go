package bot_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/questions"
	"rewind/store"
)

// orderIn gives a command in a channel and, if it has an ID, a thread; the zero place is a private conversation.
func (m *machine) orderIn(in bot.Thread, user, text string) bot.Reply {
	m.t.Helper()
	m.commands++
	reply, err := m.platform.Command(m.t.Context(), bot.Command{
		ID: fmt.Sprintf("in-%d", m.commands), From: m.platform.Account("W", user), Name: user, Admin: user == "Mina",
		Channel: in.Channel, Thread: in.ID, Text: text,
	})
	synctest.Wait()
	if err != nil {
		m.t.Errorf("%s: %v", text, err)
	}
	return reply
}

var usage = regexp.MustCompile("(?m)^- `/quiz ([^`]+)`")

// listed are the commands that help lists for somebody, as examples: every option is given, the first of its choices.
func (m *machine) listed(user string) (examples []string) {
	m.t.Helper()
	for _, found := range usage.FindAllStringSubmatch(m.order(user, "help"), -1) {
		words := strings.Fields(strings.NewReplacer("[#N]", "#1", "[", "", "]", "").Replace(found[1]))
		for i, w := range words {
			words[i], _, _ = strings.Cut(w, "|")
		}
		examples = append(examples, strings.Join(words, " "))
	}
	return examples
}

func say(key string, values ...bot.Values) string {
	return bot.Speak(questions.English).Say(key, values...)
}

// TestCommandsByRole gives everybody what help lists for maintainers.
func TestCommandsByRole(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.order("Mina", "schedule add daily 10:00 reveal=12:00")
		all, members := m.listed("Mina"), m.listed("Jun")
		if len(all) < 20 || len(members) < 10 || len(all) == len(members) {
			t.Fatalf("help lists %d commands, %d for members", len(all), len(members))
		}
		for _, text := range all {
			refused := m.order("Jun", text) == say("need_maintainer")
			// Everybody may look at the settings, so they are listed; the example would change them.
			if listed := slices.Contains(members, text); refused == listed && !strings.HasPrefix(text, "settings") {
				t.Errorf("%s is listed for members: %v, refused: %v", text, listed, refused)
			}
		}
	})
}

// TestCommandsInPrivate gives every command where there is no channel: all answer, and only to the person.
func TestCommandsInPrivate(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.order("Mina", "schedule add daily 10:00 reveal=12:00")
		needy := 0
		for _, text := range m.listed("Mina") {
			reply := m.orderIn(bot.Thread{}, "Mina", text)
			if reply.Message.Text == "" || !reply.Private {
				t.Errorf("%s is answered with %+v", text, reply)
			}
			if reply.Message.Text == say("need_channel") {
				needy++
			}
		}
		if needy != 2 {
			t.Errorf("%d commands need a channel, want those that post in one", needy)
		}
	})
}

// TestCommandsByState brings rounds into each state as life does, and asks for what can be done no more or not yet.
func TestCommandsByState(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		about := func(key string, round int) {
			t.Helper()
			for _, text := range []string{"answer #%d A letter.", "reveal #%d", "reveal #%d me"} {
				text = fmt.Sprintf(text, round)
				if got, want := m.order("Mina", text), say(key, bot.Values{"Round": round}); got != want {
					t.Errorf("%s says %q, want %q", text, got, want)
				}
			}
		}
		about("no_such_round", 1)
		if got := m.order("Mina", "answer A letter."); got != say("no_round") {
			t.Errorf("an answer to nothing: %q", got)
		}

		m.platform.Faults.Order(bottest.Fault{Kind: bottest.RateLimit, Times: bottest.Always, Op: bot.Say})
		m.order("Mina", "post reveal=3h")
		about("round_is_planned", 1)
		m.platform.Faults.Clear()
		m.wait(15 * time.Minute)
		m.thread(m.channel, 1)
		if got := m.order("Mina", "skip open"); got != say("skip_open", bot.Values{"Round": 1}) {
			t.Fatalf("skip says %q", got)
		}
		about("round_is_dropped", 1)

		m.order("Mina", "post reveal=3h")
		m.wait(time.Minute)
		if got := m.order("Jun", "answer #2 A letter."); !strings.Contains(got, "is safe") {
			t.Errorf("an answer to an open round: %q", got)
		}
		m.wait(3 * time.Hour)
		if got := m.order("Mina", "answer #2 Too late."); !strings.Contains(got, "for 3 points") {
			t.Errorf("an answer to a revealed round: %q", got)
		}
		m.wait(7*24*time.Hour + time.Minute)
		about("round_is_closed", 2)
		m.happened(m.platform, bottest.RateLimit)
	})
}

// TestWhichRound gives commands without a number while two rounds are open, each in a channel of its own.
func TestWhichRound(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		other := m.platform.Channel("W", "D")
		m.order("Mina", "post reveal=3h")
		m.give(other, "other", "Mina", "post reveal=3h")
		m.wait(time.Minute)
		first, second := m.thread(m.channel, 1), m.thread(other, 1)

		// In a channel it is that channel's, in a thread that thread's.
		for _, row := range []struct {
			in    bot.Thread
			round int
		}{
			{bot.Thread{Channel: m.channel}, 1},
			{bot.Thread{Channel: other}, 2},
			{first, 1},
			{second, 2},
		} {
			want := fmt.Sprintf("Your answer to #%d ", row.round)
			if got := m.orderIn(row.in, "Jun", "answer A letter.").Message.Text; !strings.HasPrefix(got, want) {
				t.Errorf("in %+v: %q", row.in, got)
			}
		}

		// Elsewhere it is asked for, and the button repeats the whole command.
		reply := m.orderIn(bot.Thread{}, "Sora", "answer One = two,\n> quoted\nthree.")
		if reply.Message.Text != say("which_round") || len(reply.Message.Actions) != 2 {
			t.Fatalf("two are open, and the reply is %+v", reply)
		}
		m.orderIn(bot.Thread{}, "Sora", reply.Message.Actions[1].Command)
		if got := m.answers(2)["Sora"]; got != "One = two,\n> quoted\nthree." {
			t.Errorf("the answer that was chosen for is %q", got)
		}
		if got, given := m.answers(1)["Sora"]; given {
			t.Errorf("the other round has the answer %q", got)
		}
	})
}

// TestNamedChannels names channels from a private conversation: they are the group's, and each is checked before the
// schedule is accepted.
func TestNamedChannels(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.order("Mina", "schedule add daily 10:00 reveal=12:00")
		m.platform.Channel("W", "D")
		var id string
		m.view(func(tx *store.Tx) {
			for s := range tx.Schedules() {
				id = s.ID
			}
		})
		for text, accepted := range map[string]bool{"channel=D": true, "channel=nowhere": false, "channel=D,nowhere": false} {
			got := m.orderIn(bot.Thread{}, "Mina", "schedule edit "+id+" "+text).Message.Text
			if strings.HasPrefix(got, say("schedule_changed")) != accepted {
				t.Errorf("%s says %q", text, got)
			}
		}
		m.view(func(tx *store.Tx) {
			s, _ := tx.Schedule(id)
			if want := []bot.Channel{{Platform: m.platform.Name(), Workspace: "W", ID: "D"}}; !slices.Equal(s.Channels, want) {
				t.Errorf("the schedule's channels are %+v", s.Channels)
			}
		})
		if checks := m.platform.Ops()[bottest.Check]; checks != 5 {
			t.Errorf("%d channels were checked", checks)
		}
		m.order("Jun", "schedule edit "+id+" channel=nowhere")
		if checks := m.platform.Ops()[bottest.Check]; checks != 5 {
			t.Error("a channel was checked for somebody who may not set it")
		}
	})
}
