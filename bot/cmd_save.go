package bot

import (
	"fmt"
	"strings"

	"rewind/store"
)

// The commands that platforms give for people: a message's menu, and the page that a person has with the bot.

// runSave takes a message as its author's answer, on purpose: also where the bot cannot read what is said, and also after
// the reveal.
func runSave(k *call) Reply {
	r, c := k.picked, k.Target
	switch {
	case c == nil:
		return k.say("save_how")
	case c.From != k.From:
		return k.say("save_not_yours")
	case !hasWords(c.Text):
		return k.say("answer_empty")
	}
	if k.inThreadOf(r, *c) {
		takeComment(k.tx, r.Number, *c, k.fresh, k.now)
		if a, ok := k.tx.Answer(r.Number, k.member.ID); ok && !a.Late && !a.Sealed {
			return k.say("save_done", Values{"Round": r.Number})
		}
	}
	k.values["text"] = c.Text
	return runAnswer(k)
}

// inThreadOf reports whether a comment stands in one of a round's threads.
func (k *call) inThreadOf(r store.Round, c Comment) bool {
	p, ok := k.tx.Post(r.Number, c.Thread.Channel)
	return ok && p.Thread != "" && p.Thread == c.Thread.ID
}

// runHome is a person's page: what is open, how they stand, and for maintainers the schedules with what can be done.
func runHome(k *call) Reply {
	parts := []string{runToday(k).Message.Text, runMe(k).Message.Text}
	m := Message{Actions: k.homeActions()}
	if k.isMaintainer() {
		for s := range k.tx.Schedules() {
			parts = append(parts, k.scheduleText(s))
			name, what := "schedule pause ", "home_pause"
			if s.Paused || len(present(s)) == 0 {
				name, what = "schedule resume ", "home_resume"
			}
			m.Actions = append(m.Actions, Action{Label: k.words.Say(what, Values{"Schedule": s.ID}), Command: name + s.ID})
		}
	}
	m.Text = strings.Join(parts, "\n\n")
	return Reply{Private: true, Message: m}
}

func (k *call) homeActions() (actions []Action) {
	for _, r := range open(k.tx.Active()) {
		actions = append(actions, Action{Label: k.words.Say("home_answer", Values{"Round": r.Number}), Command: fmt.Sprintf("answer #%d", r.Number)})
	}
	return append(actions, Action{Label: k.words.Say("home_random"), Command: "random"})
}
