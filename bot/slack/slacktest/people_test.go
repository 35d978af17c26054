package slacktest

import (
	"testing"

	"github.com/slack-go/slack"
)

func TestAdministratorsDeleteWhatOthersSaid(t *testing.T) {
	t.Parallel()
	s := New(t)
	c, ana, bob := s.Channel("general"), s.Member("ana"), s.Member("bob")
	m := ana.Say(c, "x")
	bob.Set(func(p *Profile) { p.Admin = true })
	bob.Delete(m)
	if n := len(c.Messages()); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}

func TestPeopleCannotDoTheImpossible(t *testing.T) {
	t.Parallel()
	s := New(stopper{&recorder{T: t}})
	ana, bob, c := s.Member("ana"), s.Member("bob"), s.Channel("general")
	secret, archived := s.Private("secret"), s.Channel("archived")
	archived.Archive()
	m := ana.Say(c, "x")
	_, ts, err := client(s).PostMessage(c.ID(), slack.MsgOptionText("no button", false))
	ok(t, err)
	bare, _ := c.Message(ts)
	gone := ana.Say(c, "y")
	ana.Delete(gone)
	left := s.Member("left")
	left.Set(func(p *Profile) { p.Deleted = true })
	for what, act := range map[string]func(){
		"speak in a private channel":  func() { ana.Say(secret, "x") },
		"speak in an archived one":    func() { ana.Say(archived, "x") },
		"speak after leaving":         func() { left.Say(c, "x") },
		"edit what another said":      func() { bob.Edit(m, "z") },
		"delete what another said":    func() { bob.Delete(m) },
		"edit what is gone":           func() { ana.Edit(gone, "z") },
		"reply to what is gone":       func() { ana.Reply(gone, "z") },
		"press what is not there":     func() { ana.Press(bare, "Answer") },
		"take back no reaction":       func() { ana.Unreact(m, "tada") },
		"unpin what is not pinned":    func() { ana.Unpin(m) },
		"give a command without one":  func() { ana.Slash(c, "quiz") },
		"submit what is not open":     func() { ana.Submit(View{ID: "V0"}, nil) },
		"see another's whisper":       func() { ana.Press(Message{Channel: c.ID(), TS: "1.000001", Ephemeral: true}, "x") },
		"replay before anything came": func() { s.Replay() },
	} {
		func() {
			defer func() {
				if _, stopped := recover().(fatal); !stopped {
					t.Errorf("one can %s", what)
				}
			}()
			act()
		}()
	}
}
