package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rewind/store"
)

// TestJoined says hello once, in the workspace's language, and again to who takes the bot in again.
func TestJoined(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := Workspace{Platform: "chat", ID: officeWorkspace, Name: "Office", Lang: "ko", Channel: room("C")}
	const id = "hello/chat/" + officeWorkspace
	for range 3 {
		if err := o.Joined(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	hello := o.take(id)
	if !strings.Contains(hello.delivery.Body.Text, "/quiz schedule add") || hello.delivery.To.Channel != room("C") {
		t.Errorf("hello is %+v", hello.delivery)
	}
	o.land(hello, "m1")
	if err := o.Joined(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if _, waits := o.letter(id); waits {
		t.Error("it says hello twice")
	}

	schedule := scheduleOf(o, o.say("Mina", "schedule add daily 10:00"))
	for range 2 {
		if err := o.Left(t.Context(), "chat", officeWorkspace); err != nil {
			t.Fatal(err)
		}
	}
	if got := o.notices(); len(got) != 1 || !strings.Contains(got[0], noticeLeft) {
		t.Errorf("maintainers are told %q", got)
	}
	if len(present(schedule())) != 0 || !strings.Contains(o.say("Mina", "schedule list").Message.Text, "cannot ask") {
		t.Errorf("the schedule still asks: %+v", schedule())
	}
	if err := o.Joined(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if _, waits := o.letter(id); !waits || len(present(schedule())) != 1 {
		t.Errorf("taken in again: hello waits is %v, the schedule is %+v", waits, schedule())
	}
	if err := o.Left(t.Context(), "chat", "unknown"); err != nil {
		t.Error(err)
	}
}

// scheduleOf reads the only schedule.
func scheduleOf(o *office, _ Reply) func() store.Schedule {
	return func() (only store.Schedule) {
		o.look(func(tx *store.Tx) {
			for s := range tx.Schedules() {
				only = s
			}
		})
		return only
	}
}

func TestTellOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 2 {
		if err := o.Tell(t.Context(), "chat", "", "discord_content"); err != nil {
			t.Fatal(err)
		}
	}
	told := o.notices()
	if len(told) != 1 {
		t.Fatalf("told %q", told)
	}
	c := o.take(told[0])
	if !strings.Contains(c.delivery.Body.Text, "Message Content") {
		t.Errorf("it says %q", c.delivery.Body.Text)
	}
	o.land(c, "m1")
	if err := o.Tell(t.Context(), "chat", officeWorkspace, "discord_content"); err != nil {
		t.Fatal(err)
	}
	if got := o.notices(); len(got) > 0 {
		t.Errorf("told again: %q", got)
	}
}

// TestChannelLost leaves a channel alone that refuses everything, says so once, and asks there again when it is resumed.
func TestChannelLost(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.couriers["chat"] = newCourier(o.Bot, sound{})
	schedule := scheduleOf(o, o.say("Mina", "schedule add daily 10:00 channel=C,D"))
	ask := func() int {
		o.pass(24 * time.Hour)
		o.clock.now = o.clock.now.Truncate(24 * time.Hour).Add(10 * time.Hour)
		o.Bot.agenda.soon(o.group)
		o.Bot.look(t.Context())
		n := 0
		o.look(func(tx *store.Tx) { g, _ := tx.Group(); n = g.LastRound })
		return n
	}
	first := ask()
	c := o.take(letterID(first, room("D"), store.LetterPost))
	if err := o.failed(t.Context(), scopeOf(o), c, &Failure{Outcome: Refused, Lost: true, Err: errors.New("missing permission")}); err != nil {
		t.Fatal(err)
	}
	if s := schedule(); !slices.Equal(s.Away, []Channel{room("D")}) {
		t.Errorf("away are %+v", s.Away)
	}
	second := ask()
	if second != first+1 {
		t.Fatalf("round %d, want %d", second, first+1)
	}
	if _, there := o.letter(letterID(second, room("D"), store.LetterPost)); there {
		t.Error("it asks there again")
	}
	if _, there := o.letter(letterID(second, room("C"), store.LetterPost)); !there {
		t.Error("it does not ask in the other channel")
	}
	told := slices.DeleteFunc(o.notices(), func(id string) bool { return !strings.Contains(id, noticeAway) })
	if len(told) != 1 {
		t.Errorf("maintainers are told %q", told)
	}
	o.say("Mina", "schedule resume "+schedule().ID)
	third := ask()
	if _, there := o.letter(letterID(third, room("D"), store.LetterPost)); !there {
		t.Error("resumed, it does not ask there")
	}
}

// sound is a platform on which every channel has all that is needed. Nothing else is asked of it.
type sound struct{ Platform }

func (sound) Check(context.Context, Channel) ([]Missing, error) { return nil, nil }

func scopeOf(o *office) (scope string) {
	o.look(func(tx *store.Tx) { scope = tx.Scope() })
	return scope
}

// pinless is a platform on which the bot may not pin.
type pinless struct{ Platform }

func (pinless) Check(context.Context, Channel) ([]Missing, error) {
	return []Missing{{Code: "pin", What: "Pin Messages"}}, nil
}

// TestPinMatters asks for the permission to pin only where the newest question is to be pinned.
func TestPinMatters(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.couriers["chat"] = newCourier(o.Bot, pinless{})
	if text := o.say("Mina", "schedule add daily 10:00").Message.Text; strings.Contains(text, "Pin Messages") {
		t.Errorf("without pins it says %q", text)
	}
	o.say("Mina", "settings pin=on")
	if text := o.say("Mina", "schedule add daily 11:00").Message.Text; !strings.Contains(text, "Pin Messages") {
		t.Errorf("with pins it says %q", text)
	}
}
