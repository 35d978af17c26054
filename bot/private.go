package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"rewind/questions"
	"rewind/store"
)

// Here is found what a command leaves open: in a private conversation the group, and behind a button what was too long for
// it.

// inGroup finds the group of a command given in private: the person's only one, the one they chose, or they are asked.
// They are found only among the groups they are members of.
func (b *Bot) inGroup(ctx context.Context, c Command) (Command, *Reply, error) {
	c, accounts, err := b.accountsOf(ctx, c)
	if err != nil || c.From.Workspace != "" {
		return c, nil, err
	}
	w := Speak(questions.Lang(c.Lang))
	switch {
	case len(accounts) == 0:
		return c, &Reply{Private: true, Message: Message{Text: w.Say("dm_nowhere")}}, nil
	case len(c.Attachments) > 0:
		return c, &Reply{Private: true, Message: Message{Text: w.Say("dm_files")}}, nil
	}
	reply, err := b.whichGroup(ctx, c, accounts)
	return c, &reply, err
}

// accountsOf returns the command with its group's workspace where that is known or only one is possible, and else the
// accounts of whoever gives it.
func (b *Bot) accountsOf(ctx context.Context, c Command) (Command, []Account, error) {
	if c.From.Workspace != "" {
		return c, nil, nil
	}
	accounts, err := b.store.Person(ctx, c.From.Platform, c.From.User)
	if err != nil {
		return c, nil, err
	}
	c.Channel = Channel{} // nobody can be asked in a private conversation
	if chosen, rest, ok := cutWorkspace(c.Text); ok {
		c.Text = rest
		accounts = slices.DeleteFunc(accounts, func(a Account) bool { return a.Workspace != chosen })
	}
	if len(accounts) == 1 {
		c.From.Workspace = accounts[0].Workspace
	}
	return c, accounts, nil
}

// InWorkspace is a command's text for a workspace, as a button in a private conversation has it.
func InWorkspace(workspace, text string) string { return "@" + workspace + " " + text }

func cutWorkspace(text string) (workspace, rest string, ok bool) {
	text, ok = strings.CutPrefix(strings.TrimSpace(text), "@")
	if !ok {
		return "", "", false
	}
	workspace, rest = cutWord(text)
	return workspace, rest, true
}

// mostGroups is how many groups are offered.
const mostGroups = 10

// whichGroup asks somebody who is in several groups which one they mean.
func (b *Bot) whichGroup(ctx context.Context, c Command, accounts []Account) (Reply, error) {
	reply := Reply{Private: true, Message: Message{Text: Speak(questions.Lang(c.Lang)).Say("which_group")}}
	now, id := b.clock.Now(), b.newID()
	for _, a := range accounts[:min(len(accounts), mostGroups)] {
		group, err := b.group(ctx, a.Platform, a.Workspace)
		if err != nil {
			return Reply{}, err
		}
		name, command := a.Workspace, ""
		err = b.store.UpdateGroup(ctx, group, func(tx *store.Tx) error {
			if g, _ := tx.Group(); g.Places[placeKey(a.Platform, a.Workspace)] != "" {
				name = g.Places[placeKey(a.Platform, a.Workspace)]
			}
			command = InWorkspace(a.Workspace, park(tx, commands, c, 0, now, id))
			return nil
		})
		if err != nil {
			return Reply{}, err
		}
		reply.Message.Actions = append(reply.Message.Actions, Action{Label: name, Command: command})
	}
	return reply, nil
}

// parked is a command that is too long for a button, and waits for it to be pressed.
type parked struct {
	Text    string            `json:"text"`
	Options map[string]string `json:"options,omitempty"`
}

// shortEnough is how long a command in a button may be, in bytes; a platform adds its own to it.
const shortEnough = 48

const again = "again"

// park returns a command for a button that gives c again, for a round unless it is zero. What is too long is remembered
// for a day under the ID.
func park(tx *store.Tx, t table, c Command, round int, now time.Time, id string) string {
	text := c.Text
	if round != 0 {
		known, rest, _ := t.find(strings.TrimSpace(c.Text))
		_, rest = takeRound(rest)
		text = strings.TrimSpace(fmt.Sprintf("%s #%d %s", known.name, round, rest))
	}
	if len(c.Options) == 0 && len(text) <= shortEnough {
		return text
	}
	kept, err := json.Marshal(parked{c.Text, c.Options})
	if err != nil {
		tx.Fail(err)
		return ""
	}
	tx.Remember(parkedAs(id), now, kept)
	if round != 0 {
		return fmt.Sprintf("%s %s #%d", again, id, round)
	}
	return again + " " + id
}

func parkedAs(id string) string { return "parked/" + id }

// unpark puts what was parked in the place of the button's command.
func (b *Bot) unpark(ctx context.Context, group string, c Command) (Command, error) {
	word, rest := cutWord(c.Text)
	if word != again {
		return c, nil
	}
	id, rest := cutWord(rest)
	var p parked
	err := b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
		kept, ok := tx.Seen(parkedAs(id))
		if !ok {
			return nil // it was pressed after more than a day
		}
		return json.Unmarshal(kept, &p)
	})
	if err != nil || p.Text == "" {
		return c, err
	}
	c.Text, c.Options = p.Text, map[string]string{}
	for name, value := range p.Options {
		c.Options[name] = value
	}
	if round, _ := takeRound(rest); round != 0 {
		c.Options[roundOption] = fmt.Sprint(round)
	}
	return c, nil
}
