package discord

import (
	"context"
	"time"

	"rewind/bot"
)

// person is somebody in a guild.
type person struct{ guild, user string }

// named is the name that people see of somebody.
type named struct {
	name  string
	until time.Time // when it is asked for again: nobody tells the bot of a change
}

// nameSpan is how long a name is believed.
const nameSpan = 6 * time.Hour

// saw remembers the name of somebody who did something, and returns it. m is what their guild says of them.
func (p *Platform) saw(guild string, u user, m member) string {
	shown := shownName(m, u)
	p.people.put(person{guild, u.ID}, named{shown, p.clock.Now().Add(nameSpan)})
	return shown
}

// nameOf is the name of somebody of whom only the account is known, as in what is read later. It is "" where nobody can say
// it now: the bot keeps the one it has, which may be better than the account's.
func (p *Platform) nameOf(ctx context.Context, guild string, u user) string {
	known, ok := p.people.get(person{guild, u.ID})
	if ok && p.clock.Now().Before(known.until) {
		return known.name
	}
	m, err := p.rest.member(ctx, guild, u.ID)
	switch {
	case err == nil:
		return p.saw(guild, u, *m)
	case outcomeOf(err) == bot.Refused: // they have left
		return p.saw(guild, u, member{})
	case ok:
		return known.name
	}
	return ""
}
