package discord

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

// diary is a handler that notes what it is told.
type diary struct {
	mu        sync.Mutex // guards what follows
	lines     []string
	comments  []bot.Comment
	reactions []bot.Reaction
	joined    []bot.Workspace
	fail      func(what string) error
}

func (d *diary) note(what string, f func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, what)
	if f != nil {
		f()
	}
	if d.fail != nil {
		return d.fail(what)
	}
	return nil
}

func (d *diary) Command(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
	unknown := !strings.HasPrefix(c.Text, "reveal")
	_ = d.note("command "+c.Text, nil)
	return answer(ctx, bot.Reply{Message: bot.Message{Text: "noted"}, Unknown: unknown})
}

func (d *diary) Complete(context.Context, bot.Command, string, string) ([]bot.Choice, error) {
	return nil, nil
}

func (d *diary) Comment(_ context.Context, c bot.Comment) error {
	what := "comment " + c.Text
	if c.Deleted {
		what = "deleted"
	}
	return d.note(what, func() { d.comments = append(d.comments, c) })
}

func (d *diary) Reaction(_ context.Context, r bot.Reaction) error {
	return d.note(fmt.Sprint("reaction ", r.Emoji, " ", r.Removed), func() { d.reactions = append(d.reactions, r) })
}

func (d *diary) Gap(_ context.Context, platform string) error { return d.note("gap", nil) }

func (d *diary) Joined(_ context.Context, w bot.Workspace) error {
	return d.note("joined "+w.Name, func() { d.joined = append(d.joined, w) })
}

func (d *diary) Left(_ context.Context, _, workspace string) error {
	return d.note("left "+workspace, nil)
}

func (d *diary) Tell(_ context.Context, _, workspace, code string) error {
	return d.note(strings.TrimSpace("tell "+code+" "+workspace), nil)
}

// take returns what was noted since it was last asked, without what begins with one of some words.
func (d *diary) take(without ...string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := d.lines
	d.lines = nil
	return strings.Join(slices.DeleteFunc(list, func(line string) bool {
		first, _, _ := strings.Cut(line, " ")
		return slices.Contains(without, first)
	}), "|")
}

// listens has the platform report to a diary until the test ends.
func (w *world) listens() *diary {
	w.T.Helper()
	d := &diary{}
	ctx, stop := context.WithCancel(w.T.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := w.platform.Listen(ctx, d); err != nil {
			w.T.Error(err)
		}
	}()
	w.T.Cleanup(func() {
		synctest.Wait()
		stop()
		<-done
	})
	w.rest()
	return d
}

// rest lets everything come to rest.
func (w *world) rest() {
	time.Sleep(20 * time.Second)
	synctest.Wait()
}

// hears waits and says what was noted; what is about guilds is left out.
func (w *world) hears(d *diary, want string) {
	w.T.Helper()
	w.rest()
	w.wants("it was told", d.take("joined"), want)
}

func TestWhatIsSaidIsHeard(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		d := w.listens()
		w.hears(d, "gap")
		room, th := w.open()
		w.mina.Say(w.channel, "outside")
		m := w.mina.Say(room, "SYN")
		w.hears(d, "comment SYN")
		w.jun.React(m, "👍")
		w.jun.Unreact(m, "👍")
		w.hears(d, "reaction 👍 false|reaction 👍 true")
		if got := d.reactions; got[0] != (bot.Reaction{Thread: th, Comment: m.ID, From: w.account(w.jun), Name: "Jun", Emoji: "👍"}) || got[1].Name != "Jun" || got[1].From != got[0].From {
			t.Errorf("the reactions are %+v", got)
		}
		w.mina.Edit(m, "SYN, ACK")
		w.mina.Delete(m)
		w.hears(d, "comment SYN, ACK|deleted")
		if c := d.comments[2]; !c.Deleted || c.ID != m.ID || c.Thread != th || !c.Revision.After(d.comments[1].Revision) {
			t.Errorf("the deletion is %+v", c)
		}
		// Of the bot's own nothing is told.
		w.deliver(bot.Delivery{Key: "own", Op: bot.Say, To: bot.Place{Channel: th.Channel, Thread: th.ID}, Body: bot.Message{Text: "own words"}})
		other := w.jun.Say(room, "ACK")
		w.deliver(bot.Delivery{Key: "r", Op: bot.React, To: bot.Place{Channel: th.Channel, Thread: th.ID, Message: other.ID}, Body: bot.Message{Text: "✅"}})
		w.jun.React(room.FromBot()[0], "👍")
		w.hears(d, "comment ACK")
		// An archived thread is none that Discord tells of at the start, and is found all the same.
		room.Archive(true)
		w.InvalidateSessions(false)
		time.Sleep(time.Minute)
		w.hears(d, "gap")
		w.jun.Say(room, "late")
		w.hears(d, "comment late")
	})
}

