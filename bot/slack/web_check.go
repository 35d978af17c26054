package slack

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here it is found out what a channel lacks to be played in.

// missing names what a channel lacks. Its errors are *bot.Failure.
func (w *web) missing(ctx context.Context, c bot.Channel) ([]bot.Missing, error) {
	me, f := w.identify(ctx) // anew, since the app may have been installed again with more scopes
	if f != nil {
		return nil, f
	}
	if c.Workspace != "" && c.Workspace != me.team {
		return []bot.Missing{{Code: "view", What: "another workspace"}}, nil
	}
	var got *slack.Channel
	f = w.ask(ctx, call{method: "conversations.info"}, func(ctx context.Context) (err error) {
		got, err = w.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: c.ID})
		return err
	})
	kind := "channels"
	switch {
	case got != nil && f == nil && got.IsIM:
		kind = "im"
	case got != nil && f == nil && (got.IsPrivate || got.IsGroup):
		kind = "groups"
	}
	lacks := me.lacks(append(neededScopes(), kind+":read", kind+":history"))
	switch {
	case f == nil && (got == nil || got.ID == ""):
		return nil, &bot.Failure{Outcome: bot.NotDone, Err: errNotUnderstood}
	case codeOf(f) == "missing_scope":
		return lacks.orScope(kind + ":read"), nil
	case f != nil && f.Lost:
		return append(lacks, bot.Missing{Code: "view", What: f.Err.Error()}), nil
	case f != nil:
		return nil, f
	}
	more, f := w.missingIn(ctx, got, me)
	if f != nil {
		return nil, f
	}
	return append(lacks, more...), nil
}

// shortages are things that a channel lacks.
type shortages []bot.Missing

// lacks names those of the scopes that the token does not have. Where Slack did not say what it has, none is missing.
func (me identity) lacks(scopes []string) (all shortages) {
	for _, scope := range scopes {
		if len(me.scopes) > 0 && !slices.Contains(me.scopes, scope) {
			all = append(all, bot.Missing{Code: "scope", What: scope})
		}
	}
	return all
}

// orScope adds a scope that Slack missed, unless it is among those that are missing.
func (s shortages) orScope(scope string) shortages {
	m := bot.Missing{Code: "scope", What: scope}
	if slices.Contains(s, m) {
		return s
	}
	return append(s, m)
}

// missingIn names what lacks in a channel that can be seen. A public channel that the bot is not in is joined when
// something is posted there, if it may join.
func (w *web) missingIn(ctx context.Context, c *slack.Channel, me identity) (all shortages, f *bot.Failure) {
	if c.IsArchived {
		return shortages{{Code: "send", What: verdicts["is_archived"].text}}, nil
	}
	if c.IsReadOnly {
		all = append(all, bot.Missing{Code: "send", What: verdicts["restricted_action"].text})
	}
	if !c.IsMember && !c.IsIM {
		joins := !c.IsPrivate && (len(me.scopes) == 0 || slices.Contains(me.scopes, "channels:join"))
		if !joins {
			all = append(all, bot.Missing{Code: "send", What: "/invite @" + me.handle})
		}
		return all, nil
	}
	// The documentation doubts that a bot may read; one page says whether it does.
	// https://docs.slack.dev/reference/methods/conversations.history
	f = w.ask(ctx, call{method: "conversations.history"}, func(ctx context.Context) error {
		_, err := w.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: c.ID, Limit: 1})
		return err
	})
	switch {
	case f == nil || codeOf(f) == "missing_scope": // that it is missing is said already
		return all, nil
	case f.Outcome == bot.Refused:
		return append(all, bot.Missing{Code: "read", What: f.Err.Error()}), nil
	}
	return nil, f
}
