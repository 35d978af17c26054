package bot

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"rewind/store"
)

// The commands about rounds and questions.

func runToday(k *call) Reply {
	var lines []string
	for _, r := range k.tx.Active() {
		if r.State != store.Opened && r.State != store.Planned {
			continue
		}
		key := "today_" + string(r.State)
		if _, ok := k.tx.Answer(r.Number, k.member.ID); ok {
			key = "today_answered"
		}
		lines = append(lines, k.words.Say(key, Values{
			"Round": r.Number, "Question": k.prompt(r), "Time": clockTime(k.words, r.RevealAt, k.zone),
		}))
	}
	if len(lines) == 0 {
		return k.say("today_none")
	}
	return Reply{Message: Message{Text: strings.Join(lines, "\n\n")}}
}

// runAnswer takes a private answer: sealed before the reveal, late after it.
func runAnswer(k *call) Reply {
	r, text := k.picked, k.values["text"]
	if !hasWords(text) {
		return k.say("answer_empty")
	}
	old, had := k.tx.Answer(r.Number, k.member.ID)
	late, no := k.mayAnswer(r)
	if no != nil {
		return *no
	}
	k.keepAnswer(r, text, late)
	switch {
	case late:
		return k.say("answer_late", Values{"Round": r.Number, "Points": latePoints})
	case k.Seen:
		return k.say("answer_seen", Values{"Round": r.Number, "Points": answerPoints})
	case had && old.Sealed:
		return k.say("answer_replaced", Values{"Round": r.Number})
	}
	return k.say("answer_sealed", Values{"Round": r.Number, "Points": answerPoints, "Time": clockTime(k.words, r.RevealAt, k.zone)})
}

// mayAnswer reports whether a private answer given now is late, or says why none is taken.
func (k *call) mayAnswer(r store.Round) (late bool, no *Reply) {
	peek, _ := k.tx.Peek(r.Number, k.member.ID)
	late = !r.Revealing.IsZero() || !before(k.now, cutoff(r, peek))
	key := ""
	_, had := k.tx.Answer(r.Number, k.member.ID)
	switch {
	case late && had:
		key = "answer_had"
	case !late && r.Mode == store.ModeOpen && k.hasThread(r) && !k.Seen && !k.blind:
		key = "answer_open"
	default:
		return late, nil
	}
	reply := k.say(key, Values{"Round": r.Number})
	return late, &reply
}

// keepAnswer writes a private answer and its points.
func (k *call) keepAnswer(r store.Round, text string, late bool) {
	_, had := k.tx.Answer(r.Number, k.member.ID)
	a := store.Answer{Round: r.Number, Member: k.member.ID, Text: text, At: k.now, Channel: k.Channel, Sealed: !late, Late: late}
	if _, asked := k.tx.Post(r.Number, k.Channel); !asked {
		a.Channel = k.firstChannel(r) // given elsewhere, as in a private chat
	}
	k.tx.PutAnswer(a)
	k.tx.Give(lineFor(r, k.member, a, true, k.now))
	if !had {
		editPosts(k.tx, r, k.now)
	}
}

// hasThread reports whether a round has a thread to answer in, or may still get one.
func (k *call) hasThread(r store.Round) bool {
	return !every(k.tx.Posts(r.Number), func(p store.Post) bool { return p.NoThread != "" || p.NoPost != "" })
}

func (k *call) firstChannel(r store.Round) Channel {
	for _, p := range k.tx.Posts(r.Number) {
		if p.Message != "" {
			return p.Channel
		}
	}
	return Channel{}
}

// runReveal shows the reference answer: to everybody in the thread, or privately to somebody who has answered or who
// says that they do not know.
func runReveal(k *call) Reply {
	r, how, line := k.picked, k.values["how"], k.values["line"]
	if r.State == store.Revealed {
		return k.reference(r)
	}
	if how == "" && k.mayReveal() {
		how = "all"
	}
	if how == "all" {
		return k.revealToAll(r)
	}
	_, answered := k.tx.Answer(r.Number, k.member.ID)
	_, peeked := k.tx.Peek(r.Number, k.member.ID)
	switch {
	case peeked:
		return k.referenceEarly(r)
	case !answered && k.values["write"] != "" && line == "":
		return k.form(Form{Command: fmt.Sprintf("reveal #%d me", r.Number), Option: "line"})
	case !answered && how != "pass" && line == "":
		return k.askBeforeLook(r)
	}
	k.look(r, line, answered)
	return k.referenceEarly(r)
}

// referenceEarly is the reference answer before the reveal, which who may reveal is offered with it.
func (k *call) referenceEarly(r store.Round) Reply {
	reply := k.reference(r)
	if k.mayReveal() && r.Revealing.IsZero() {
		reply.Message.Actions = []Action{k.revealAction(r)}
	}
	return reply
}

