package bot

import (
	"fmt"
	"slices"

	"rewind/store"
)

// runSkip leaves out the next slot of a schedule, or drops an open round that nobody has answered. Where more than one
// thing could be meant it offers them all.
func runSkip(k *call) Reply {
	what := k.values["what"]
	if what == "" && k.round != 0 {
		what = "open"
	}
	if k.round != 0 {
		if _, ok := k.tx.Round(k.round); !ok {
			return k.say("no_such_round", Values{"Round": k.round})
		}
	}
	if id := k.values["schedule"]; id != "" {
		if _, ok := k.tx.Schedule(id); !ok {
			return k.noSchedule()
		}
	}
	rounds, slots := k.droppable(), k.skippable()
	switch what {
	case "open":
		slots = nil
	case "next":
		rounds = nil
	}
	switch {
	case len(rounds)+len(slots) > 1:
		return k.offerSkips(rounds, slots)
	case len(rounds) == 1:
		return k.drop(rounds[0])
	case len(slots) == 1:
		return k.skipSlot(slots[0])
	case what == "open" && k.answeredIsOpen():
		return k.say("skip_answered")
	case what == "open":
		return k.say("no_round")
	}
	return k.say("skip_nothing")
}

// comingSlot is the next slot of a schedule that will be asked.
type comingSlot struct {
	schedule store.Schedule
	upcomingSlot
}

// droppable are the rounds that skip may drop: not revealed, and answered by nobody.
func (k *call) droppable() []store.Round {
	return slices.DeleteFunc(k.tx.Active(), func(r store.Round) bool {
		return !k.mayBeMeant(r) || k.tx.CountAnswers(r.Number) > 0
	})
}

func (k *call) mayBeMeant(r store.Round) bool {
	named := k.round == 0 || k.round == r.Number
	return named && r.Revealing.IsZero() && (r.State == store.Opened || r.State == store.Planned)
}

// answeredIsOpen reports whether a round that could be meant is kept because it has answers.
func (k *call) answeredIsOpen() bool { return slices.ContainsFunc(k.tx.Active(), k.mayBeMeant) }

// skippable are the next slots of the schedules that run; of the named one where one is named.
func (k *call) skippable() []comingSlot {
	var coming []comingSlot
	for s := range k.tx.Schedules() {
		if s.Paused || len(present(s)) == 0 || k.values["schedule"] != "" && k.values["schedule"] != s.ID {
			continue
		}
		plan, err := planOf(k.group, s)
		if err != nil {
			k.tx.Fail(err)
			return nil
		}
		for _, u := range plan.upcoming(k.tx, s, k.now, 1) {
			if u.asked() {
				coming = append(coming, comingSlot{s, u})
			}
		}
	}
	return coming
}

func (k *call) offerSkips(rounds []store.Round, slots []comingSlot) Reply {
	reply := k.say("skip_which")
	for _, r := range rounds {
		reply.Message.Actions = append(reply.Message.Actions, Action{
			Label: k.words.Say("skip_open_label", Values{"Round": r.Number}), Command: fmt.Sprintf("skip #%d open", r.Number),
		})
	}
	for _, s := range slots {
		reply.Message.Actions = append(reply.Message.Actions, Action{
			Label: k.words.Say("skip_next_label", Values{"Time": k.slotTime(s)}), Command: "skip next schedule=" + s.schedule.ID,
		})
	}
	return reply
}

func (k *call) slotTime(s comingSlot) string {
	return clockTime(k.words, s.at, zoneOf(s.schedule.Zone, k.group.Zone))
}

func (k *call) skipSlot(s comingSlot) Reply {
	k.tx.ClaimSlot(store.Slot{Schedule: s.schedule.ID, Wall: s.slot.String(), State: store.SlotSkipped})
	return k.say("skip_next", Values{"Schedule": s.schedule.ID, "Time": k.slotTime(s)})
}

func (k *call) drop(r store.Round) Reply {
	landed := !every(k.tx.Posts(r.Number), func(p store.Post) bool { return p.Message == "" })
	withdraw(k.tx, r, k.now, anywhere)
	if r, _ = k.tx.Round(r.Number); landed {
		r.State = store.Dropped
		k.tx.PutRound(r)
		editPosts(k.tx, r, k.now)
	}
	return k.say("skip_open", Values{"Round": r.Number})
}
