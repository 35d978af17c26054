package bot

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"slices"
	"strings"
	"time"

	"rewind/store"
)

// The commands about schedules.

const (
	defaultGrace  = 6 * time.Hour
	shortestGrace = 10 * time.Minute
	longestGrace  = 24 * time.Hour
)

func runScheduleAdd(k *call) Reply {
	s := store.Schedule{ID: k.newScheduleID(), Since: k.now, Reveal: commandReveal, Grace: store.Duration(defaultGrace), Channels: channelsOf(k.typed, k.Command)}
	if reply, ok := k.configure(&s); !ok {
		return reply
	}
	s.Version = 1
	k.tx.PutSchedule(s)
	k.settleMaintainer()
	return k.showSchedule("schedule_added", s)
}

// newScheduleID makes an ID short enough to type, which no schedule has or had.
func (k *call) newScheduleID() string {
	sum := sha256.Sum256([]byte(k.fresh))
	random := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:30]))
	const length = 4
	for i := 0; i+length <= len(random); i++ {
		id := random[i : i+length]
		_, exists := k.tx.Schedule(id)
		for range k.tx.Slots(id) {
			exists = true
		}
		if !exists {
			return id
		}
	}
	return random
}

// configure sets what the command's options say. Where one is wrong the reply says what, and the schedule is not to be used.
func (k *call) configure(s *store.Schedule) (Reply, bool) {
	for _, time := range []struct {
		option string
		set    func(*store.Schedule) error
	}{{"when", k.setWhen}, {"reveal", k.setReveal}, {"grace", k.setGrace}, {"rest", k.setRest}} {
		if err := time.set(s); err != nil {
			return k.wrongTime(err, time.option, k.values[time.option]), false
		}
	}
	if zone := k.values["zone"]; zone != "" {
		if !validZone(zone) {
			return k.say("wrong_zone", Values{"Zone": zone}), false
		}
		s.Zone = zone
	}
	if topics, ok := k.list("topics"); ok {
		for _, t := range topics {
			if !slices.ContainsFunc(k.bank.Entries, func(e store.Entry) bool { return onTopic(e, []string{t}) }) {
				return k.nothingOn([]string{t}), false
			}
		}
		s.Topics = topics
	}
	if k.values["channel"] != "" {
		s.Channels = channelsOf(k.typed, k.Command)
		s.Away = nil // they were checked just now
	}
	s.Mode = store.Mode(cmp.Or(k.values["mode"], string(s.Mode)))
	return Reply{}, true
}

// none are the words that empty a list.
var none = []string{"none", "없음", "all", "전체"}

// list is the value of an option that holds a list; ok is false where it was not given.
func (k *call) list(option string) (items []string, ok bool) {
	text := k.values[option]
	if slices.Contains(none, strings.ToLower(text)) {
		return nil, true
	}
	return splitList(text), text != ""
}

func (k *call) setWhen(s *store.Schedule) error {
	text := k.values["when"]
	if text == "" {
		return nil
	}
	parsed, err := parseSpec(text)
	if err == nil {
		s.Spec = parsed.text
	}
	return err
}

func (k *call) setReveal(s *store.Schedule) error {
	parsed, err := parseReveal(cmp.Or(k.values["reveal"], s.Reveal))
	if err == nil {
		s.Reveal = parsed.text()
	}
	return err
}

func (k *call) setGrace(s *store.Schedule) error {
	if k.values["grace"] == "" {
		return nil
	}
	grace, err := parseSpan(k.values["grace"], shortestGrace, longestGrace)
	if err == nil {
		s.Grace = store.Duration(grace)
	}
	return err
}

func (k *call) setRest(s *store.Schedule) error {
	text, ok := k.list("rest")
	if !ok {
		return nil
	}
	s.Rest = nil
	if len(text) == 0 {
		return nil
	}
	ranges, err := parseRest(strings.Join(text, ","), k.now.In(k.zone).Format(time.DateOnly))
	for _, r := range ranges {
		s.Rest = append(s.Rest, store.Rest{From: r.from, To: r.to})
	}
	return err
}

