package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rewind/questions"
	"rewind/store"
)

// call is a command being carried out: what it may read and change, and by whom it was given. It lives as long as its
// transaction.
type call struct {
	typed
	Command

	tx     *store.Tx
	now    time.Time
	group  store.Group
	member store.Member // the zero member, with a name, in a command that only reads, given by somebody new
	words  Words        // of the person's language
	zone   *time.Location
	bank   *store.Bank
	picked store.Round // the round it is about, where the table asks for one
	hits   []questions.Hit
	upload upload
	// blind says that the platform does not let the bot read what is written in threads.
	blind bool
	// missing is what a form is to ask for.
	missing *misread
	table   table  // all commands
	fresh   string // a random ID, the same if the transaction is run again
}

// patience is how long a person waits before a slow command gives a first sign.
const patience = 700 * time.Millisecond

// Command carries out what somebody typed or pressed, and answers it: once, or where it takes long first with a sign that it
// is under way.
func (b *Bot) Command(ctx context.Context, c Command, answer func(context.Context, Reply) error) error {
	var reply Reply
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = b.guard("carry out a command", func() (err error) {
			reply, err = b.command(ctx, c)
			return err
		})
	}()
	if sign := b.await(ctx, c, done, answer); sign != nil {
		b.log.Warn("no sign of a slow command given", "platform", c.From.Platform, "command", c.ID, "error", sign)
	}
	if err != nil {
		b.log.Error("command not carried out", "platform", c.From.Platform, "command", c.ID, "error", err)
		reply = Reply{Private: true, Message: Message{Text: Speak(questions.Lang(c.Lang)).Say("internal_error")}}
		return errors.Join(err, answer(ctx, reply))
	}
	return answer(ctx, reply)
}

// await waits for a command; one that the table calls slow gives a sign when patience ends.
func (b *Bot) await(ctx context.Context, c Command, done <-chan struct{}, answer func(context.Context, Reply) error) (err error) {
	_, text, inPrivate := cutWorkspace(c.Text)
	if !inPrivate {
		text = c.Text
	}
	known, _, _ := commands.find(strings.TrimSpace(text))
	if known != nil && known.slow {
		end, release := b.clock.After(patience)
		select {
		case <-done:
		case <-end:
			err = answer(ctx, Reply{Private: true, Message: Message{Text: Speak(questions.Lang(c.Lang)).Say("working")}})
		}
		release()
	}
	<-done
	return err
}

func (b *Bot) command(ctx context.Context, c Command) (Reply, error) {
	c, asked, err := b.inGroup(ctx, c)
	if err != nil || asked != nil {
		return *cmp.Or(asked, &Reply{}), err
	}
	group, err := b.group(ctx, c.From.Platform, c.From.Workspace)
	if err != nil {
		return Reply{}, err
	}
	if c, err = b.unpark(ctx, group, c); err != nil {
		return Reply{}, err
	}
	if word, _ := cutWord(c.Text); word == again {
		w, err := b.wordsFor(ctx, group, c)
		return Reply{Private: true, Unknown: true, Message: Message{Text: w.Say("choice_old")}}, err
	}
	t, wrong := commands.parseWith(c.Text, c.Options)
	asksForm := wrong != nil && wrong.key == keyMissing && c.Forms && t.command.form != nil
	if wrong != nil && !asksForm {
		return b.misread(ctx, group, c, wrong)
	}
	bank, err := b.store.GroupBank(ctx, group)
	if err != nil {
		return Reply{}, err
	}
	k := call{typed: t, Command: c, table: commands, now: b.clock.Now(), bank: bank, fresh: b.newID(), blind: b.isBlind(c.From.Platform)}
	if asksForm {
		return b.askForm(ctx, group, k, wrong)
	}
	if missing, err := b.missing(ctx, group, k); err != nil || len(missing) > 0 {
		return b.missingReply(ctx, group, c, missing, err)
	}
	if reply, err := b.prepare(ctx, group, &k); err != nil || reply != nil {
		return *cmp.Or(reply, &Reply{}), err
	}
	if t.command.reads {
		return b.read(ctx, group, k)
	}
	return b.write(ctx, group, k)
}