func TestMentionsAreNoComments(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		d := w.listens()
		w.hears(d, "gap")
		room, th := w.open()
		bot := "<@" + w.Bot().ID + "> "
		m := w.mina.Say(room, bot+"reveal")
		w.mina.Say(w.channel, bot+"reveal")
		w.hears(d, "command reveal|command reveal")
		w.mina.Edit(m, bot+"reveal #2") // it was given already
		w.hears(d, "")
		w.mina.Say(room, bot+"schedule nonsense") // it looks like one, and is read as one
		w.mina.Say(room, bot+"is a bot")
		w.hears(d, "command schedule nonsense|command is a bot|comment "+bot+"is a bot")
		w.wants("the thread", told(w.reads(th)), "Mina: "+bot+"is a bot")
		w.mina.Say(w.mina.DM(), "reveal")
		w.hears(d, "command reveal")
	})
}

// Without the intent a thread's words are hidden, and what is known of them stays.
func TestWithoutContentNothingIsForgotten(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.GrantIntents(0)
		d := w.listens()
		w.rest()
		lines := d.take()
		if all := lines + "|"; !strings.Contains(all, "tell discord_content|") || !strings.Contains(all, "tell discord_content "+w.guild.ID+"|") || strings.Count(all, "gap|") != 1 {
			t.Errorf("it was told %s", lines)
		}
		room, _ := w.open()
		m := w.mina.Say(room, "SYN")
		time.Sleep(time.Second)
		w.mina.Edit(m, "SYN, ACK")
		w.hears(d, "")
		w.mina.Say(room, "<@"+w.Bot().ID+"> I think so")
		w.hears(d, "command I think so|comment <@"+w.Bot().ID+"> I think so")
		// Whoever becomes a maintainer later is told, too.
		w.InvalidateSessions(false)
		time.Sleep(time.Minute)
		if lines := d.take("joined") + "|"; strings.Count(lines, "tell discord_content|") != 1 {
			t.Errorf("it was told %s", lines)
		}
	})
}

func TestGuildsComeAndGo(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.guild.SetLocale("ko")
		w.channel.DenyBot(discordtest.SendMessages)
		hello := w.guild.Text("hello")
		d := w.listens()
		w.wants("at the start", d.take("gap"), "joined Study")
		want := bot.Workspace{Platform: name, ID: w.guild.ID, Name: "Study", Lang: "ko", Channel: w.place(hello), Inviter: w.account(w.guild.Owner())}
		if d.joined[0] != want {
			t.Errorf("the guild is %+v, want %+v", d.joined[0], want)
		}
		w.guild.Outage(true)
		w.guild.Outage(false)
		w.rest()
		w.wants("after an outage", d.take(), "joined Study")
		w.guild.RemoveBot()
		w.rest()
		w.wants("removed", d.take(), "left "+w.guild.ID)
		hello.DenyBot(discordtest.SendMessages)
		w.guild.Invite()
		w.rest()
		w.wants("taken in again", d.take(), "joined Study")
		if got := d.joined[2]; got.Channel != (bot.Channel{}) {
			t.Errorf("hello is to be said in %+v", got.Channel)
		}
	})
}

func TestWhereHelloIsSaid(t *testing.T) {
	g := &guildHeard{guild: guild{ID: "1", Roles: []role{{ID: "1", Permissions: permissionView | permissionSend}, {ID: "9"}}}}
	in := func(id string, kind, position int, o ...overwrite) channelHeard {
		return channelHeard{channel{ID: id, Type: kind, Overwrites: o}, position}
	}
	g.Members = []member{{User: &user{ID: "me"}, Roles: []string{"9"}}}
	g.Channels = []channelHeard{
		in("10", channelForum, 0), in("11", channelText, 3), in("12", channelText, 2), in("13", channelText, 2),
		in("14", channelText, 1, overwrite{ID: "9", Deny: permissionSend}), in("15", channelText, 5),
	}
	for system, want := range map[string]string{"": "12", "15": "15", "14": "12", "404": "12"} {
		g.SystemChannelID = system
		if got := helloIn(g, "me"); got != want {
			t.Errorf("with the system channel %q hello is said in %q, want %q", system, got, want)
		}
	}
}

func TestGapsAreToldOnceForAllShards(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.SetShards(3, 1)
		d := w.listens()
		time.Sleep(time.Minute)
		w.hears(d, "gap")
		w.InvalidateSessions(false)
		time.Sleep(time.Minute)
		if lines := d.take("joined"); !strings.HasPrefix(lines, "gap") {
			t.Errorf("it was told %s", lines)
		}
	})
}