func (k *call) revealAction(r store.Round) Action {
	return Action{Label: k.words.Say("reveal_all"), Command: fmt.Sprintf("reveal #%d all", r.Number)}
}

// askBeforeLook asks for a line, or for the word that they do not know, before somebody looks: trying first is what makes
// an answer stay (https://doi.org/10.1111/j.1467-9280.2006.01693.x).
func (k *call) askBeforeLook(r store.Round) Reply {
	reply := k.say("reveal_ask", Values{"Round": r.Number})
	if k.Forms {
		reply.Message.Actions = append(reply.Message.Actions, Action{Label: k.words.Say("reveal_line"), Command: fmt.Sprintf("reveal #%d me write=yes", r.Number)})
	}
	reply.Message.Actions = append(reply.Message.Actions, Action{Label: k.words.Say("reveal_pass"), Command: fmt.Sprintf("reveal #%d pass", r.Number)})
	if k.mayReveal() {
		reply.Message.Actions = append(reply.Message.Actions, k.revealAction(r))
	}
	return reply
}

// look records that somebody looks. What they write before it is their answer where private answers are taken.
func (k *call) look(r store.Round, line string, answered bool) {
	peek := store.Peek{Round: r.Number, Member: k.member.ID, At: k.now}
	switch {
	case answered:
	case !hasWords(line):
		peek.GaveUp = true
	case r.Mode == store.ModeOpen && k.hasThread(r) && !k.blind:
		peek.Line = line
	default:
		k.keepAnswer(r, line, false)
	}
	k.tx.PutPeek(peek)
}

func (k *call) mayReveal() bool { return k.group.MembersReveal || k.isMaintainer() }

func (k *call) revealToAll(r store.Round) Reply {
	switch {
	case !k.mayReveal():
		return k.say("reveal_not_you", Values{"Round": r.Number})
	case !r.Revealing.IsZero():
		return k.say("reveal_coming", Values{"Round": r.Number})
	}
	revealRound(k.tx, r, k.now)
	return k.say("reveal_now", Values{"Round": r.Number})
}

// reference is the reference answer of a round, for one person.
func (k *call) reference(r store.Round) Reply {
	s := sheet{words: k.words, round: r, text: k.textOf(r), zone: k.zone, now: k.now}
	return Reply{Private: true, Message: Message{Title: s.revealTitle(), Text: s.reference()}}
}

// runRandom is practice for one person: any question of the bank, no round, no points. Which one it is follows from the
// command's ID, so that a repeated command repeats the question.
func runRandom(k *call) Reply {
	secret := k.secrets()
	if id := k.values["answer"]; id != "" {
		q, ok := k.tx.Question(k.bank.Version, k.bank.Own, id)
		switch {
		case !ok:
			return k.say("random_gone")
		case secret[id]:
			return k.say("random_open")
		}
		return Reply{Message: Message{Text: sheet{words: k.words, text: q.In(k.group.Lang)}.reference()}}
	}
	topics := splitList(k.values["topic"])
	var entries []store.Entry
	for _, e := range k.bank.Entries {
		if onTopic(e, topics) && !secret[e.ID] {
			entries = append(entries, e)
		}
	}
	if len(entries) == 0 {
		return k.nothingOn(topics)
	}
	h := fnv.New64a()
	h.Write([]byte(k.ID))
	id := entries[h.Sum64()%uint64(len(entries))].ID
	q, ok := k.tx.Question(k.bank.Version, k.bank.Own, id)
	if !ok {
		return k.say("random_gone")
	}
	return Reply{Message: Message{
		Text:    k.words.Say("random", Values{"Question": asked(q.In(k.group.Lang))}),
		Actions: []Action{{Label: k.words.Say("random_answer"), Command: "random answer=" + id}},
	}}
}

// secrets are the questions whose reference answers this member must not see yet: those of rounds that are not revealed.
func (k *call) secrets() map[string]bool {
	secret := map[string]bool{}
	for _, r := range k.tx.Active() {
		peek, _ := k.tx.Peek(r.Number, k.member.ID)
		if cutoff(r, peek).IsZero() {
			secret[r.Question] = true
		}
	}
	return secret
}

func (k *call) nothingOn(topics []string) Reply {
	if len(topics) == 0 {
		return k.say("bank_empty")
	}
	return k.say("no_topic", Values{"Topic": joinTopics(topics)})
}