// prepare does what the command needs done outside of its transaction, if the person may give it.
func (b *Bot) prepare(ctx context.Context, group string, k *call) (*Reply, error) {
	if k.command.prepare == nil {
		return nil, nil
	}
	if may, err := b.may(ctx, group, *k); err != nil || !may {
		return nil, err // the transaction says so
	}
	if seen, err := b.seen(ctx, group, *k); err != nil || seen {
		return nil, err // the transaction finds its reply
	}
	w, err := b.wordsFor(ctx, group, k.Command)
	if err != nil {
		return nil, err
	}
	k.words = w
	return k.command.prepare(ctx, b, group, k)
}

// seen reports whether the command came before.
func (b *Bot) seen(ctx context.Context, group string, k call) (seen bool, err error) {
	err = b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
		_, seen = tx.Seen(k.seenAs())
		return nil
	})
	return seen, err
}

// seenAs is the name under which a command is remembered.
func (k *call) seenAs() string { return k.From.Platform + "/" + k.ID }

// read carries out a command that changes nothing.
func (b *Bot) read(ctx context.Context, group string, k call) (reply Reply, err error) {
	err = b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
		k.tx = tx
		reply = k.carryOut()
		return nil
	})
	return reply, err
}

// write carries out a command in one transaction with its ID: the same one again gets the same reply and changes nothing.
func (b *Bot) write(ctx context.Context, group string, k call) (reply Reply, err error) {
	id := k.seenAs()
	if k.blind && k.command.who == maintainers {
		// Whoever has just become the first maintainer has not been told yet.
		defer func() { err = errors.Join(err, b.tell(ctx, group, codeBlind)) }()
	}
	err = b.update(ctx, group, func(tx *store.Tx) error {
		reply = Reply{}
		if said, ok := tx.Seen(id); ok {
			return json.Unmarshal(said, &reply)
		}
		k := k // a second run starts from the same
		k.tx = tx
		k.member = meet(tx, k.From, k.Name, k.fresh, k.now)
		reply = k.carryOut()
		said, err := json.Marshal(reply)
		if err != nil {
			return err
		}
		tx.Remember(id, k.now, said)
		return nil
	})
	return reply, err
}

// load reads what every command needs.
func (k *call) load() {
	k.group, _ = k.tx.Group()
	k.zone = zoneOf(k.group.Zone)
	k.words = Speak(k.group.Lang)
	if k.Lang != "" {
		k.words = Speak(questions.Lang(k.Lang))
	}
	if k.member.ID == "" {
		k.member, _ = k.tx.MemberOf(k.From)
	}
}

// carryOut checks what the table demands, and runs the command.
func (k *call) carryOut() Reply {
	k.load()
	if reply, ok := k.allowed(); !ok {
		return reply
	}
	if k.command.takesRound && len(k.command.rounds) > 0 {
		reply, ok := k.pickRound()
		if !ok {
			return reply
		}
	}
	reply := k.command.run(k)
	reply.Private = reply.Private || !k.command.public || k.Channel.ID == ""
	return reply
}

// allowed checks who may give the command, and where.
func (k *call) allowed() (Reply, bool) {
	switch {
	case k.command.inChannel && k.Channel.ID == "":
		return k.say("need_channel"), false
	case k.command.who == maintainers && !k.isMaintainer():
		return k.say("need_maintainer"), false
	}
	return Reply{}, true
}

func (k *call) isMaintainer() bool {
	named := k.member.ID != "" && slices.Contains(k.group.Maintainers, k.member.ID)
	return k.Admin || named || slices.ContainsFunc(k.Roles, func(id string) bool {
		return slices.Contains(k.group.Roles, store.Role(k.From.Platform, id))
	})
}