func TestAGapIsToldWithoutAStuckShard(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.SetShards(2, 1)
		w.Order(discordtest.Fault{Kind: discordtest.IdentifyInvalid, Skip: 1, Times: -1})
		d := w.listens()
		w.hears(d, "")
		time.Sleep(shardsSpan)
		w.hears(d, "gap")
	})
}

func TestAGapIsToldUntilItIsTaken(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		d := &diary{}
		failed := 0
		d.fail = func(what string) error {
			if what != "gap" || failed == 3 {
				return nil
			}
			if failed++; failed == 2 {
				panic("in a handler")
			}
			return errors.New("the store is busy")
		}
		e := &ear{Platform: w.platform, to: d, ring: make(chan struct{}, 1), up: map[int]bool{}}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); e.tellGaps(ctx) }()
		e.ready(ctx, 0, 1)
		time.Sleep(time.Minute)
		stop()
		<-done
		w.wants("it was told", d.take(), "gap|gap|gap|gap")
	})
}

// Where an event happened is asked for as long as it makes sense; then the threads are read again.
func TestAnUnknownChannelIsLookedUp(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		d := w.listens()
		room, _ := w.open()
		w.rest()
		d.take()
		w.platform.channels.forget(room.ID)
		o := w.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Route: "GET /channels/{channel_id}", Times: 2})
		w.mina.Say(room, "SYN")
		if w.hears(d, "comment SYN"); o.Count() != 2 {
			t.Errorf("it was in trouble %d times", o.Count())
		}
		w.platform.channels.forget(room.ID)
		o = w.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Route: "GET /channels/{channel_id}", Times: siteTries})
		w.mina.Say(room, "ACK")
		time.Sleep(time.Minute)
		if w.hears(d, "gap"); o.Count() != siteTries {
			t.Errorf("it was in trouble %d times", o.Count())
		}
	})
}

func TestStrangeEventsAreSurvived(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		d := &diary{}
		e := &ear{Platform: w.platform, me: w.Bot().ID, to: d, talk: newInteractions(w.platform, w.Bot().ID, d), ring: make(chan struct{}, 1), up: map[int]bool{}}
		room, _ := w.open()
		for _, kind := range []string{
			"MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE",
			"GUILD_CREATE", "CHANNEL_CREATE", "CHANNEL_DELETE", "THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_LIST_SYNC",
			"INTERACTION_CREATE", "SOMETHING_NEW",
		} {
			for _, data := range []string{
				`null`, `{}`, `[]`, `7`, `{"id":7}`, `{"guild_id":"` + w.guild.ID + `"}`,
				`{"guild_id":"` + w.guild.ID + `","channel_id":"` + room.ID + `","author":null,"member":{}}`,
			} {
				e.event(t.Context(), event{kind: kind, at: time.Now(), data: []byte(data)})
			}
		}
		d.take()
		// An edit of what was said before the bot began is no command.
		edit := `{"id":"5","guild_id":"` + w.guild.ID + `","channel_id":"` + room.ID + `","author":{"id":"` + w.mina.ID() + `"},"content":"<@` + w.Bot().ID + `> reveal"}`
		e.event(t.Context(), event{kind: "MESSAGE_UPDATE", at: time.Now(), data: []byte(edit)})
		w.wants("it was told", d.take(), "")
		e.event(t.Context(), event{kind: "GUILD_CREATE", at: time.Now(), data: []byte(`{"id":"9","unavailable":true}`)})
		w.wants("it was told", d.take(), "")
		bulk := `{"guild_id":"` + w.guild.ID + `","channel_id":"` + room.ID + `","ids":["1","2"]}`
		e.event(t.Context(), event{kind: "MESSAGE_DELETE_BULK", at: time.Now(), data: []byte(bulk)})
		w.wants("it was told", d.take(), "deleted|deleted")
		sync := `{"guild_id":"` + w.guild.ID + `","threads":[{"id":"77","type":11,"parent_id":"` + w.channel.ID + `"}]}`
		e.event(t.Context(), event{kind: "THREAD_LIST_SYNC", data: []byte(sync)})
		if th, isThread, ok := e.thread(t.Context(), w.guild.ID, "77"); !ok || !isThread || th.Channel != w.place(w.channel) {
			t.Errorf("the thread is %+v", th)
		}
	})
}

func TestAWrongTokenIsFatal(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		p, err := New(Options{Token: "wrong.token", API: w.URL(), Dial: w.Dial})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		fatal := (*bot.Fatal)(nil)
		if err := p.Listen(t.Context(), &diary{}); !errors.As(err, &fatal) || fatal.Code != "discord_token" || strings.Contains(err.Error(), "wrong.token") {
			t.Errorf("it ended with %v", err)
		}
		if _, err := New(Options{}); err == nil {
			t.Error("no token is a token")
		}
	})
}
