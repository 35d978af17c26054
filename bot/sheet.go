package bot

import (
	"fmt"
	"strings"
	"time"

	"rewind/bot/markdown"
	"rewind/questions"
	"rewind/store"
)

// sheet makes the texts of a round: the post, the name of its thread, the reveal.
type sheet struct {
	words Words
	round store.Round
	text  questions.Text
	zone  *time.Location
	now   time.Time
	shown store.Post // what is there already
	blind bool       // what is written in the thread cannot be read
}

// asked is the question as it is asked: a bare term gets a sentence around it, in the term's own language.
func asked(t questions.Text) string {
	if !t.Term {
		return t.Whole()
	}
	return Speak(t.Lang).Say("ask_term", Values{"Term": t.Prompt})
}

func (s sheet) post(answers int) Message {
	footer := s.footer(answers)
	if s.late() {
		footer = s.words.Say("post_late", Values{"Time": clockTime(s.words, s.round.Due, s.zone)}) + "\n" + footer
	}
	return Message{
		Title: s.words.Say("post_title", Values{"Round": s.round.Number, "Day": s.day()}),
		Text:  asked(s.text), Footer: footer, Topics: s.text.Topics, Actions: s.actions(), Thread: s.threadName().Text,
	}
}

// day is the round's day for people: "Mon 9 Mar", "3월 9일(월)".
func (s sheet) day() string {
	t, err := time.Parse(time.DateOnly, s.round.Day)
	if err != nil {
		return s.round.Day
	}
	return dayOf(s.words, t)
}

// actions are the buttons under the post, as long as they lead somewhere.
func (s sheet) actions() []Action {
	if s.round.State == store.Dropped || s.round.State == store.Closed {
		return nil
	}
	return []Action{
		{Label: s.words.Say("action_answer"), Command: fmt.Sprintf("answer #%d", s.round.Number)},
		{Label: s.words.Say("action_show"), Command: fmt.Sprintf("reveal #%d me", s.round.Number)},
	}
}

// late reports whether the post came, or comes now, long after its slot.
func (s sheet) late() bool {
	at := s.shown.Landed
	if at.IsZero() {
		at = s.now
	}
	return at.Sub(s.round.Due) > lateAfter
}

func (s sheet) footer(answers int) string {
	switch {
	case s.round.State == store.Dropped:
		return s.words.Say("post_skipped")
	case s.shown.NoThread != "" && !s.round.Revealing.IsZero():
		return s.words.Say("post_revealed_here") + s.count(answers)
	case s.round.State == store.Revealed || s.round.State == store.Closed || !s.round.Revealing.IsZero():
		return s.words.Say("post_revealed") + s.count(answers)
	case s.blind:
		return s.words.Say("post_how_blind", Values{"Time": s.revealTime()}) + s.count(answers)
	case s.shown.NoThread != "":
		return s.words.Say("post_how_here", Values{"Time": s.revealTime()}) + s.count(answers)
	}
	return s.words.Say("post_how_"+string(s.round.Mode), Values{"Time": s.revealTime()}) + s.count(answers)
}

// count is the line that says how many have answered; nothing where nobody has.
func (s sheet) count(answers int) string {
	if answers == 0 {
		return ""
	}
	return "\n" + s.words.Say("post_answers", Values{"Count": answers})
}

func (s sheet) revealTime() string { return clockTime(s.words, s.round.RevealAt, s.zone) }

// threadNameLength is how many characters of a question name its thread.
const threadNameLength = 60

func (s sheet) threadName() Message {
	name := s.words.Say("thread_name", Values{"Round": s.round.Number, "Day": s.day(), "Question": bareLine(asked(s.text), threadNameLength)})
	return Message{Text: name}
}

// sealedAnswer is a private answer with its author's name.
type sealedAnswer struct {
	name string
	text string
}

func (s sheet) reveal(sealed []sealedAnswer) Message {
	parts := []string{s.reference()}
	if len(sealed) > 0 {
		parts = append(parts, s.words.Say("reveal_sealed", Values{"Count": len(sealed)}))
	}
	for _, a := range sealed {
		parts = append(parts, "**"+named(a.name)+"**\n"+quoted(a.text))
	}
	return Message{Title: s.revealTitle(), Text: strings.Join(parts, "\n\n"), Spoiler: s.round.Spoiler}
}

