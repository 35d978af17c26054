package discord

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

// post is a message for the channel of the test.
func (w *world) post(key, text string) bot.Delivery {
	return bot.Delivery{Key: key, Op: bot.Say, To: bot.Place{Channel: w.place(w.channel)}, Body: bot.Message{Text: text}}
}

func (w *world) deliver(d bot.Delivery) bot.Receipt {
	w.T.Helper()
	r, err := w.platform.Deliver(w.T.Context(), d)
	if err != nil || r.ID == "" || r.At.IsZero() {
		w.T.Fatalf("%s %s: %+v, %v", d.Op, d.Key, r, err)
	}
	return r
}

func (w *world) fails(d bot.Delivery, want bot.Outcome, text string) *bot.Failure {
	w.T.Helper()
	ctx, cancel := context.WithTimeout(w.T.Context(), 30*time.Second)
	defer cancel()
	_, err := w.platform.Deliver(ctx, d)
	return wantFailure(w.T, err, want, text)
}

// restart makes a platform that remembers nothing, long after.
func (w *world) restart() {
	time.Sleep(10 * time.Minute)
	w.platform = w.start()
}

// lose lets the next post land, unknown to the bot.
func (w *world) lose(route string, d bot.Delivery) bot.Delivery {
	w.T.Helper()
	o := w.Order(discordtest.Fault{Kind: discordtest.ResetAfter, Route: route})
	d.Unsure = time.Now()
	w.fails(d, bot.Unknown, "")
	if o.Count() != 1 {
		w.T.Fatal("no answer was lost")
	}
	return d
}

func (w *world) texts(c *discordtest.Channel) string {
	var all []string
	for _, m := range c.FromBot() {
		all = append(all, unescaped(m.Content))
	}
	return strings.Join(all, "|")
}

func (w *world) wants(what, got, want string) {
	w.T.Helper()
	if got != want {
		w.T.Errorf("%s: %q, want %q", what, got, want)
	}
}

var actions = []bot.Action{{Label: "Answer", Command: "answer #1"}, {Label: "Show me", Command: "reveal #1 me"}}

func TestButtons(t *testing.T) {
	var many []bot.Action
	for i := range 30 {
		many = append(many, bot.Action{Label: strings.Repeat("한글", 50), Command: fmt.Sprint("answer #", i)})
	}
	many = slices.Insert(many, 1, many[0], bot.Action{Label: "too long", Command: strings.Repeat("x", 90)}, bot.Action{Label: " ", Command: "x"})
	rows := buttons(many, markOf("key"), "")
	ids := map[string]bool{}
	for i, r := range rows {
		if len(r.Components) != rowLength {
			t.Errorf("row %d has %d buttons", i, len(r.Components))
		}
		for _, b := range r.Components {
			ids[b.CustomID] = true
			command, ok := decodeID(b.CustomID)
			if n := len([]rune(b.Label)); n > labelLimit || !ok || !strings.HasPrefix(command, "answer #") || markIn([]component{b}) != markOf("key") {
				t.Errorf("a button %q for %q", b.Label, b.CustomID)
			}
		}
	}
	if len(rows) != rowLimit || len(ids) != buttonLimit {
		t.Errorf("%d rows with %d IDs", len(rows), len(ids))
	}
	for id, want := range map[string]string{
		encodeID("", "answer #1"): "answer #1", encodeID(markOf("k"), "a:b"): "a:b",
		"": "-", "answer": "-", "1short:x": "-", "2" + markOf("k") + ":x": "-",
	} {
		command, ok := decodeID(id)
		if !ok {
			command = "-"
		}
		if command != want {
			t.Errorf("%q is %q, want %q", id, command, want)
		}
	}
}