// validZone reports whether a name is an IANA zone. "Local" would be the machine's, and "" UTC.
func validZone(name string) bool {
	if name == "" || strings.EqualFold(name, "local") {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// wrongTime says what is wrong with the text of an option about time, and how it is written.
func (k *call) wrongTime(err error, option, text string) Reply {
	e := (*specError)(nil)
	if !errors.As(err, &e) {
		k.tx.Fail(err)
		return Reply{}
	}
	values := Values{"Part": cmp.Or(e.part, text)}
	if option == "when" {
		return k.say("time_"+string(e.code), values)
	}
	return k.say("time_in_"+option, values)
}

func runScheduleEdit(k *call) Reply {
	old, ok := k.tx.Schedule(k.values["id"])
	if !ok {
		return k.noSchedule()
	}
	s := old
	if reply, ok := k.configure(&s); !ok {
		return reply
	}
	s.Version++
	if s.Spec != old.Spec || s.Zone != old.Zone {
		s.Since = k.now
	}
	k.tx.PutSchedule(s)
	if err := k.supersede(old, s); err != nil {
		k.tx.Fail(err)
		return Reply{}
	}
	return k.showSchedule("schedule_changed", s)
}

// supersede takes back what a schedule's former version still wants to post: all of it where the new one asks at other
// times and again on the same day, and what would go to channels that are no longer its own.
func (k *call) supersede(old, s store.Schedule) error {
	plan, err := planOf(k.group, s)
	if err != nil {
		return err
	}
	moved := s.Spec != old.Spec || s.Zone != old.Zone
	next := "" // the day of the next slot
	for _, u := range plan.upcoming(k.tx, s, k.now, 1) {
		if u.asked() {
			next = u.at.In(k.zone).Format(time.DateOnly)
		}
	}
	for _, r := range k.unrevealed(s.ID) {
		again := moved && next == r.Day && r.State == store.Planned
		withdraw(k.tx, r, k.now, func(p store.Post) bool { return again || !slices.Contains(s.Channels, p.Channel) })
	}
	return nil
}

// unrevealed are a schedule's rounds that may still post their question somewhere.
func (k *call) unrevealed(schedule string) []store.Round {
	return slices.DeleteFunc(k.tx.Active(), func(r store.Round) bool {
		return r.Schedule != schedule || !r.Revealing.IsZero() || r.State != store.Planned && r.State != store.Opened
	})
}

func runSchedulePause(k *call) Reply {
	return k.changeSchedule("schedule_paused", func(s *store.Schedule) {
		s.Paused = true
		k.takeBack(s.ID)
	})
}

func runScheduleResume(k *call) Reply {
	return k.changeSchedule("schedule_resumed", func(s *store.Schedule) {
		if s.Paused || len(present(*s)) == 0 {
			s.Paused, s.Since = false, k.now
			s.Version++
		}
		s.Away = nil
	})
}

func runScheduleRemove(k *call) Reply {
	s, reply, ok := k.oneSchedule()
	if !ok {
		return reply
	}
	k.takeBack(s.ID)
	k.tx.DeleteSchedule(s.ID)
	return k.say("schedule_removed", Values{"Schedule": k.describe(s)})
}

// takeBack withdraws what the schedule has not posted yet. What people have seen is still revealed.
func (k *call) takeBack(schedule string) {
	for _, r := range k.unrevealed(schedule) {
		withdraw(k.tx, r, k.now, anywhere)
	}
}

func (k *call) changeSchedule(done string, change func(*store.Schedule)) Reply {
	s, reply, ok := k.oneSchedule()
	if !ok {
		return reply
	}
	change(&s)
	k.tx.PutSchedule(s)
	return k.showSchedule(done, s)
}

// oneSchedule finds the schedule that is meant: the named one, or the only one.
func (k *call) oneSchedule() (store.Schedule, Reply, bool) {
	if id := k.values["id"]; id != "" {
		s, ok := k.tx.Schedule(id)
		return s, k.noSchedule(), ok
	}
	all := slices.Collect(k.tx.Schedules())
	switch len(all) {
	case 0:
		return store.Schedule{}, k.noSchedule(), false
	case 1:
		return all[0], Reply{}, true
	}
	reply := k.say("which_schedule")
	for _, s := range all {
		reply.Message.Actions = append(reply.Message.Actions, Action{Label: k.describe(s), Command: k.command.name + " " + s.ID})
	}
	return store.Schedule{}, reply, false
}

func (k *call) noSchedule() Reply { return k.say("no_schedule") }

func runScheduleList(k *call) Reply {
	var parts []string
	for s := range k.tx.Schedules() {
		parts = append(parts, k.scheduleText(s))
	}
	if len(parts) == 0 {
		return k.say("no_schedules")
	}
	return Reply{Message: Message{Text: strings.Join(parts, "\n\n")}}
}

func (k *call) showSchedule(head string, s store.Schedule) Reply {
	return Reply{Message: Message{Text: k.words.Say(head) + "\n\n" + k.scheduleText(s)}}
}
