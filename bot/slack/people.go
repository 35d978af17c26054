package slack

import (
	"context"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here is what is known of people: their names, languages, and the user groups that they are in.

// How much is remembered of people, and for how long.
const (
	mostPeople   = 10_000
	personLife   = 15 * time.Minute
	strangerLife = time.Minute // of somebody whom Slack does not tell of
	groupsLife   = 5 * time.Minute
	groupsStale  = time.Hour // how long the groups are good for where Slack does not tell them anew
	directLife   = 12 * time.Hour
)

// person is somebody as Slack knows them. Of whom Slack does not tell there is only the ID.
type person struct {
	id    string
	name  string // as it is shown
	lang  string // "ko", "en", …; "" if Slack does not say
	zone  string // as "Asia/Seoul"
	admin bool   // may administer the workspace
	bot   bool
}

// people remembers what Slack told.
type people struct {
	known  *cache[person]
	groups *cache[map[string][]string] // one entry: the user groups of everybody who is in one, by user ID
	stale  *cache[map[string][]string] // the same, kept for longer
}

func newPeople(clock bot.Clock) *people {
	return &people{
		known:  newCache[person](clock, mostPeople, personLife),
		groups: newCache[map[string][]string](clock, 1, groupsLife),
		stale:  newCache[map[string][]string](clock, 1, groupsStale),
	}
}

// person returns somebody. That Slack refuses to tell of them is no failure.
func (w *web) person(ctx context.Context, user string) (person, *bot.Failure) {
	if p, ok := w.people.known.get(user); ok {
		return p, nil
	}
	var got *slack.User
	f := w.ask(ctx, call{method: "users.info"}, func(ctx context.Context) (err error) {
		got, err = w.api.GetUserInfoContext(ctx, user)
		return err
	})
	p := person{id: user}
	switch {
	case f != nil && f.Outcome == bot.Refused && !f.Wide, codeOf(f) == "missing_scope":
		w.people.known.putFor(user, p, strangerLife)
		return p, nil
	case f != nil:
		return p, f
	}
	p = personOf(got)
	w.people.known.put(user, p)
	return p, nil
}

// changed forgets what is known of somebody, since it is not so any more.
func (w *web) changed(user string) { w.people.known.drop(user) }

func personOf(u *slack.User) person {
	p := person{id: u.ID, lang: langOf(u.Locale), zone: u.TZ, admin: u.IsAdmin || u.IsOwner || u.IsPrimaryOwner, bot: u.IsBot}
	for _, name := range []string{u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name} {
		if p.name = strings.TrimSpace(name); p.name != "" {
			break
		}
	}
	return p
}

// langOf is the language of a locale such as "ko-KR".
func langOf(locale string) string {
	lang, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	return strings.ToLower(lang)
}

// roles returns the IDs of the user groups that somebody is in. They are a few minutes old at most, or an hour where Slack
// does not tell them anew.
func (w *web) roles(ctx context.Context, user string) ([]string, *bot.Failure) {
	const all = ""
	if groups, ok := w.people.groups.get(all); ok {
		return groups[user], nil
	}
	var got []slack.UserGroup
	f := w.ask(ctx, call{method: "usergroups.list"}, func(ctx context.Context) (err error) {
		got, err = w.api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeUsers(true))
		return err
	})
	groups := map[string][]string{}
	if f != nil {
		stale, ok := w.people.stale.get(all)
		switch {
		case ok:
			groups = stale
		case f.Outcome != bot.Refused:
			return nil, f
		}
		w.people.groups.putFor(all, groups, strangerLife)
		return groups[user], nil
	}
	for _, g := range got {
		for _, u := range g.Users {
			groups[u] = append(groups[u], g.ID)
		}
	}
	w.people.groups.put(all, groups)
	w.people.stale.put(all, groups)
	return groups[user], nil
}

// inPrivate returns the conversation with somebody, which is opened if need be: nobody sees that.
func (w *web) inPrivate(ctx context.Context, user string) (string, *bot.Failure) {
	if channel, ok := w.direct.get(user); ok {
		return channel, nil
	}
	var got *slack.Channel
	f := w.ask(ctx, call{method: "conversations.open"}, func(ctx context.Context) (err error) {
		got, _, _, err = w.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		return err
	})
	if f != nil {
		return "", f
	}
	if got == nil || got.ID == "" {
		return "", &bot.Failure{Outcome: bot.NotDone, Err: errNotUnderstood}
	}
	w.direct.put(user, got.ID)
	return got.ID, nil
}
