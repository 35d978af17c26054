package bot

import (
	"fmt"
	"strconv"
	"strings"

	"rewind/questions"
	"rewind/store"
)

// The commands about what is wrong with a question, and whose answer is better.

// runFlag tells the maintainers that a question is wrong or outdated, and where it stands.
func runFlag(k *call) Reply {
	reason := strings.TrimSpace(k.values["reason"])
	switch {
	case !hasWords(reason):
		return k.say("flag_empty")
	case len(reason) > maxPrompt:
		return k.say("flag_long", Values{"Count": maxPrompt})
	}
	number := 1
	for f := range k.tx.Flags() {
		number = f.Number + 1
		break // the newest comes first
	}
	for f := range k.tx.RaisedFlags() {
		if f.Member == k.member.ID && f.Round == k.picked.Number {
			return k.say("flag_twice", Values{"Round": k.picked.Number})
		}
	}
	f := store.Flag{
		Number: number, Member: k.member.ID, Name: k.member.Name, Bank: k.picked.Bank, Own: k.picked.Own, Question: k.picked.Question,
		Round: k.picked.Number, Reason: reason, At: k.now,
	}
	k.tx.PutFlag(f)
	mailNotice(k.tx, k.group, noticeFlag, fmt.Sprint(number), k.flagValues(f), k.now)
	return k.say("flag_done", Values{"Round": k.picked.Number})
}

func (k *call) flagValues(f store.Flag) map[string]string {
	text := k.flagged(f)
	return map[string]string{
		"Number": fmt.Sprint(f.Number), "Name": f.Name, "Round": fmt.Sprint(f.Round), "Question": plain(asked(text)), "Place": notePlace(text), "Said": f.Reason,
	}
}

// flagged is the question as it was flagged, in the group's language.
func (k *call) flagged(f store.Flag) questions.Text {
	q, ok := k.tx.Question(f.Bank, f.Own, f.Question)
	if !ok {
		return questions.Text{}
	}
	return q.In(k.group.Lang)
}

// notePlace is where a text stands in the notes.
func notePlace(t questions.Text) string {
	if t.Line == 0 {
		return t.File
	}
	return fmt.Sprintf("%s:%d", t.File, t.Line)
}

// reasonLength is how many characters of a reason a list shows.
const reasonLength = 200

// runFlags lists the flags that nobody has dealt with, or takes one as dealt with and tells who raised it.
func runFlags(k *call) Reply {
	if done := k.values["done"]; done != "" {
		return k.settleFlag(done)
	}
	var lines []string
	for f := range k.tx.RaisedFlags() {
		values := Values{}
		for name, v := range k.flagValues(f) {
			values[name] = v
		}
		values["Name"] = named(f.Name)
		values["Said"] = firstLine(strings.Join(strings.Fields(f.Reason), " "), reasonLength)
		lines = append(lines, k.words.Say("flag_line", values))
	}
	if len(lines) == 0 {
		return k.say("flag_none")
	}
	return k.listing(lines, "flag_how")
}

func (k *call) settleFlag(number string) Reply {
	n, err := strconv.Atoi(strings.TrimPrefix(number, "#"))
	f, ok := k.tx.Flag(n)
	if err != nil || !ok || f.Done {
		return k.say("flag_unknown", Values{"Number": plain(number)})
	}
	f.Done = true
	k.tx.PutFlag(f)
	mailTo(k.tx, f.Member, noticeFlagDone, fmt.Sprint(n), k.flagValues(f), k.now)
	return k.say("flag_settled", Values{"Number": n, "Name": named(f.Name)})
}

// runAdopt makes a member's answer the reference answer of a question from now on, or takes that back. What the notes say
// later has the last word.
func runAdopt(k *call) Reply {
	r, name := k.picked, k.values["member"]
	q, ok := k.tx.Question(k.bank.Version, k.bank.Own, r.Question)
	if !ok {
		return k.say("adopt_gone", Values{"Round": r.Number})
	}
	o, _ := k.tx.Own(r.Question, k.group.Own)
	lang := q.In(r.Lang).Lang
	o.ID = r.Question
	of := k.values["of"]
	if of == "" && (strings.EqualFold(name, "undo") || name == "취소") {
		return k.unadopt(o, lang)
	}
	said := k.answersOf(r, strings.TrimPrefix(name, "@"), of)
	switch len(said) {
	case 0:
		return k.say("adopt_nobody", Values{"Name": named(plain(name)), "Round": r.Number})
	case 1:
	default:
		return k.whose(r, said)
	}
	a, who := said[0].answer, said[0].by
	base, noted := k.tx.Question(k.bank.Version, 0, r.Question) // what the notes say, whatever was adopted before
	if !noted && o.Question != nil {
		base = *o.Question
	}
	adopted := map[questions.Lang]store.Adopted{lang: {Answer: a.Text, Credit: who.Name, Over: store.OverAnswer(base.In(lang).Answer)}}
	for other, was := range o.Adopted {
		if other != lang {
			adopted[other] = was
		}
	}
	o.Adopted = adopted
	k.tx.PutOwn(o)
	if who.ID != k.member.ID {
		mailTo(k.tx, who.ID, noticeAdopted, fmt.Sprint(r.Number), map[string]string{
			"Round": fmt.Sprint(r.Number), "Question": plain(k.prompt(r)),
		}, k.now)
	}
	return k.say("adopt_done", Values{"Round": r.Number, "Name": named(who.Name), "Answer": quoted(a.Text)})
}

func (k *call) unadopt(o store.Own, lang questions.Lang) Reply {
	if _, ok := o.Adopted[lang]; !ok {
		return k.say("adopt_none", Values{"Round": k.picked.Number})
	}
	adopted := map[questions.Lang]store.Adopted{}
	for other, was := range o.Adopted {
		if other != lang {
			adopted[other] = was
		}
	}
	o.Adopted = adopted
	k.tx.PutOwn(o)
	return k.say("adopt_undone", Values{"Round": k.picked.Number})
}

// given is an answer and whose it is.
type given struct {
	answer store.Answer
	by     store.Member
}

// answersOf finds what members of this name said in a round; those who are called exactly so come before those whose name
// differs in case. With a member's ID it finds that one's.
func (k *call) answersOf(r store.Round, name, id string) (all []given) {
	exact := false
	for _, a := range k.tx.Answers(r.Number) {
		m, ok := k.tx.Member(a.Member)
		same := m.Name == name
		switch {
		case !ok || id != "" && m.ID != id || id == "" && !strings.EqualFold(m.Name, name) || exact && !same:
			continue
		case same && !exact:
			all, exact = nil, true
		}
		all = append(all, given{a, m})
	}
	return all
}

// whose lets the maintainer choose among answers of namesakes.
func (k *call) whose(r store.Round, all []given) Reply {
	reply := k.say("adopt_which", Values{"Round": r.Number, "Name": named(all[0].by.Name)})
	for _, g := range all {
		reply.Message.Actions = append(reply.Message.Actions, Action{
			Label:   firstLine(g.answer.Text, 40),
			Command: fmt.Sprintf("adopt #%d %s of=%s", r.Number, g.by.ID, g.by.ID),
		})
	}
	return reply
}
