package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"rewind/store"
)

// The things in the world that a platform and the bot talk about.
type (
	// Account is a person as a platform knows them.
	Account = store.Account
	// Channel is a place where a group is asked.
	Channel = store.Channel
	// Thread is where the answers to a post are written.
	Thread = store.Thread
)

// Platform is a chat system, or the terminal. Every implementation passes the conformance suite of package bottest.
type Platform interface {
	// Name is the platform's word in accounts and channels: "discord", "slack", "console".
	Name() string
	// Listen connects and reports to h until ctx is done or the connection is lost for good; it returns nil only when
	// ctx is done. It calls h.Gap after each connect that may have missed events. It may be called again.
	Listen(ctx context.Context, h Handler) error
	// Deliver carries out d once. A second call with the same key finds what the first one did and does nothing more.
	// Its errors are *Failure.
	Deliver(ctx context.Context, d Delivery) (Receipt, error)
	// Read returns the whole of a thread. A thread that is gone is an empty snapshot with Gone set.
	Read(ctx context.Context, t Thread) (Snapshot, error)
	// Check names what is missing to play in a channel, before a schedule is accepted.
	Check(ctx context.Context, c Channel) ([]Missing, error)
}

// Op is what a delivery does.
type Op string

// The operations.
const (
	Say        Op = "say"
	Edit       Op = "edit"
	OpenThread Op = "thread"
	Pin        Op = "pin"
	Unpin      Op = "unpin"
	React      Op = "react"
)

// Delivery is one change on a platform.
type Delivery struct {
	// Key names the intent; part i of a long text has key Key/i. It is at most 200 bytes.
	Key  string
	Op   Op
	To   Place
	Body Message // for OpenThread its text is the thread's name, for React the emoji
	// Unsure is the start of the earliest attempt whose outcome is unknown; zero if there is none. Where it is set, a
	// platform that cannot tell whether that attempt landed fails with Unknown and posts nothing.
	// It is by this machine's clock: a history is searched from SearchFrom, since the platform's may be another.
	Unsure time.Time
	// LookOnly asks to find what an earlier attempt did, and never to post: Refused if nothing is found.
	LookOnly bool
}

// clockSkew is how far this machine's clock may be from a platform's, a wrong zone or a step of the clock included.
const clockSkew = 25 * time.Hour

// SearchFrom is where the search of a platform's history for an earlier attempt begins.
func (d Delivery) SearchFrom() time.Time { return d.Unsure.Add(-clockSkew) }

// Place is where a delivery goes: an account in private, or a channel, a thread in it, or a message in it.
type Place struct {
	Channel Channel
	Thread  string
	Message string
	Account Account
}

// Message is what the bot says. Each platform renders it into its own dialect and keeps to its limits; nobody is ever
// notified by what stands in it, other than Notify.
type Message struct {
	// Title is one line of plain text above the text.
	Title string `json:"title,omitempty"`
	// Text is Markdown, of any length. What does not fit one message is said in several.
	Text string `json:"text,omitempty"`
	// Footer is Markdown below the text. It stands in the first message, which is the only one that an edit changes.
	Footer string `json:"footer,omitempty"`
	// Topics are what a question is about, as plain text; the tags of a forum.
	Topics []string `json:"topics,omitempty"`
	// Actions are the buttons of the first message.
	Actions []Action `json:"actions,omitempty"`
	// Thread is the name of the thread, as plain text, where a place makes one with each message, as a forum does.
	Thread string `json:"thread,omitempty"`
	// Notify are the roles or user groups, by the platform's IDs, that are notified of the message.
	Notify []string `json:"notify,omitempty"`
	// Spoiler hides the text until its reader asks to see it, where a platform can do that.
	Spoiler bool `json:"spoiler,omitempty"`
}

// Flat is the message with all that stands in it as its text, for where nothing else can be shown.
func (m Message) Flat() Message {
	var parts []string
	if m.Title != "" {
		title := m.Title
		if len(m.Topics) > 0 {
			title += " · " + strings.Join(m.Topics, " › ")
		}
		parts = append(parts, "**"+title+"**")
	}
	for _, part := range []string{m.Text, m.Footer} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return Message{Text: strings.Join(parts, "\n\n"), Actions: m.Actions, Notify: m.Notify}
}

// Action is a button: its label, and the command it stands for as it would be typed after /quiz, in at most 64 bytes.
type Action struct {
	Label   string `json:"label"`
	Command string `json:"command"`
}

// Receipt is what a delivery left on the platform.
type Receipt struct {
	ID     string    // of the message or the thread
	Thread string    // of the thread that the message began by itself, as in a forum; "" where it did not
	At     time.Time // the platform's time
}

// Outcome says what is known of a delivery that failed.
type Outcome int

// The outcomes of a failure.
const (
	// Refused: the platform said no, and will say so again.
	Refused Outcome = iota
	// NotDone: nothing was changed, and it may work later.
	NotDone
	// Unknown: it may have landed.
	Unknown
)

func (o Outcome) String() string {
	return [...]string{"refused", "not done", "unknown"}[o]
}