func TestButtonsInPrivateAreForAWorkspace(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		d := w.post("k", "a suggestion")
		d.To, d.Body.Actions = bot.Place{Account: w.account(w.mina)}, []bot.Action{{Label: "Approve", Command: strings.Repeat("a", 64)}}
		w.deliver(d)
		list := w.mina.DM().FromBot()
		if len(list) != 1 || len(list[0].Buttons()) != 1 {
			t.Fatalf("she got %+v", list)
		}
		command, _ := decodeID(list[0].Buttons()[0].CustomID)
		w.wants("the command", command, bot.InWorkspace(w.guild.ID, strings.Repeat("a", 64)))
	})
}

// A message is found by its mark, whatever became of its text.
func TestAnEditedMessageIsFound(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		d := w.post("k", "the question")
		d.Body.Actions = actions
		other := w.post("other", "the question")
		other.Body.Actions = actions
		d = w.lose(routePost, d)
		w.deliver(other)
		id := w.channel.FromBot()[0].ID
		e := bot.Delivery{Key: "k/edit", Op: bot.Edit, To: bot.Place{Channel: d.To.Channel, Message: id}, Body: bot.Message{Text: "reworded", Actions: actions}}
		w.deliver(e)
		w.restart()
		w.wants("found", w.deliver(d).ID, id)
		w.wants("the channel", w.texts(w.channel), "reworded|the question")
		edits := w.Requests(routePatch)
		w.deliver(e)
		if got := w.Requests(routePatch); got != edits {
			t.Errorf("an edit that changes nothing was sent")
		}
	})
}

func TestAnEditWithoutHistory(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		r := w.deliver(w.post("k", "one"))
		w.channel.DenyBot(discordtest.ReadMessageHistory)
		w.deliver(bot.Delivery{Key: "e", Op: bot.Edit, To: bot.Place{Channel: w.place(w.channel), Message: r.ID}, Body: bot.Message{Text: "two"}})
		w.wants("the channel", w.texts(w.channel), "two")
	})
}

// How long ago an attempt was is not known of what happened before the process began: the clock may have been set.
func TestANonceIsNotTrustedAcrossAStart(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		d := w.lose(routePost, w.post("k", "the question"))
		time.Sleep(time.Second)
		w.platform = w.start()
		w.channel.DenyBot(discordtest.ReadMessageHistory)
		w.fails(d, bot.Unknown, "history")
		w.channel.AllowBot()
		w.deliver(d)
		w.wants("the channel", w.texts(w.channel), "the question")
	})
}

func TestTheSameWordsAreNotTakenForALostMessage(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.deliver(w.post("first", "the same words"))
		o := w.Order(discordtest.Fault{Kind: discordtest.ResetBefore, Route: routePost})
		d := w.post("second", "the same words")
		d.Unsure = time.Now()
		w.fails(d, bot.Unknown, "")
		time.Sleep(10 * time.Minute)
		w.deliver(d)
		if w.wants("the channel", w.texts(w.channel), "the same words|the same words"); o.Count() != 1 {
			t.Error("nothing went wrong")
		}
	})
}

func TestALongHistoryIsLookedThrough(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		d := w.lose(routePost, w.post("k", "the question"))
		for i := range 250 {
			w.mina.Say(w.channel, fmt.Sprint("chatter ", i))
		}
		w.restart()
		w.deliver(d)
		w.wants("the channel", w.texts(w.channel), "the question")
		if got := w.Requests("GET /channels/{channel_id}/messages"); got != 3 {
			t.Errorf("%d pages were read", got)
		}
		// What is older than an attempt can be is not looked at.
		for i := range 250 {
			w.mina.Say(w.channel, fmt.Sprint("chatter ", i))
		}
		time.Sleep(48 * time.Hour)
		late := w.post("late", "another")
		late.Unsure, late.LookOnly = time.Now(), true
		w.fails(late, bot.Refused, "nothing")
		if got := w.Requests("GET /channels/{channel_id}/messages"); got != 4 {
			t.Errorf("%d pages were read", got)
		}
	})
}