// pickRound finds the round a command is about. Where several could be meant it offers them, and it says so where none can.
func (k *call) pickRound() (Reply, bool) {
	if k.round != 0 {
		r, ok := k.tx.Round(k.round)
		if !ok {
			return k.say("no_such_round", Values{"Round": k.round}), false
		}
		return k.take(r)
	}
	var here, all []store.Round
	for _, r := range k.tx.Active() {
		for _, p := range k.tx.Posts(r.Number) {
			if k.Thread != "" && p.Thread == k.Thread && p.Channel == k.Channel {
				return k.take(r)
			}
			if p.Channel == k.Channel && p.Message != "" && slices.Contains(k.command.rounds, r.State) {
				here = append(here, r)
			}
		}
		if slices.Contains(k.command.rounds, r.State) {
			all = append(all, r)
		}
	}
	for _, rounds := range [][]store.Round{open(here), open(all), here, all} {
		switch {
		case len(rounds) == 1:
			return k.take(rounds[0])
		case len(rounds) > 1:
			return k.offer(rounds), false
		}
	}
	return k.say("no_round"), false
}

func open(rounds []store.Round) []store.Round {
	return slices.DeleteFunc(slices.Clone(rounds), func(r store.Round) bool { return r.State != store.Opened })
}

func (k *call) take(r store.Round) (Reply, bool) {
	if !slices.Contains(k.command.rounds, r.State) {
		return k.say("round_is_"+string(r.State), Values{"Round": r.Number}), false
	}
	k.picked = r
	return Reply{}, true
}

// offer lets the person choose which round is meant.
func (k *call) offer(rounds []store.Round) Reply {
	reply := k.say("which_round")
	for _, r := range rounds {
		reply.Message.Actions = append(reply.Message.Actions, Action{
			Label: fmt.Sprintf("#%d %s", r.Number, firstLine(k.prompt(r), 40)), Command: park(k.tx, k.table, k.Command, r.Number, k.now, k.fresh),
		})
	}
	return reply
}

// prompt is what a round asks.
func (k *call) prompt(r store.Round) string { return asked(k.textOf(r)) }

func (k *call) textOf(r store.Round) questions.Text {
	q, ok := k.tx.Question(r.Bank, r.Own, r.Question)
	if !ok {
		return questions.Text{}
	}
	return q.In(r.Lang)
}

// say is a private reply of one sentence.
func (k *call) say(key string, values ...Values) Reply {
	return Reply{Private: true, Message: Message{Text: k.words.Say(key, values...)}}
}

// misread answers a text that is no command.
func (b *Bot) misread(ctx context.Context, group string, c Command, m *misread) (Reply, error) {
	w, err := b.wordsFor(ctx, group, c)
	if err != nil {
		return Reply{}, err
	}
	return Reply{Private: true, Unknown: m.command == nil, Message: Message{Text: m.say(w)}}, nil
}

func (b *Bot) wordsFor(ctx context.Context, group string, c Command) (w Words, err error) {
	lang := questions.Lang(c.Lang)
	if lang == "" {
		err = b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
			g, _ := tx.Group()
			lang = g.Lang
			return nil
		})
	}
	return Speak(lang), err
}

// channelsOf are the channels that a command names, or else the one it was given in.
func channelsOf(t typed, c Command) []Channel {
	var channels []Channel
	for _, text := range splitList(t.values["channel"]) {
		channels = append(channels, Channel{Platform: c.From.Platform, Workspace: c.From.Workspace, ID: idIn(text)})
	}
	if len(channels) == 0 && c.Channel.ID != "" {
		channels = []Channel{c.Channel}
	}
	return channels
}

// splitList cuts a list at its commas and drops what is empty.
func splitList(text string) []string {
	var items []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// idIn is the platform's ID in what was typed for a channel, a role or a user group: "#general", "<#12>", "<@&12>",
// "<!subteam^S1|@name>".
func idIn(text string) string {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "<"), ">")
	text = strings.TrimLeft(strings.TrimPrefix(text, "!subteam^"), "#@&")
	id, _, _ := strings.Cut(text, "|")
	return id
}