// Failure is the error of a delivery.
type Failure struct {
	Outcome Outcome
	After   time.Duration // how long the platform asks to wait; zero if it does not say
	Wide    bool          // every channel of the platform is concerned, not only this one
	Lost    bool          // the channel refuses everything until somebody changes something there
	Err     error         // never holds a secret or a message's text
}

func (f *Failure) Error() string { return fmt.Sprintf("%s: %v", f.Outcome, f.Err) }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// asFailure reads an error of Deliver; one that is no *Failure may have landed.
func asFailure(err error) *Failure {
	if f := (*Failure)(nil); errors.As(err, &f) {
		return f
	}
	return &Failure{Outcome: Unknown, Err: err}
}

// Fatal is why a platform's Listen has ended for good: nothing will work until the operator changes something. The code
// names the sentence "fatal_CODE" that says what.
type Fatal struct {
	Code string
	Err  error
}

func (f *Fatal) Error() string { return fmt.Sprintf("%s: %v", f.Code, f.Err) }

// Unwrap returns the cause.
func (f *Fatal) Unwrap() error { return f.Err }

// Snapshot is the whole of a thread as it stands now.
type Snapshot struct {
	Comments  []Comment
	Reactions []Reaction
	Partial   bool // there may be more reactions than these
	Gone      bool // the thread was deleted
}

// Missing is something that a channel lacks: a code ("send", "threads", "read") with the platform's own word for it.
type Missing struct {
	Code string
	What string
}

// Handler takes what platforms report. *Bot is the only one; it is an interface so that adapters can be tested alone.
type Handler interface {
	// Command calls answer within a second: the first call replies or opens a form, later ones edit the reply. A command
	// that comes twice with the same ID changes nothing the second time.
	Command(ctx context.Context, c Command, answer func(context.Context, Reply) error) error
	// Complete offers values for an option of the command that somebody is typing, at most 25 of them.
	Complete(ctx context.Context, c Command, option, typed string) ([]Choice, error)
	// Comment takes a comment that was said, edited or deleted. Nil means that it is remembered.
	Comment(ctx context.Context, c Comment) error
	// Reaction takes a reaction to a comment that was given or taken back.
	Reaction(ctx context.Context, r Reaction) error
	// Gap says that events may have been missed: open threads are read again.
	Gap(ctx context.Context, platform string) error
	// Joined says that the bot is in a workspace. The first time it says hello there.
	Joined(ctx context.Context, w Workspace) error
	// Left says that a workspace removed the bot.
	Left(ctx context.Context, platform, workspace string) error
	// Tell tells maintainers the sentence "tell_CODE", once for each code: those of a workspace, or where it is "" of all.
	Tell(ctx context.Context, platform, workspace, code string) error
}

// Workspace is a server or workspace that the bot is in.
type Workspace struct {
	Platform, ID string
	Name         string
	Lang         string  // "" where the platform does not say
	Channel      Channel // where to say hello; the zero one where there is no such place
	Inviter      Account // who took the bot in, to be told there is no such place; may be zero
}

// Command is a slash command, a button, a form, an entry of a message's menu or a mention.
type Command struct {
	ID      string // the platform's, unique within it
	From    Account
	Name    string   // the person's name as shown
	Admin   bool     // the platform lets this person administer the workspace
	Roles   []string // the platform's IDs of the roles or user groups that the person has
	Lang    string   // the person's language as the platform knows it, "" if it does not
	Channel Channel
	Thread  string // set where the command was given in a thread
	// Text is what stands after /quiz. Where From has no workspace, as in a private conversation, the group is found.
	Text string
	// Options are values by the names of options, "round" among them. They go before what stands in the text.
	Options map[string]string
	// Target is the message whose menu the command was chosen from.
	Target *Comment
	// Seen says that others can read the text, as that of a mention.
	Seen bool
	// Forms says that a form can be opened in answer.
	Forms bool
	// Attachments are files that came with the command.
	Attachments []Attachment
}

// Attachment is a file that came with a command.
type Attachment struct {
	Name string
	// Open reads it, from the platform perhaps.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// Reply answers one person at once.
type Reply struct {
	Message Message `json:"message"`
	Private bool    `json:"private,omitempty"`
	// Unknown says that the text was no command; a script stops there.
	Unknown bool `json:"unknown,omitempty"`
	// Form is opened instead of saying the message, which says the same to whom no form can be shown.
	Form *Form `json:"form,omitempty"`
}

// Form asks one person to write something.
type Form struct {
	Title string `json:"title"` // at most 45 characters
	Label string `json:"label"` // at most 45 characters
	Hint  string `json:"hint,omitempty"`
	Value string `json:"value,omitempty"` // what stands in it at first
	// Command is what to carry out when it is sent, with what was written as the value of Option.
	Command string `json:"command"`
	Option  string `json:"option"`
}

// Choice is a value that is offered for an option.
type Choice struct {
	Label string
	Value string
}

// Comment is a message in a thread.
type Comment struct {
	Thread   Thread
	ID       string
	From     Account
	Name     string
	Text     string
	Said     time.Time
	Revision time.Time // of the last edit; Said where there was none
	Deleted  bool
}

// Reaction is an emoji on a comment.
type Reaction struct {
	Thread  Thread
	Comment string
	From    Account
	Name    string
	Emoji   string
	Removed bool
}
