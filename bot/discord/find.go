package discord

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"rewind/bot"
)

// Here it is found out whether an earlier attempt to post something landed.

const (
	// nonceSpan is how long after an attempt Discord surely recognises its nonce. The documentation says "in the past few
	// minutes", of which two can be relied on, and a request may be under way for as long as a delivery takes.
	// https://discord.com/developers/docs/resources/message#create-message
	nonceSpan = 2*time.Minute - 40*time.Second
	// historyPage is how many messages one request brings, and historyPages how many pages are looked through.
	historyPage  = 100
	historyPages = 40
)

// trusts reports whether Discord recognises what an earlier attempt posted by itself. How long ago that was is known only
// of attempts of this process: the clock may have been set while nobody looked.
func (p *Platform) trusts(unsure time.Time) bool {
	past := p.clock.Now().Sub(unsure)
	return !unsure.Before(p.born) && past >= 0 && past < nonceSpan
}

// past is what the bot itself said in a room, as far as it matters.
type past struct {
	read     bool
	messages []message // newest first
}

// find returns what was posted as d in a room; nil if that is not there. Each message is found once. It fails with Unknown
// where nobody can tell.
func (p *Platform) find(ctx context.Context, h *past, room string, since time.Time, d draft) (*message, error) {
	if !h.read {
		own, err := p.own(ctx, room, since)
		if err != nil {
			return nil, err
		}
		h.read, h.messages = true, own
	}
	i := slices.IndexFunc(h.messages, func(m message) bool { return p.isPostOf(&m, d) })
	if i < 0 {
		return nil, nil
	}
	m := h.messages[i]
	h.messages = slices.Delete(h.messages, i, i+1)
	return &m, nil
}

// own reads what the bot itself said in a room since a time, newest first.
func (p *Platform) own(ctx context.Context, room string, since time.Time) ([]message, error) {
	me, err := p.me(ctx)
	if err != nil {
		return nil, err
	}
	var own []message
	at := page{Limit: historyPage}
	for range historyPages {
		list, err := p.rest.messages(ctx, room, at)
		if err != nil {
			return nil, cannotTell(err)
		}
		for _, m := range list {
			if said, ok := timeOf(m.ID); ok && said.Before(since) {
				return own, nil
			}
			if m.Author != nil && m.Author.ID == me.ID {
				own = append(own, m)
			}
			at.Before = m.ID
		}
		switch {
		case len(list) == 0:
			return own, p.readable(ctx, room)
		case len(list) < historyPage:
			return own, nil
		}
	}
	return nil, &bot.Failure{Outcome: bot.Unknown, Err: errors.New("the history is too long to be looked through")}
}

// cannotTell is the failure to look where looking is not permitted.
func cannotTell(err error) error {
	if code := codeOf(err); code == codeMissingAccess || code == codeMissingPermissions {
		return as(bot.Unknown, err)
	}
	return err
}

// readable fails unless the bot may read a room's history: without that permission Discord says that there is none.
// https://discord.com/developers/docs/resources/message#get-channel-messages
func (p *Platform) readable(ctx context.Context, room string) error {
	may, err := p.permissions(ctx, room)
	if err != nil {
		return cannotTell(err)
	}
	if may&permissionView == 0 || may&permissionRead == 0 {
		return &bot.Failure{Outcome: bot.Unknown, Err: errors.New("missing permission to read the history")}
	}
	return nil
}

// isPostOf reports whether a message of the bot's own is what was posted as d. Its nonce says so as long as it is known,
// then the mark in its buttons, and where it has none its text.
func (p *Platform) isPostOf(m *message, d draft) bool {
	used := string(m.Nonce)
	if used == "" {
		used, _ = p.nonces.get(m.ID)
	}
	if used != "" && d.Key != "" {
		return used == nonceOf(d.Key)
	}
	if found, wanted := markIn(m.Components), markIn(d.Components); found != "" || wanted != "" {
		return found == wanted
	}
	return sameText(m.Content, d.Content)
}

// sameText compares texts but for blanks, which Discord trims.
func sameText(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }
