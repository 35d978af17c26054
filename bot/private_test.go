package bot

import (
	"context"
	"strings"
	"testing"

	"rewind/store"
)

// private gives a command where no workspace is known.
func (o *office) private(name, text string, options map[string]string) Reply {
	o.t.Helper()
	from := Account{Platform: "chat", User: name}
	return o.command(Command{From: from, Name: name, Channel: Channel{Platform: "chat", ID: "D"}, Text: text, Options: options})
}

// join makes a person a member of another workspace's group.
func (o *office) join(workspace, name string) {
	o.t.Helper()
	c := Command{ID: "join-" + workspace + name, From: Account{Platform: "chat", Workspace: workspace, User: name}, Name: name,
		Channel: Channel{Platform: "chat", Workspace: workspace, ID: "C"}, Text: "team join Owls"}
	if err := o.Bot.Command(o.t.Context(), c, func(context.Context, Reply) error { return nil }); err != nil {
		o.t.Fatal(err)
	}
}

// TestPrivateConversation finds the group of who writes in private, and asks who is in several.
func TestPrivateConversation(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	o.landPost(n, room("C"))
	if reply := o.private("Nobody", "me", nil); !strings.Contains(reply.Message.Text, "don't know you") || !reply.Private {
		t.Errorf("a stranger is told %+v", reply)
	}
	if reply := o.private("Jun", "answer #1 In private.", nil); !strings.Contains(reply.Message.Text, "is safe") {
		t.Errorf("Jun is told %q", reply.Message.Text)
	}
	if reply := o.private("Mina", "post", nil); !strings.Contains(reply.Message.Text, "in a channel") {
		t.Errorf("a question for a private conversation: %q", reply.Message.Text)
	}

	// A second group: what was typed waits behind the button, however long it is.
	o.join("W2", "Jun")
	if err := o.Joined(t.Context(), Workspace{Platform: "chat", ID: officeWorkspace, Name: "The Office"}); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("long words ", 100)
	for _, row := range []struct {
		text    string
		options map[string]string
	}{{"answer #1 " + long, nil}, {"answer", map[string]string{"text": long, "round": "1"}}} {
		reply := o.private("Jun", row.text, row.options)
		if len(reply.Message.Actions) != 2 {
			t.Fatalf("Jun is asked %+v", reply)
		}
		for _, a := range reply.Message.Actions {
			if len(a.Command) > 64 {
				t.Errorf("a button's command has %d bytes", len(a.Command))
			}
			if a.Label == "The Office" {
				if reply := o.private("Jun", a.Command, nil); !strings.Contains(reply.Message.Text, "replaced") {
					t.Errorf("the button says %q", reply.Message.Text)
				}
			}
		}
		o.look(func(tx *store.Tx) {
			if a, _ := tx.Answer(n, "jun"); a.Text != strings.TrimSpace(long) && a.Text != long {
				t.Errorf("kept as %q", a.Text)
			}
		})
	}
	// Nobody gets into a group by naming it.
	if reply := o.private("Ara", InWorkspace(officeWorkspace, "today"), nil); strings.Contains(reply.Message.Text, "#1") {
		t.Errorf("a stranger is told %q", reply.Message.Text)
	}
}

// TestOfferLong offers rounds to choose from for an answer that is too long for a button.
func TestOfferLong(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 2 {
		o.landPost(o.plan(room("C")), room("C"))
	}
	long := strings.Repeat("긴 답변 ", 200)
	reply := o.say("Jun", "answer "+long)
	if len(reply.Message.Actions) != 2 {
		t.Fatalf("it says %+v", reply)
	}
	second := reply.Message.Actions[1]
	if len(second.Command) > 64 {
		t.Errorf("the button's command has %d bytes", len(second.Command))
	}
	if reply := o.say("Jun", second.Command); !strings.Contains(reply.Message.Text, "#2 is safe") {
		t.Errorf("the button says %q", reply.Message.Text)
	}
	if reply := o.say("Jun", "again nothing #2"); !reply.Unknown {
		t.Errorf("what never was is answered with %+v", reply)
	}
}

// TestRoleMaintains lets who has a role that was named do what maintainers may.
func TestRoleMaintains(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	with := func(roles ...string) Reply {
		return o.command(Command{From: account("Jun"), Name: "Jun", Roles: roles, Channel: room("C"), Text: "schedule list"})
	}
	by := func(roles ...string) string {
		return o.command(Command{From: account("Jun"), Name: "Jun", Roles: roles, Channel: room("C"), Text: "post"}).Message.Text
	}
	with("7")
	if text := by("7"); !strings.Contains(text, "Only maintainers") {
		t.Errorf("before: %q", text)
	}
	for _, named := range []string{"<@&7>", "7", "<!subteam^7|@team>", `"<@&6>, <@&7>"`} {
		o.say("Mina", "settings role="+named)
		if text := by("7"); strings.Contains(text, "Only maintainers") {
			t.Errorf("role=%s: %q", named, text)
		}
		if text := by("8"); !strings.Contains(text, "Only maintainers") {
			t.Errorf("role=%s lets another one: %q", named, text)
		}
	}
	o.say("Mina", "settings role=none")
	if text := by("7"); !strings.Contains(text, "Only maintainers") {
		t.Errorf("after: %q", text)
	}
}
