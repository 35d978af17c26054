package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rewind/questions"
)

// searchLength is how many questions a search shows.
const searchLength = 5

func prepareSearch(ctx context.Context, b *Bot, group string, k *call) (*Reply, error) {
	x, err := b.library.index(ctx, b.store, group, k.bank)
	if err != nil {
		return nil, err
	}
	k.hits = x.Search(k.values["text"], searchLength)
	return nil, nil
}

// runSearch shows what was found, and the answers of those whose answers this member may see.
func runSearch(k *call) Reply {
	secret, typed := k.secrets(), plain(k.values["text"])
	var lines []string
	var actions []Action
	for _, h := range k.hits {
		q, ok := k.tx.Question(k.bank.Version, k.bank.Own, h.ID)
		if !ok || secret[h.ID] && !k.asksFor(q) {
			continue
		}
		number := len(lines) + 1
		lines = append(lines, fmt.Sprintf("%d. %s", number, found(q.In(k.group.Lang))))
		if !secret[h.ID] {
			actions = append(actions, Action{
				Label: k.words.Say("search_show", Values{"Number": number}), Command: "random answer=" + h.ID,
			})
		}
	}
	if len(lines) == 0 {
		return k.say("search_none", Values{"Text": typed})
	}
	head := k.words.Say("search_head", Values{"Text": typed, "Count": len(lines)})
	return Reply{Message: Message{Text: head + "\n" + strings.Join(lines, "\n"), Actions: actions}}
}

// found is a question that was found, in a line.
func found(t questions.Text) string {
	line := firstLine(asked(t), threadNameLength)
	if len(t.Topics) > 0 {
		line += " · " + strings.Join(t.Topics, " › ")
	}
	return line
}

// asksFor reports whether what everybody may see of a question has something of what is searched for: that a word stands
// in an answer would tell of the answer.
func (k *call) asksFor(q questions.Question) bool {
	open := questions.Question{ID: q.ID}
	for _, t := range q.Texts {
		open.Texts = append(open.Texts, questions.Text{Lang: t.Lang, Prompt: t.Prompt, Options: t.Options, Topics: t.Topics})
	}
	return len(questions.NewIndex(slices.Values([]questions.Question{open})).Search(k.values["text"], 1)) > 0
}

// plain is what somebody typed, fit to stand in a sentence.
func plain(text string) string {
	return firstLine(strings.ReplaceAll(text, "`", "'"), threadNameLength)
}
