package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"rewind/questions"
	"rewind/store"
)

// Here workspaces come and go, and maintainers are told what a platform has to say.

func placeKey(platform, workspace string) string { return platform + "/" + workspace }

// Joined says that the bot is in a workspace. Platforms say so at every start; only the first time, and after the bot was
// removed, it says hello.
func (b *Bot) Joined(ctx context.Context, w Workspace) error {
	return b.guard("join a workspace", func() error { return b.joined(ctx, w) })
}

func (b *Bot) joined(ctx context.Context, w Workspace) error {
	group, err := b.groupIn(ctx, w.Platform, w.ID, questions.Lang(w.Lang))
	if err != nil {
		return err
	}
	place := placeKey(w.Platform, w.ID)
	known := false
	err = b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
		g, _ := tx.Group()
		known = slices.Contains(g.Told, helloIn+place) && g.Places[place] == w.Name
		return nil
	})
	if err != nil || known {
		return err
	}
	now := b.clock.Now()
	return b.update(ctx, group, func(tx *store.Tx) error {
		g, _ := tx.Group()
		places := map[string]string{place: w.Name}
		for p, name := range g.Places {
			if p != place {
				places[p] = name
			}
		}
		g.Places = places
		tx.PutGroup(g)
		if tellOnce(tx, g, helloIn+place) {
			mailHello(tx, w, now)
			comeBack(tx, w.Platform, w.ID)
		}
		return nil
	})
}

// helloIn begins the code under which a group notes that it was said hello in a place.
const helloIn = "hello/"

// mailHello says in a workspace's channel how to begin, or where there is none to whoever took the bot in.
func mailHello(tx *store.Tx, w Workspace, now time.Time) {
	l := store.Letter{ID: "hello/" + placeKey(w.Platform, w.ID), Kind: store.LetterHello, Channel: w.Channel, Due: now, Expires: now.Add(noticeSpan)}
	switch {
	case w.Channel.ID != "":
	case w.Inviter.User != "":
		l.Kind, l.Channel, l.Notice = store.LetterNotice, Channel{}, &store.Notice{To: w.Inviter, Code: noticeHello}
	default:
		return
	}
	tx.PutLetter(l)
}

// comeBack lets schedules ask again in the channels of a workspace that took the bot in again.
func comeBack(tx *store.Tx, platform, workspace string) {
	for _, s := range slices.Collect(tx.Schedules()) {
		away := slices.DeleteFunc(slices.Clone(s.Away), func(c Channel) bool { return c.Platform == platform && c.Workspace == workspace })
		if len(away) != len(s.Away) {
			s.Away = away
			tx.PutSchedule(s)
		}
	}
}

// Left says that a workspace removed the bot: nothing is asked there until it is taken in again, and maintainers are told.
func (b *Bot) Left(ctx context.Context, platform, workspace string) error {
	return b.guard("leave a workspace", func() error {
		home, ok, err := b.store.Home(ctx, platform, workspace)
		if err != nil || !ok {
			return err
		}
		now := b.clock.Now()
		return b.update(ctx, home.Group, func(tx *store.Tx) error {
			leave(tx, platform, workspace, now)
			return nil
		})
	})
}

func leave(tx *store.Tx, platform, workspace string, now time.Time) {
	g, _ := tx.Group()
	place := placeKey(platform, workspace)
	there := func(c Channel) bool { return c.Platform == platform && c.Workspace == workspace }
	g.Told = slices.DeleteFunc(slices.Clone(g.Told), func(code string) bool { return code == helloIn+place })
	tx.PutGroup(g)
	touched := false
	for _, s := range slices.Collect(tx.Schedules()) {
		lost := slices.DeleteFunc(present(s), func(c Channel) bool { return !there(c) })
		if len(lost) > 0 {
			s.Away = append(s.Away, lost...)
			tx.PutSchedule(s)
			touched = true
		}
	}
	if touched {
		mailNotice(tx, g, noticeLeft, place, map[string]string{"Place": firstLine(placeName(g, place), nameLength)}, now)
	}
}

func placeName(g store.Group, place string) string {
	if name := g.Places[place]; name != "" {
		return name
	}
	_, id, _ := strings.Cut(place, "/")
	return id
}

// Tell tells maintainers the sentence "tell_CODE", once for each code: those of a workspace, or where it is "" of all.
func (b *Bot) Tell(ctx context.Context, platform, workspace, code string) error {
	if code == codeBlind {
		b.blind.Store(platform, true)
	}
	return b.guard("tell maintainers", func() error {
		homes, err := b.store.Homes(ctx, platform)
		if err != nil {
			return err
		}
		for _, h := range homes {
			if workspace != "" && h.Workspace != workspace {
				continue
			}
			if err := b.tell(ctx, h.Group, code); err != nil {
				return err
			}
		}
		return nil
	})
}

// codeBlind says that a platform does not let the bot read what is written in threads.
const codeBlind = "discord_content"

// isBlind reports whether a platform has said so since the bot was started.
func (b *Bot) isBlind(platform string) bool {
	_, blind := b.blind.Load(platform)
	return blind
}

// tell waits with what is to be told until a group has somebody to be told.
func (b *Bot) tell(ctx context.Context, group, code string) error {
	now, wanted := b.clock.Now(), false
	err := b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
		g, _ := tx.Group()
		wanted = len(g.Maintainers) > 0 && !slices.Contains(g.Told, tellCode+code)
		return nil
	})
	if err != nil || !wanted {
		return err
	}
	return b.update(ctx, group, func(tx *store.Tx) error {
		if g, _ := tx.Group(); tellOnce(tx, g, tellCode+code) {
			mailNotice(tx, g, tellCode+code, "", nil, now)
		}
		return nil
	})
}

// tellCode begins the codes of what a platform has to say to maintainers.
const tellCode = "tell_"
