package bot

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"rewind/questions"
	"rewind/store"
)

// upload is a command with files, by name and content.
func (o *office) upload(name, text string, files ...string) Reply {
	o.t.Helper()
	c := Command{From: account(name), Name: name, Channel: room("C"), Text: text}
	for i := 0; i < len(files); i += 2 {
		c.Attachments = append(c.Attachments, Attachment{Name: files[i], Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(files[i+1])), nil
		}})
	}
	return o.command(c)
}

// prompts are those of the group's bank, in its order.
func (o *office) prompts() (all []string) {
	o.t.Helper()
	bank, err := o.store.GroupBank(o.t.Context(), o.group)
	if err != nil {
		o.t.Fatal(err)
	}
	qs, err := o.store.BankQuestions(o.t.Context(), o.group, bank)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, q := range qs {
		all = append(all, q.In(questions.English).Prompt)
	}
	return all
}

const letterNote = "## What is the letter d?\nThe fourth.\n"

// TestConfirmBesideOperator adds notes to what the operator has brought in meanwhile, and not to what was there when the
// command came.
func TestConfirmBesideOperator(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.say("Mina", "import "+letterNote)
	before, err := o.store.GroupBank(t.Context(), o.group)
	if err != nil {
		t.Fatal(err)
	}
	k := &call{
		typed: typed{values: map[string]string{"id": o.uploaded()}}, now: o.clock.now, bank: before,
		words: Speak(questions.English), fresh: o.newID(),
	}
	o.ask("a", "b", "c", "x")
	if reply, err := prepareConfirm(t.Context(), o.Bot, o.group, k); err != nil || reply != nil {
		t.Fatalf("%+v, %v", reply, err)
	}
	if got := strings.Join(o.prompts(), " "); got != "What is a? What is b? What is c? What is x? What is the letter d?" {
		t.Errorf("the bank asks %s", got)
	}
}

// TestConfirmAfterCrash gives a confirmation again that was cut off between the import and its reply.
func TestConfirmAfterCrash(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.say("Mina", "import "+letterNote)
	id := o.uploaded()
	bank, err := o.store.GroupBank(t.Context(), o.group)
	if err != nil {
		t.Fatal(err)
	}
	k := &call{typed: typed{values: map[string]string{"id": id}}, now: o.clock.now, bank: bank, words: Speak(questions.English)}
	if reply, err := prepareConfirm(t.Context(), o.Bot, o.group, k); err != nil || reply != nil {
		t.Fatalf("%+v, %v", reply, err)
	}
	if got := o.say("Mina", "confirm "+id).Message.Text; got != k.words.Say("import_there", Values{"Count": 4}) {
		t.Errorf("again: %s", got)
	}
	if left := o.uploaded(); left != "" {
		t.Errorf("the upload %s is still there", left)
	}
	o.say("Mina", "undo")
	if got := o.say("Mina", "confirm "+id).Message.Text; got != k.words.Say("import_gone") || len(o.prompts()) != 3 {
		t.Errorf("after the undo: %s, with %q", got, o.prompts())
	}
}

// TestOddFiles takes files however they are called, and tells of those that cannot be taken.
func TestOddFiles(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	note := func(word string) string { return "## What is the word " + word + "?\nIt has letters.\n" }
	say := Speak(questions.English).Say
	tests := []struct {
		what  string
		reply Reply
		want  string // the beginning
	}{
		{"two of one name", o.upload("Mina", "import", "a.md", note("one"), "a.md", note("two")), "2 questions"},
		{"ways to elsewhere", o.upload("Mina", "import", "../../etc/a.md", note("one"), `C:\b.md`, note("two"), "..", note("three")), "3 questions"},
		{"a line break and bytes that are no text", o.upload("Mina", "import", "a\nb\xff.md", note("one"), "\x00.md", note("two")), "2 questions"},
		{"a dot and a slash", o.upload("Mina", "import", "/", note("one")), "1 question"},
		{"too many", o.upload("Mina", "import", strings.Split(strings.Repeat("a.md,x,", mostFiles+1), ",")[:2*mostFiles+2]...), "That is too much"},
		{"too large", o.upload("Mina", "import", "a.md", strings.Repeat("a", maxUpload/2), "b.md", strings.Repeat("b", maxUpload/2+1)), "That is too much"},
		{"too much pasted", o.say("Mina", "import "+strings.Repeat("a", maxUpload+1)), "That is too much"},
		{"a member", o.upload("Jun", "import", "a.md", note("one")), say("need_maintainer")},
	}
	for _, test := range tests {
		if got := test.reply.Message.Text; !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %s", test.what, firstLine(got, 200))
		}
	}
	named := o.upload("Mina", "import", "*a\nb*<@U1>.md", "Nothing is asked here.").Message.Text
	if strings.Contains(named, "a\nb") {
		t.Errorf("a file's name breaks a line: %s", named)
	}
	lost := Command{From: account("Mina"), Name: "Mina", Text: "import", Attachments: []Attachment{{Name: "a\nb.md",
		Open: func(context.Context) (io.ReadCloser, error) { return nil, errors.New("gone") }}}}
	if got := o.command(lost).Message.Text; got != say("import_unread", Values{"File": "a b.md"}) {
		t.Errorf("a file that cannot be read: %s", got)
	}
}

// TestImportOverStarter says that the starter bank makes way for a group's own notes.
func TestImportOverStarter(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	hint := Speak(questions.English).Say("import_starter")
	if got := o.say("Mina", "import "+letterNote).Message.Text; strings.Contains(got, hint) {
		t.Errorf("over the operator's notes: %s", got)
	}
	s := newOfficeAsking(t, store.FromStarter)
	if got := s.say("Mina", "import "+letterNote).Message.Text; !strings.Contains(got, hint) {
		t.Errorf("over the starter: %s", got)
	}
	s.say("Mina", "confirm "+s.uploaded())
	if got := s.say("Mina", "import ## What is the letter e?\nThe fifth.").Message.Text; strings.Contains(got, hint) {
		t.Errorf("over notes of its own: %s", got)
	}
}

// impatientClock says at once that the time has passed.
type impatientClock struct{ *stillClock }

func (impatientClock) After(time.Duration) (<-chan time.Time, func()) {
	passed := make(chan time.Time)
	close(passed)
	return passed, func() {}
}

// TestSlowCommandGivesSign says that who waits for a slow command hears at once that it is under way, and then its answer; a
// quick command is answered once.
func TestSlowCommandGivesSign(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Bot.clock = impatientClock{o.clock}
	working := Speak(questions.English).Say("working")
	told := make(chan struct{})
	var answers []Reply
	command := func(id, text string, files ...Attachment) {
		answers = nil
		c := Command{ID: id, From: account("Mina"), Name: "Mina", Channel: room("C"), Text: text, Attachments: files}
		err := o.Bot.Command(t.Context(), c, func(_ context.Context, r Reply) error {
			if answers = append(answers, r); len(answers) == 1 && r.Message.Text == working {
				close(told)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	command("slow", "import", Attachment{Name: "a.md", Open: func(context.Context) (io.ReadCloser, error) {
		<-told // nothing is read before the sign was seen
		return io.NopCloser(strings.NewReader(letterNote)), nil
	}})
	if len(answers) != 2 || answers[0].Message.Text != working || !answers[0].Private || answers[1].Message.Text == working {
		t.Errorf("a slow import is answered with %+v", answers)
	}
	command("quick", "leaderboard")
	if len(answers) != 1 || answers[0].Message.Text == working {
		t.Errorf("a quick command is answered with %+v", answers)
	}
}