func TestAVeryLongTextIsAFile(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		text := strings.Repeat(strings.Repeat("word ", 200)+"\n\n", 20)
		d := w.post("k", text)
		d.Body.Title = "Answer"
		r := w.deliver(d)
		list := w.channel.FromBot()
		if len(list) != 1 || len(list[0].Attachments) != 1 || list[0].ID != r.ID {
			t.Fatalf("it is %d messages", len(list))
		}
		if got := string(w.Attachment(list[0].Attachments[0])); !strings.HasPrefix(got, "# Answer\n\n") || !strings.Contains(got, text) {
			t.Errorf("the file holds %d bytes", len(got))
		}
		w.channel.DenyBot(discordtest.AttachFiles)
		d.Key, d.Body.Text = "without", strings.ReplaceAll(text, "word", "term")
		d = w.lose(routePost, d) // which is the refusal, so that nothing landed
		w.restart()
		w.deliver(d)
		var said int
		for _, m := range w.channel.FromBot()[1:] {
			said += strings.Count(m.Content, "term")
		}
		if said != 4000 {
			t.Errorf("%d words of 4000 were said without the file", said)
		}
	})
}

func TestALongTextWaitsForTheLimit(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.SetLimit(routePost, discordtest.Limit{Requests: 2, Per: 6 * time.Second})
		text := strings.Repeat(strings.Repeat("word ", 200)+"\n\n", 5)
		w.deliver(w.post("k", text))
		if n := len(w.channel.FromBot()); n != 5 {
			t.Errorf("%d messages", n)
		}
	})
}

func TestWhatFailsInTheMiddleIsNotSure(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		text := strings.Repeat(strings.Repeat("word ", 200)+"\n\n", 4)
		o := w.Order(discordtest.Fault{Kind: discordtest.Refuse, Route: routePost, Code: discordtest.MissingPermissions, Skip: 1})
		d := w.post("k", text)
		d.Unsure = time.Now()
		if f := w.fails(d, bot.Unknown, "missing permission"); f.Lost || o.Count() != 1 {
			t.Errorf("the failure is %+v", f)
		}
		posts := w.Requests(routePost)
		w.deliver(d)
		if n := len(w.channel.FromBot()); n != 4 || w.Requests(routePost) != posts+3 {
			t.Errorf("%d messages after %d posts", n, w.Requests(routePost))
		}
	})
}

func TestChannelsAreLostAndThreadsAreNot(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		r := w.deliver(w.post("k", "question"))
		th := w.deliver(bot.Delivery{Key: "t", Op: bot.OpenThread, To: bot.Place{Channel: w.place(w.channel), Message: r.ID}, Body: bot.Message{Text: strings.Repeat("길", 150)}})
		thread := w.Server.Channel(th.ID)
		if n := len([]rune(thread.Name())); n > threadNameLimit || th.ID != r.ID {
			t.Errorf("the thread %s of %s has a name of %d characters", th.ID, r.ID, n)
		}
		say := w.post("reveal", "the answer")
		say.To.Thread = th.ID
		thread.Archive(true)
		w.deliver(say)
		if thread.Archived() {
			t.Error("a message did not open the thread")
		}
		w.guild.SetBotPermissions(discordtest.BotPermissions &^ discordtest.ManageThreads)
		thread.Lock(true)
		say.Key = "locked"
		if f := w.fails(say, bot.Refused, "locked"); f.Lost {
			t.Error("the channel is lost with a locked thread")
		}
		thread.Delete()
		say.Key = "gone"
		if f := w.fails(say, bot.Refused, "gone"); f.Lost {
			t.Error("the channel is lost with its thread")
		}
		w.channel.DenyBot(discordtest.SendMessages)
		if f := w.fails(w.post("no", "question"), bot.Refused, "send"); !f.Lost {
			t.Error("a channel where the bot may not write is not lost")
		}
		w.channel.Delete()
		if f := w.fails(w.post("again", "question"), bot.Refused, "gone"); !f.Lost {
			t.Error("a deleted channel is not lost")
		}
	})
}