func (s sheet) revealTitle() string {
	return s.words.Say("reveal_title", Values{"Round": s.round.Number, "Question": bareLine(asked(s.text), threadNameLength)})
}

// reference is the reference answer with its source, or a word that the notes have none.
func (s sheet) reference() string {
	if s.text.Answer == "" {
		return s.words.Say("no_reference")
	}
	answer := s.text.Answer
	if s.text.Credit != "" {
		answer += "\n\n" + s.words.Say("credit", Values{"Name": named(s.text.Credit)})
	}
	for _, f := range s.text.FollowUps {
		answer += "\n" + s.words.Say("follow_up", Values{"Question": f})
	}
	if s.text.Source != "" {
		answer += "\n\n" + s.words.Say("source", Values{"Link": s.text.Source})
	}
	return answer
}

func quoted(text string) string {
	return "> " + strings.ReplaceAll(text, "\n", "\n> ")
}

// firstLine returns the first line of a text, of at most so many code points, cut between what people see as characters.
func firstLine(text string, most int) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return markdown.Shorten(line, most, markdown.Runes)
}

// bareLine is the first line of a Markdown text without its marks, for where only plain text can stand.
func bareLine(text string, most int) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return firstLine(markdown.Plain(markdown.Inlines(line)), most)
}

// named is a person's or a team's name, fit to stand in a sentence: whatever is in it is shown as it is.
func named(name string) string { return markdown.Escape(name) }

// clockTime writes a time for people, with its weekday and day, in a zone: "Mon 9 Mar 18:00", "3월 9일(월) 18:00".
func clockTime(w Words, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return w.Say("clock_time", Values{"Date": dayOf(w, t), "Clock": t.Format("15:04")})
}

// dayOf writes a day for people.
func dayOf(w Words, t time.Time) string {
	return w.Say("day", Values{
		"Weekday": w.Say("weekday_" + strings.ToLower(t.Format("Mon"))), "Day": t.Day(), "MonthName": t.Format("Jan"), "Month": int(t.Month()),
	})
}

// The codes of notices to maintainers.
const (
	noticeBuried = "buried" // a letter was given up
	noticeMissed = "missed" // a post did not land before its reveal
	noticeEmpty  = "empty"  // a schedule has nothing to ask
	noticeRepeat = "repeat" // every question has been asked; the next one comes again
	noticeAway   = "away"   // a channel refuses everything, and is left alone
	noticeLeft   = "left"   // a workspace removed the bot
	noticeHello  = "hello"  // how to begin

	noticeSuggestion = "suggestion" // a member proposes a question
	noticeFlag       = "flag"       // a member says that a question is wrong
)

// The codes of notices to a member.
const (
	noticeApproved = "suggestion_approved"
	noticeDeclined = "suggestion_declined"
	noticeOut      = "suggestion_out" // of the bank again
	noticeFlagDone = "flag_done"
	noticeAdopted  = "adopted"
)

func noticeText(w Words, n store.Notice) Message {
	values := Values{}
	for k, v := range n.Values {
		values[k] = v
	}
	values["Name"] = named(n.Values["Name"])
	if kind, ok := n.Values["Kind"]; ok {
		values["What"] = w.Say("letter_" + kind)
	}
	if reason, ok := n.Values["Reason"]; ok {
		values["Why"] = whyText(w, reason)
	}
	key := "notice_" + n.Code
	if n.Code == noticeHello || strings.HasPrefix(n.Code, tellCode) {
		key = n.Code
	}
	m := Message{Text: w.Say(key, values)}
	if n.Code == noticeSuggestion {
		m.Actions = []Action{{Label: w.Say("suggestion_approve"), Command: "suggestion approve " + n.Values["Number"]}}
	}
	return m
}

func whyText(w Words, reason string) string {
	if said, ok := strings.CutPrefix(reason, "refused: "); ok {
		return w.Say("why_refused", Values{"Said": said})
	}
	return w.Say("why_" + reason)
}
