package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
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
)

// Delivery is one change on a platform.
type Delivery struct {
	// Key names the intent; part i of a long text has key Key/i. It is at most 200 bytes.
	Key  string
	Op   Op
	To   Place
	Body Message // for OpenThread the thread's name
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

// Message is what the bot says, in Markdown. Each platform renders it into its own dialect and keeps to its limits; nobody
// is ever notified by what stands in it.
type Message struct {
	Text    string   `json:"text"`
	Actions []Action `json:"actions,omitempty"`
}

// Action is a button: its label, and the command it stands for as it would be typed after /quiz.
type Action struct {
	Label   string `json:"label"`
	Command string `json:"command"`
}

// Receipt is what a delivery left on the platform.
type Receipt struct {
	ID string    // of the message or the thread
	At time.Time // the platform's time
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

// Snapshot is the whole of a thread as it stands now.
type Snapshot struct {
	Comments []Comment
	Gone     bool // the thread was deleted
}

// Missing is something that a channel lacks: a code ("send", "threads", "read") with the platform's own word for it.
type Missing struct {
	Code string
	What string
}

// Handler takes what platforms report. *Bot is the only one; it is an interface so that adapters can be tested alone.
type Handler interface {
	// Command calls answer within a second: the first call replies, later ones edit the reply. A command that comes twice
	// with the same ID changes nothing the second time.
	Command(ctx context.Context, c Command, answer func(context.Context, Reply) error) error
	// Comment takes a comment that was said, edited or deleted. Nil means that it is remembered.
	Comment(ctx context.Context, c Comment) error
	// Gap says that events may have been missed: open threads are read again.
	Gap(ctx context.Context, platform string) error
}

// Command is a slash command, a button or a mention.
type Command struct {
	ID      string // the platform's, unique within it
	From    Account
	Name    string // the person's name as shown
	Admin   bool   // the platform lets this person administer the workspace
	Lang    string // the person's language as the platform knows it, "" if it does not
	Channel Channel
	Thread  string // set where the command was given in a thread
	Text    string // what stands after /quiz
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
