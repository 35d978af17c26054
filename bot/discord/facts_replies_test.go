package discord

import (
	"context"
	"testing"
	"time"

	"rewind/bot"
)

// TestFactD17AnEditKeepsItsFlags is about edits of replies, which discordgo cannot give flags: a reply that was promised first shows
// its links as small as one that came at once, and is no message of components of version 2.
func TestFactD17AnEditKeepsItsFlags(t *testing.T) {
	const version2 = 1 << 15
	serve(t, func(t *testing.T, d *desk) {
		d.answers(func(ctx context.Context, _ bot.Command, answer answerFunc) error {
			time.Sleep(2 * holdAfter)
			return answer(ctx, bot.Reply{Private: true, Message: bot.Message{Text: "See https://example.com/tcp"}})
		})
		i := d.mina.Slash(d.channel, "quiz score", nil)
		m := i.Reply()
		if m.Flags&flagSuppressEmbeds == 0 || m.Flags&version2 != 0 || d.Requests(routeEdit) != 1 {
			t.Errorf("after %d edits the reply is %+v", d.Requests(routeEdit), m)
		}
		d.quietly()
	})
}
