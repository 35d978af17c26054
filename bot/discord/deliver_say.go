package discord

import (
	"context"
	"fmt"

	"rewind/bot"
)

// saying is a message on its way into a room.
type saying struct {
	bot.Delivery
	room    string
	looks   bool // an earlier attempt is looked for first
	must    bool // and nothing is posted unless it is sure that it did not land
	history past
}

// say posts a text, in several messages where it is long.
func (p *Platform) say(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	forum, err := p.isForum(ctx, d.To)
	if err != nil {
		return bot.Receipt{}, err
	}
	if forum {
		return p.sayInForum(ctx, d)
	}
	room, err := p.room(ctx, d.To)
	if err != nil {
		return bot.Receipt{}, err
	}
	parts := drafts(d, markOf(d.Key))
	r, err := p.sayParts(ctx, d, room, parts)
	if mayNotAttach(err, parts) {
		return p.sayParts(ctx, d, room, inMessages(d, markOf(d.Key)))
	}
	return r, err
}

// drafts are the messages that a text becomes: one with a file where they would be too many.
func drafts(d bot.Delivery, mark string) []draft {
	parts := inMessages(d, mark)
	texts := make([]string, len(parts))
	for i := range parts {
		texts[i] = parts[i].Content
	}
	if asFile(texts) {
		parts = parts[:1]
		parts[0].Files = []file{{Name: fileName(d.Body), Type: "text/markdown; charset=utf-8", Content: fileOf(d.Body)}}
	}
	return parts
}

// inMessages are the messages that a text becomes, however many.
func inMessages(d bot.Delivery, mark string) []draft {
	var parts []draft
	for _, text := range render(d.Body) {
		parts = append(parts, draft{Content: text})
	}
	for i := range parts {
		parts[i].Key = d.Key
		if len(parts) > 1 {
			parts[i].Key = fmt.Sprintf("%s/%d", d.Key, i+1)
		}
	}
	workspace := ""
	if d.To.Account.User != "" {
		workspace = d.To.Account.Workspace
	}
	parts[0].Components = buttons(d.Body.Actions, mark, workspace)
	parts[0].Notify = notified(d.Body.Notify)
	return parts
}

// notified are the roles that a message mentions.
func notified(roles []string) (ids []string) {
	for _, id := range roles {
		if snowflake.MatchString(id) && len(ids) < mostMentions {
			ids = append(ids, id)
		}
	}
	return ids
}

// fileOf is a text as a file.
func fileOf(m bot.Message) []byte {
	text := m.Text + "\n"
	if m.Title != "" {
		text = "# " + oneLine(m.Title) + "\n\n" + text
	}
	return []byte(text)
}

// mayNotAttach reports whether a post failed only because of its file.
func mayNotAttach(err error, parts []draft) bool {
	return codeOf(err) == codeMissingPermissions && len(parts[0].Files) > 0
}

func (p *Platform) sayParts(ctx context.Context, d bot.Delivery, room string, parts []draft) (bot.Receipt, error) {
	s := &saying{Delivery: d, room: room, looks: d.LookOnly, must: d.LookOnly}
	if !d.Unsure.IsZero() {
		s.must = s.must || !p.trusts(d.Unsure)
		// Discord would recognise each of many, but count them as new ones.
		s.looks = s.must || len(parts) > 1
	}
	first, err := p.sayPart(ctx, s, parts[0])
	if err != nil || d.LookOnly {
		return first, err
	}
	return first, p.sayOthers(ctx, s, parts[1:])
}

// sayOthers says what comes after a first message. Once that stands, no failure may claim that nothing was changed.
func (p *Platform) sayOthers(ctx context.Context, s *saying, parts []draft) error {
	for _, part := range parts {
		if err := p.sayNext(ctx, s, part); err != nil {
			return as(bot.Unknown, err)
		}
	}
	return nil
}

// sayNext waits for the room's limit as long as it may: a text should not stop in its middle.
func (p *Platform) sayNext(ctx context.Context, s *saying, part draft) error {
	for {
		_, err := p.sayPart(ctx, s, part)
		f := failureIn(err)
		if f == nil || f.Outcome != bot.NotDone || f.Wide || f.After <= 0 {
			return err
		}
		if end, ok := ctx.Deadline(); ok && p.clock.Now().Add(f.After).After(end) {
			return err
		}
		if !passes(ctx, p.clock, f.After) {
			return err
		}
	}
}

func (p *Platform) sayPart(ctx context.Context, s *saying, part draft) (bot.Receipt, error) {
	if s.looks {
		m, err := p.find(ctx, &s.history, s.room, s.SearchFrom(), part)
		switch {
		case m != nil:
			return receiptOf(m), nil
		case err != nil && s.must:
			return bot.Receipt{}, err
		case s.LookOnly:
			return bot.Receipt{}, errNothing()
		}
	}
	m, err := p.rest.createMessage(ctx, s.room, part)
	if err != nil {
		return bot.Receipt{}, err
	}
	p.nonces.put(m.ID, nonceOf(part.Key))
	return receiptOf(m), nil
}
