package bot

import (
	"context"
	"fmt"
	"strings"
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
	secret := k.secrets()
	reply := k.say("search_head", Values{"Text": plain(k.values["text"]), "Count": len(k.hits)})
	if len(k.hits) == 0 {
		return k.say("search_none", Values{"Text": plain(k.values["text"])})
	}
	for i, h := range k.hits {
		q, ok := k.tx.Question(k.bank.Version, k.bank.Own, h.ID)
		if !ok {
			continue
		}
		t := q.In(k.group.Lang)
		line := fmt.Sprintf("%d. %s", i+1, firstLine(asked(t), threadNameLength))
		if len(t.Topics) > 0 {
			line += " · " + strings.Join(t.Topics, " › ")
		}
		reply.Message.Text += "\n" + line
		if !secret[h.ID] {
			reply.Message.Actions = append(reply.Message.Actions, Action{
				Label: k.words.Say("search_show", Values{"Number": i + 1}), Command: "random answer=" + h.ID,
			})
		}
	}
	return reply
}

// plain is what somebody typed, fit to stand in a sentence.
func plain(text string) string {
	return firstLine(strings.ReplaceAll(text, "`", "'"), threadNameLength)
}