func runTopics(k *call) Reply {
	counts := map[string]int{}
	for _, e := range k.bank.Entries {
		for _, t := range e.In(k.group.Lang) {
			counts[t]++
		}
	}
	if len(k.bank.Entries) == 0 {
		return k.say("bank_empty")
	}
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	lines := []string{k.words.Say("topics_head", Values{"Count": len(k.bank.Entries)})}
	for _, name := range names {
		lines = append(lines, fmt.Sprintf("- %s · %d", name, counts[name]))
	}
	return Reply{Message: Message{Text: strings.Join(lines, "\n")}}
}

// historyLength is how many rounds history lists.
const historyLength = 10

func runHistory(k *call) Reply {
	if k.round != 0 {
		return k.historyOf(k.round)
	}
	var lines []string
	for r := range k.tx.Rounds() {
		if r.State == store.Dropped || r.State == store.Planned {
			continue
		}
		if len(lines) == historyLength {
			lines = append(lines, k.words.Say("history_more", Values{"Round": r.Number}))
			break
		}
		key := "history_line"
		if _, ok := k.tx.Answer(r.Number, k.member.ID); ok {
			key = "history_mine"
		}
		lines = append(lines, k.words.Say(key, Values{
			"Round": r.Number, "Day": r.Day, "Question": firstLine(k.prompt(r), threadNameLength),
		}))
	}
	if len(lines) == 0 {
		return k.say("history_none")
	}
	return Reply{Message: Message{Text: strings.Join(lines, "\n")}}
}

func (k *call) historyOf(number int) Reply {
	r, ok := k.tx.Round(number)
	switch {
	case !ok || r.State == store.Planned || r.State == store.Dropped:
		return k.say("no_such_round", Values{"Round": number})
	case r.State == store.Opened:
		return k.say("history_open", Values{"Round": number, "Question": k.prompt(r), "Time": clockTime(k.words, r.RevealAt, k.zone)})
	}
	reply := k.reference(r)
	if a, ok := k.tx.Answer(number, k.member.ID); ok {
		reply.Message.Text += "\n\n" + k.words.Say("history_yours") + "\n" + quoted(a.Text)
	}
	return reply
}

// commandReveal is when a round made by a command is revealed, where the channel has no schedule to go by.
const commandReveal = "8h"

func runPost(k *call) Reply {
	rev, err := parseReveal(k.revealText())
	if err != nil {
		return k.wrongTime(err, "reveal", k.values["reveal"])
	}
	k.settleMaintainer()
	r := store.Round{
		Day: wallOf(k.now, k.zone).date(), Due: k.now, Lang: k.group.Lang, Mode: k.group.Mode, RevealAt: rev.from(k.now, k.zone),
	}
	r.Expires = sooner(k.now.Add(postSpan), r.RevealAt)
	topics := splitList(k.values["topic"])
	r, ok := openRound(k.tx, k.group, k.bank, r, topics, []Channel{k.Channel}, k.now)
	if !ok {
		return k.nothingOn(topics)
	}
	return k.say("post_done", Values{"Round": r.Number, "Time": clockTime(k.words, r.RevealAt, k.zone)})
}

// revealText is when a round posted now is revealed: as the command says, else as the channel's schedule does.
func (k *call) revealText() string {
	if text := k.values["reveal"]; text != "" {
		return text
	}
	for s := range k.tx.Schedules() {
		if slices.Contains(s.Channels, k.Channel) {
			return s.Reveal
		}
	}
	return commandReveal
}

func runHelp(k *call) Reply {
	if name := k.values["command"]; name != "" {
		c, _, wrong := k.table.find(name)
		if wrong != nil && wrong.key == "wrong_part" {
			return k.helpOn(wrong.values["Command"].(string) + " ")
		}
		if wrong != nil {
			return Reply{Message: Message{Text: wrong.say(k.words)}}
		}
		return Reply{Message: Message{Text: k.words.Say("help_"+helpKey(c)) + "\n" + k.words.Say("usage", Values{"Usage": c.usage(k.words.Lang())})}}
	}
	return k.helpOn("")
}

// helpOn lists the commands whose names begin with prefix, without those that the person may not give.
func (k *call) helpOn(prefix string) Reply {
	lines := []string{k.words.Say("help_head")}
	for i := range k.table {
		c := &k.table[i]
		if !c.listed() || c.who == maintainers && !k.isMaintainer() || !strings.HasPrefix(c.name, prefix) {
			continue
		}
		lines = append(lines, "- `"+c.usage(k.words.Lang())+"` — "+k.words.Say("help_"+helpKey(c)))
	}
	return Reply{Message: Message{Text: strings.Join(lines, "\n")}}
}

// helpKey is the command's name in the keys of sentences.
func helpKey(c *command) string { return strings.ReplaceAll(c.name, " ", "_") }
