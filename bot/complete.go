package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"rewind/store"
)

// Here values are offered to somebody who is typing a command.

// mostChoices is how many values are offered: https://discord.com/developers/docs/interactions/application-commands#autocomplete
const mostChoices = 25

// choiceLabel is how many characters of a value are shown.
const choiceLabel = 100

// Complete offers values for an option of the command that somebody is typing: those that begin with what they typed,
// then those that hold it. It changes nothing, and what is sent in the end may be anything.
func (b *Bot) Complete(ctx context.Context, c Command, option, typed string) (choices []Choice, err error) {
	err = b.guard("complete a command", func() error {
		choices, err = b.complete(ctx, c, option, typed)
		return err
	})
	return choices, err
}

func (b *Bot) complete(ctx context.Context, c Command, option, typed string) ([]Choice, error) {
	known, _, _ := commands.find(strings.TrimSpace(c.Text))
	if known == nil {
		return nil, nil
	}
	c, _, err := b.accountsOf(ctx, c)
	if err != nil || c.From.Workspace == "" {
		return nil, err // nobody is asked while they type
	}
	group, err := b.group(ctx, c.From.Platform, c.From.Workspace)
	if err != nil {
		return nil, err
	}
	bank, err := b.store.GroupBank(ctx, group)
	if err != nil {
		return nil, err
	}
	k := call{typed: bare(known), Command: c, table: commands, now: b.clock.Now(), bank: bank}
	var all []Choice
	err = b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
		k.tx = tx
		k.load()
		all = k.choices(option)
		return nil
	})
	return fitting(all, typed), err
}

// bare is a command of which nothing was understood but its name.
func bare(c *command) typed { return typed{command: c, values: map[string]string{}} }

func (k *call) choices(option string) []Choice {
	if k.command.who == maintainers && !k.isMaintainer() {
		return nil
	}
	if option == roundOption && k.command.takesRound {
		return rounds(k)
	}
	if o := k.command.option(option); o != nil && o.complete != nil {
		return o.complete(k)
	}
	return nil
}

// fitting are the choices that what was typed may be the beginning of, those that really begin with it first.
func fitting(all []Choice, typed string) []Choice {
	typed = strings.ToLower(strings.TrimSpace(typed))
	rank := func(c Choice) int {
		switch label := strings.ToLower(c.Label); {
		case strings.HasPrefix(label, typed) || strings.HasPrefix(strings.ToLower(c.Value), typed):
			return 0
		case strings.Contains(label, typed):
			return 1
		}
		return 2
	}
	fit := slices.DeleteFunc(slices.Clone(all), func(c Choice) bool { return rank(c) == 2 })
	slices.SortStableFunc(fit, func(a, b Choice) int { return cmp.Compare(rank(a), rank(b)) })
	return fit[:min(len(fit), mostChoices)]
}

// rounds are the rounds that the command may be about, the newest first.
func rounds(k *call) (choices []Choice) {
	for r := range k.tx.Rounds() {
		seen := r.State != store.Planned && r.State != store.Dropped
		if len(k.command.rounds) > 0 && !slices.Contains(k.command.rounds, r.State) || !seen {
			continue
		}
		label := fmt.Sprintf("#%d %s", r.Number, bareLine(k.prompt(r), threadNameLength))
		choices = append(choices, Choice{firstLine(label, choiceLabel), fmt.Sprint(r.Number)})
		if len(choices) == 4*mostChoices {
			break
		}
	}
	return choices
}

func oneTopic(k *call) (choices []Choice) {
	known := map[string]int{}
	for _, e := range k.bank.Entries {
		for _, t := range e.In(k.group.Lang) {
			if known[t] == 0 {
				choices = append(choices, Choice{t, t})
			}
			known[t]++
		}
	}
	slices.SortStableFunc(choices, func(a, b Choice) int { return known[b.Value] - known[a.Value] })
	return choices
}

// someTopics offers one more topic behind those that were typed.
func someTopics(k *call) (choices []Choice) {
	before := ""
	if i := strings.LastIndexByte(k.Options["topics"], ','); i >= 0 {
		before = k.Options["topics"][:i+1] + " "
	}
	for _, c := range oneTopic(k) {
		choices = append(choices, Choice{before + c.Label, before + c.Value})
	}
	return choices
}

func scheduleIDs(k *call) (choices []Choice) {
	for s := range k.tx.Schedules() {
		choices = append(choices, Choice{s.ID + " · " + k.describe(s), s.ID})
	}
	return choices
}

func teamNames(k *call) (choices []Choice) {
	for t := range k.tx.Teams() {
		choices = append(choices, Choice{t.Name, t.Name})
	}
	return choices
}

func memberNames(k *call) (choices []Choice) {
	for m := range k.tx.Members() {
		choices = append(choices, Choice{m.Name, m.Name})
	}
	return choices
}

func waitingNumbers(k *call) (choices []Choice) {
	for s := range k.tx.WaitingSuggestions() {
		choices = append(choices, Choice{firstLine(fmt.Sprintf("%d · %s", s.Number, plain(s.Prompt)), choiceLabel), fmt.Sprint(s.Number)})
	}
	return choices
}
