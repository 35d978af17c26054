package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rewind/questions"
	"rewind/store"
)

// The commands about questions that members propose.

const (
	maxPrompt = 2000 // bytes of a question; longer ones fit in no message
	maxAnswer = 8000 // bytes of its answer
	// mostWaiting is how many suggestions of one member may wait, so that nobody floods the maintainers.
	mostWaiting = 10
	// suggestedIn is where a suggested question stands, as if it were a file of the notes.
	suggestedIn = "suggested"
)

// cutQuestion reads a question and its answer: the first line asks, what stands below it answers.
func cutQuestion(text string) (prompt, answer string) {
	prompt, answer, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(prompt), strings.TrimSpace(answer)
}

func (k *call) wrongQuestion(prompt, answer string) (Reply, bool) {
	switch {
	case !hasWords(prompt):
		return k.say("suggest_empty"), true
	case len(prompt) > maxPrompt || len(answer) > maxAnswer:
		return k.say("suggest_long", Values{"Prompt": maxPrompt, "Answer": maxAnswer}), true
	}
	return Reply{}, false
}

func runSuggest(k *call) Reply {
	prompt, answer := cutQuestion(k.values["question"])
	if reply, wrong := k.wrongQuestion(prompt, answer); wrong {
		return reply
	}
	number, waiting := 1, 0
	for s := range k.tx.Suggestions() {
		number = s.Number + 1
		break // the newest comes first
	}
	for s := range k.tx.WaitingSuggestions() {
		if s.Member == k.member.ID {
			waiting++
		}
	}
	if waiting >= mostWaiting {
		return k.say("suggest_many", Values{"Count": waiting})
	}
	s := store.Suggestion{
		Number: number, Member: k.member.ID, Name: k.member.Name, Lang: k.group.Lang, Prompt: prompt, Answer: answer, At: k.now, State: store.Waiting,
	}
	k.tx.PutSuggestion(s)
	mailNotice(k.tx, k.group, noticeSuggestion, fmt.Sprint(number), suggestionValues(s), k.now)
	return k.say("suggest_done", Values{"Number": number, "Question": plain(prompt)})
}

func suggestionValues(s store.Suggestion) map[string]string {
	return map[string]string{"Number": fmt.Sprint(s.Number), "Name": s.Name, "Question": s.Prompt, "Answer": quotedOrNone(s.Answer)}
}

// quotedOrNone is an answer as a quotation, nothing where there is none.
func quotedOrNone(text string) string {
	if text == "" {
		return ""
	}
	return "\n" + quoted(text)
}

func runSuggestionList(k *call) Reply {
	var lines []string
	for s := range k.tx.WaitingSuggestions() {
		lines = append(lines, k.words.Say("suggestion_line", Values{"Number": s.Number, "Name": named(s.Name), "Question": plain(s.Prompt)}))
	}
	if len(lines) == 0 {
		return k.say("suggestion_none")
	}
	return k.listing(lines, "suggestion_how")
}

// mostListed is how many suggestions or flags a list shows: those that have waited longest.
const mostListed = 20

// listing is a reply of lines, with how many more there are and what can be done about them.
func (k *call) listing(lines []string, how string) Reply {
	shown := lines[:min(len(lines), mostListed)]
	if more := len(lines) - len(shown); more > 0 {
		shown = append(slices.Clip(shown), k.words.Say("list_more", Values{"More": more}))
	}
	return Reply{Message: Message{Text: strings.Join(append(shown, k.words.Say(how)), "\n")}}
}

// suggestion finds the suggestion that a command names, which has to wait.
func (k *call) suggestion() (store.Suggestion, Reply, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(k.values["number"], "#"))
	s, ok := k.tx.Suggestion(n)
	switch {
	case err != nil || !ok:
		return s, k.say("suggestion_unknown", Values{"Number": plain(k.values["number"])}), false
	case s.State != store.Waiting:
		return s, k.say("suggestion_was_"+string(s.State), Values{"Number": n}), false
	}
	return s, Reply{}, true
}

// runSuggestionApprove takes the question into the group's bank, and tells its author.
func runSuggestionApprove(k *call) Reply {
	s, reply, ok := k.suggestion()
	if !ok {
		return reply
	}
	id := "own-" + k.fresh
	s.State, s.Question = store.Approved, id
	k.tx.PutSuggestion(s)
	k.tx.PutOwn(store.Own{ID: id, Question: &questions.Question{ID: id, Texts: []questions.Text{{
		Lang: s.Lang, Prompt: s.Prompt, Answer: s.Answer, Credit: creditFor(s), File: suggestedIn, Line: s.Number,
	}}}})
	mailTo(k.tx, s.Member, noticeApproved, fmt.Sprint(s.Number), suggestionValues(s), k.now)
	return k.say("suggestion_approved", Values{"Number": s.Number, "Question": plain(s.Prompt)})
}

func creditFor(s store.Suggestion) string {
	if s.Answer == "" {
		return ""
	}
	return s.Name
}

func runSuggestionEdit(k *call) Reply {
	s, reply, ok := k.suggestion()
	if !ok {
		return reply
	}
	prompt, answer := cutQuestion(k.values["question"])
	if reply, wrong := k.wrongQuestion(prompt, answer); wrong {
		return reply
	}
	s.Prompt = prompt
	if answer != "" {
		s.Answer = answer
	}
	k.tx.PutSuggestion(s)
	reply = k.say("suggestion_edited", Values{"Number": s.Number, "Question": s.Prompt, "Answer": quotedOrNone(s.Answer)})
	reply.Message.Actions = []Action{{Label: k.words.Say("suggestion_approve"), Command: fmt.Sprintf("suggestion approve %d", s.Number)}}
	return reply
}

// runSuggestionDecline says no, and why. A question that was taken in already is taken out again.
func runSuggestionDecline(k *call) Reply {
	s, reply, ok := k.suggestion()
	done, notice := "suggestion_declined", noticeDeclined
	if s.State == store.Approved {
		done, notice, ok = "suggestion_out", noticeOut, true
		k.tx.PutOwn(store.Own{ID: s.Question})
	}
	if !ok {
		return reply
	}
	s.State, s.Reason = store.Declined, strings.TrimSpace(k.values["reason"])
	k.tx.PutSuggestion(s)
	values := suggestionValues(s)
	values["Said"] = s.Reason
	mailTo(k.tx, s.Member, notice, fmt.Sprint(s.Number), values, k.now)
	return k.say(done, Values{"Number": s.Number, "Name": named(s.Name)})
}
