package bot

import (
	"context"
	"slices"
	"strings"

	"rewind/store"
)

// Here the platform is asked what a channel lacks, before somebody's command lets the bot play in it.

// missing asks the platform what a channel lacks that a command wants to play in. It is asked before the transaction,
// since nothing may wait for the network inside of one.
func (b *Bot) missing(ctx context.Context, group string, k call) ([]Missing, error) {
	courier, ok := b.couriers[k.From.Platform]
	if !ok || !k.command.inChannel && k.values["channel"] == "" {
		return nil, nil
	}
	if may, err := b.may(ctx, group, k); err != nil || !may {
		return nil, err // the transaction says so
	}
	var missing []Missing
	for _, ch := range channelsOf(k.typed, k.Command) {
		lacks, err := courier.platform.Check(ctx, ch)
		if err != nil {
			return nil, err
		}
		missing = append(missing, lacks...)
	}
	return b.withoutUnused(ctx, group, missing)
}

// withoutUnused leaves out what the group's settings make no use of: a platform names all that it could be asked for.
func (b *Bot) withoutUnused(ctx context.Context, group string, missing []Missing) ([]Missing, error) {
	err := b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
		g, _ := tx.Group()
		missing = slices.DeleteFunc(missing, func(m Missing) bool {
			return m.Code == "pin" && !g.Pin || m.Code == "mention" && len(g.Notify) == 0
		})
		return nil
	})
	return missing, err
}

// may reports whether the table lets the person give the command: the platform is not asked for who may not.
func (b *Bot) may(ctx context.Context, group string, k call) (ok bool, err error) {
	err = b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
		k.tx = tx
		k.load()
		_, ok = k.allowed()
		return nil
	})
	return ok, err
}

func (b *Bot) missingReply(ctx context.Context, group string, c Command, missing []Missing, err error) (Reply, error) {
	w, wordsErr := b.wordsFor(ctx, group, c)
	if wordsErr != nil {
		return Reply{}, wordsErr
	}
	if err != nil {
		b.log.Warn("channel not checked", "platform", c.Channel.Platform, "error", err)
		return Reply{Private: true, Message: Message{Text: w.Say("check_failed")}}, nil
	}
	lines := []string{w.Say("check_missing", Values{"Count": len(missing)})}
	for _, m := range missing {
		lines = append(lines, "- "+w.Say("missing_"+m.Code, Values{"What": m.What}))
	}
	return Reply{Private: true, Message: Message{Text: strings.Join(lines, "\n")}}, nil
}