func TestMessagesArePinned(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		r := w.deliver(w.post("k", "question"))
		pin := bot.Delivery{Key: "p", Op: bot.Pin, To: bot.Place{Channel: w.place(w.channel), Message: r.ID}}
		look := pin
		look.LookOnly = true
		w.fails(look, bot.Refused, "nothing")
		w.deliver(pin)
		w.deliver(pin)
		w.deliver(look)
		if pins := w.channel.Pins(); len(pins) != 1 || pins[0].ID != r.ID {
			t.Errorf("%d messages are pinned", len(pins))
		}
		unpin := pin
		unpin.Key, unpin.Op = "u", bot.Unpin
		w.deliver(unpin)
		w.deliver(unpin)
		if n := len(w.channel.Pins()); n != 0 {
			t.Errorf("%d messages are still pinned", n)
		}
		unpin.To.Message = "1234567890123456789"
		w.deliver(unpin) // nobody misses it
		full := w.Order(discordtest.Fault{Kind: discordtest.Refuse, Code: discordtest.TooManyPins})
		if w.fails(pin, bot.Refused, "pinned"); full.Count() != 1 {
			t.Error("the channel was not full")
		}
		w.channel.DenyBot(discordtest.PinMessages)
		w.fails(pin, bot.Refused, "pin messages")
	})
}

func TestCommentsAreMarked(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		r := w.deliver(w.post("k", "question"))
		th := w.deliver(bot.Delivery{Key: "t", Op: bot.OpenThread, To: bot.Place{Channel: w.place(w.channel), Message: r.ID}, Body: bot.Message{Text: "thread"}})
		thread := w.Server.Channel(th.ID)
		m := w.mina.Say(thread, "SYN and ACK")
		d := bot.Delivery{Key: "r", Op: bot.React, To: bot.Place{Channel: w.place(w.channel), Thread: th.ID, Message: m.ID}, Body: bot.Message{Text: "✅"}}
		look := d
		look.LookOnly = true
		w.fails(look, bot.Refused, "nothing")
		w.deliver(d)
		w.deliver(d)
		w.deliver(look)
		if got := thread.Reactors(m.ID, "✅"); len(got) != 1 || got[0] != w.Bot().ID {
			t.Errorf("%v reacted", got)
		}
		w.mina.Delete(m)
		w.fails(d, bot.Refused, "gone")
	})
}

func TestPrivateMessages(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		d := w.post("k", "a word to you")
		d.To = bot.Place{Account: w.account(w.mina)}
		o := w.Order(discordtest.Fault{Kind: discordtest.ResetAfter, Route: "POST /users/@me/channels"})
		if w.fails(d, bot.NotDone, ""); o.Count() != 1 {
			t.Error("no answer was lost")
		}
		w.deliver(d)
		w.mina.CloseDMs(true)
		d.Key = "closed"
		if f := w.fails(d, bot.Refused, "takes no messages"); f.Lost {
			t.Error("a person is no channel")
		}
		w.wants("she reads", w.texts(w.mina.DM()), "a word to you")
		d.To.Account.User = "1234567890123456789"
		w.fails(d, bot.Refused, "no such user")
	})
}

func TestOnlyWhoIsNamedIsNotified(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		role := w.guild.Role("quizzers", 0)
		d := w.post("k", "@everyone "+w.mina.Mention())
		d.Body.Notify = []string{"everyone", role, "x"}
		w.deliver(d)
		w.wants("notified", strings.Join(w.notified(), ","), "role:"+role)
	})
}

func TestAThreadThatCannotBeLookedForIsUnknown(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		r := w.deliver(w.post("k", "question"))
		d := bot.Delivery{Key: "t", Op: bot.OpenThread, To: bot.Place{Channel: w.place(w.channel), Message: r.ID}, Body: bot.Message{Text: "thread"}, LookOnly: true}
		w.fails(d, bot.Refused, "nothing")
		d.LookOnly = false
		w.deliver(d)
		w.channel.DenyBot(discordtest.ViewChannel)
		d.LookOnly = true
		w.fails(d, bot.Unknown, "")
	})
}
