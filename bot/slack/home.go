package slack

import (
	"context"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here is the page that a person has with the bot.
// https://docs.slack.dev/surfaces/app-home

const homeType = "home"

// homeCommand is the bot's command for what stands there.
const homeCommand = "home"

// homeOpened shows somebody their page. An administrator who opens it is somebody to say hello to.
func (t taking) homeOpened(ctx context.Context, e anyEvent) error {
	if e.User == "" {
		return nil
	}
	if p, f := t.p.web.person(ctx, e.User); f == nil && p.admin {
		if err := t.joined(ctx, bot.Workspace{Inviter: bot.Account{Platform: name, Workspace: t.me.team, User: e.User}}); err != nil {
			return err
		}
	}
	t.wait(t.carryOut(t.homeOrder("home/"+e.User+"/"+e.EventTS, e.User)))
	return nil
}

func (t taking) homeOrder(id, user string) order {
	return order{user: user, command: bot.Command{ID: id, Text: homeCommand}, to: &home{p: t.p, user: user}}
}

// showHome shows somebody their page anew, after something that they did there.
func (t taking) showHome(_ context.Context, id, user string) { t.carryOut(t.homeOrder(id, user)) }

// home shows an answer as somebody's page.
type home struct {
	p    *Platform
	user string
}

func (t *home) open(context.Context, bot.Form) bool { return false } // nobody asked for one

// tell replaces the whole page.
func (t *home) tell(ctx context.Context, a answer) error {
	v := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: t.p.viewBlocks(a.Message)}}
	return asError(t.p.again(ctx, true, func() *bot.Failure { return t.p.web.publish(ctx, t.user, v) }))
}

func (w *web) publish(ctx context.Context, user string, v slack.HomeTabViewRequest) *bot.Failure {
	return w.ask(ctx, call{method: "views.publish"}, func(ctx context.Context) error {
		_, err := w.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: v})
		return err
	})
}
