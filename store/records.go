package store

import (
	"strings"
	"time"

	"rewind/questions"
)

// The records of a group. What a word means stands in docs/design.md; here stands what is kept of it. Times are UTC.
// Dates ("2026-03-09") and wall times ("2026-03-09T09:00") are the group's or schedule's zone's, as people wrote them.

// Account is a person as one platform knows them.
type Account struct {
	Platform  string `json:"platform"`
	Workspace string `json:"workspace"`
	User      string `json:"user"`
}

// Channel is a place on a platform where a group is asked.
type Channel struct {
	Platform  string `json:"platform"`
	Workspace string `json:"workspace"`
	ID        string `json:"id"`
}

// Key is the channel in one string, unique over platforms.
func (c Channel) Key() string { return strings.Join([]string{c.Platform, c.Workspace, c.ID}, "/") }

// Thread is where the answers to a post are written.
type Thread struct {
	Channel Channel `json:"channel"`
	ID      string  `json:"id"`
}

// Mode says where a round's answers may be given before the reveal.
type Mode string

// The play modes: in the thread, privately, or as each member likes.
const (
	ModeOpen   Mode = "open"
	ModeSealed Mode = "sealed"
	ModeBoth   Mode = "both"
)

// Group is the people who play together.
type Group struct {
	ID          string         `json:"id"`
	Lang        questions.Lang `json:"lang"`
	Zone        string         `json:"zone"`
	Maintainers []string       `json:"maintainers,omitempty"` // member IDs
	// Roles are the roles and user groups whose members are maintainers, and Notify those that are notified of a question,
	// each as Role writes it.
	Roles  []string `json:"roles,omitempty"`
	Notify []string `json:"notify,omitempty"`
	// Pin says that the newest question is pinned, Spoiler that reference answers are hidden until they are tapped.
	Pin     bool `json:"pin,omitempty"`
	Spoiler bool `json:"spoiler,omitempty"`
	// Places are the names of its workspaces, by PLATFORM/WORKSPACE, as far as a platform told them.
	Places map[string]string `json:"places,omitempty"`
	// Told are the codes of what is said once and was.
	Told []string `json:"told,omitempty"`
	// MembersReveal says that every member may reveal a round, not only maintainers.
	MembersReveal bool      `json:"membersReveal,omitempty"`
	Mode          Mode      `json:"mode"`
	LastRound     int       `json:"lastRound"`
	Own           int       `json:"own,omitempty"` // the newest revision of its own questions
	Created       time.Time `json:"created"`
	// Restored is when the store was last restored from a backup. What a round that was due before wants to post may have
	// been posted before, unknown to the backup.
	Restored time.Time `json:"restored,omitzero"`
}

// Role is a role or user group of a platform in one string.
func Role(platform, id string) string { return platform + "/" + id }

// Member is a person in a group.
type Member struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"` // as the platform last showed it
	Team     string    `json:"team,omitempty"`
	Accounts []Account `json:"accounts"`
	Joined   time.Time `json:"joined"`
}

// Team is a part of a group that is ranked together; its ID is its name folded to lower case.
type Team struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Rest is a range of days, both ends included, on which nothing is asked.
type Rest struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Schedule asks one question per slot. Every edit that changes when it asks makes a new version.
type Schedule struct {
	ID       string    `json:"id"`
	Version  int       `json:"version"`
	Since    time.Time `json:"since"` // when the version was made; earlier slots are never due
	Spec     string    `json:"spec"`  // canonical five-field cron
	Zone     string    `json:"zone,omitempty"`
	Channels []Channel `json:"channels"`
	// Away are those of the channels that refused everything; nothing is asked there until it is resumed.
	Away   []Channel `json:"away,omitempty"`
	Topics []string  `json:"topics,omitempty"`
	Reveal string    `json:"reveal"` // "8h" after the slot, or "18:00"
	Grace  Duration  `json:"grace"`
	Mode   Mode      `json:"mode,omitempty"` // the group's where empty
	Rest   []Rest    `json:"rest,omitempty"`
	Paused bool      `json:"paused,omitempty"`
	// ToldEmpty says that maintainers know that it has nothing to ask; cleared by the next question.
	ToldEmpty bool `json:"toldEmpty,omitempty"`
}

// SlotState says what became of a slot.
type SlotState string

// A slot was asked, is not to be asked, or could not be asked because the bank had nothing for it.
const (
	SlotAsked   SlotState = "asked"
	SlotSkipped SlotState = "skipped"
	SlotEmpty   SlotState = "empty"
)

// Slot is the claim on one wall time of a schedule; whoever inserts it decides what happens to the slot.
type Slot struct {
	Schedule string    `json:"schedule"`
	Wall     string    `json:"wall"`
	State    SlotState `json:"state"`
	Round    int       `json:"round,omitempty"`
}

// RoundState is how far a round has come.
type RoundState string

// A round is planned until its first post appears, open until its first reveal appears, and closed seven days later.
// It is dropped if it was withdrawn or no post appeared.
const (
	Planned  RoundState = "planned"
	Opened   RoundState = "open"
	Revealed RoundState = "revealed"
	Closed   RoundState = "closed"
	Dropped  RoundState = "dropped"
)

// Round is one question put to a group. It keeps a copy of what it needs of its schedule.
type Round struct {
	Number   int            `json:"number"` // counted from 1 within the group; its name in the chat is #Number
	Schedule string         `json:"schedule,omitempty"`
	Version  int            `json:"version,omitempty"`
	Day      string         `json:"day"` // the group's day that boards count it for
	Due      time.Time      `json:"due"` // the slot's instant
	Bank     string         `json:"bank"`
	Own      int            `json:"own,omitempty"` // the revision of the group's own questions it was asked from
	Question string         `json:"question"`
	Lang     questions.Lang `json:"lang"`
	Mode     Mode           `json:"mode"`
	Pin      bool           `json:"pin,omitempty"`
	Spoiler  bool           `json:"spoiler,omitempty"`
	Notify   []string       `json:"notify,omitempty"`
	State    RoundState     `json:"state"`
	Expires  time.Time      `json:"expires"` // a post that has not landed by then is withdrawn
	RevealAt time.Time      `json:"revealAt"`
	// Revealing is when somebody or the schedule decided to reveal; RevealedAt is the platform's time of the first reveal
	// post, which parts the answers before from those after.
	Revealing  time.Time `json:"revealing,omitzero"`
	RevealedAt time.Time `json:"revealedAt,omitzero"`
	// Withdrawn says that the round is to be dropped as soon as none of its posts can land any more.
	Withdrawn bool `json:"withdrawn,omitempty"`
}

// Asked says when a group was last asked a question.
type Asked struct {
	Question string    `json:"question"`
	At       time.Time `json:"at"`
	Round    int       `json:"round"`
	// Before is when it was asked the time before; a round that never appeared gives its question back.
	Before time.Time `json:"before,omitzero"`
}

// Post is a round in one channel: what has landed there so far.
type Post struct {
	Round    int       `json:"round"`
	Channel  Channel   `json:"channel"`
	Message  string    `json:"message,omitempty"`
	Landed   time.Time `json:"landed,omitzero"` // the platform's time of the message
	Thread   string    `json:"thread,omitempty"`
	Reveal   string    `json:"reveal,omitempty"`
	Notified string    `json:"notified,omitempty"` // the message that notified the round's roles
	Pinned   bool      `json:"pinned,omitempty"`
	EditedAt time.Time `json:"editedAt,omitzero"`
	// NoPost and its like hold why the platform will never have it; empty where it may or does.
	NoPost   string `json:"noPost,omitempty"`
	NoThread string `json:"noThread,omitempty"`
	NoReveal string `json:"noReveal,omitempty"`
	NoNotify string `json:"noNotify,omitempty"`
	NoPin    string `json:"noPin,omitempty"`
}

// Comment is one message in a round's thread. A deleted one stays, so that a stale read does not bring it back: without
// its text, or with it where it was deleted only after its author could see the reference answer, since it counts then.
type Comment struct {
	Round    int       `json:"round"`
	Thread   Thread    `json:"thread"`
	ID       string    `json:"id"`
	Member   string    `json:"member,omitempty"`
	Text     string    `json:"text,omitempty"`
	Said     time.Time `json:"said"`
	Revision time.Time `json:"revision"` // the platform's time of the last edit; the newest wins
	Deleted  bool      `json:"deleted,omitempty"`
}

// Answer is what one member said in one round.
type Answer struct {
	Round   int       `json:"round"`
	Member  string    `json:"member"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
	Channel Channel   `json:"channel"`
	Sealed  bool      `json:"sealed,omitempty"` // submitted privately
	Late    bool      `json:"late,omitempty"`   // given after the member could see the reference answer
}

// Peek is a member's private look at the reference answer of a round that is not revealed yet.
type Peek struct {
	Round  int       `json:"round"`
	Member string    `json:"member"`
	At     time.Time `json:"at"`
	GaveUp bool      `json:"gaveUp,omitempty"`
	Line   string    `json:"line,omitempty"` // what they said of it before they looked, where that is not their answer
}

// Reaction is a member's emoji on a comment. It is remembered and counts for nothing.
type Reaction struct {
	Round   int       `json:"round"`
	Thread  Thread    `json:"thread"`
	Comment string    `json:"comment"`
	Member  string    `json:"member"`
	Emoji   string    `json:"emoji"`
	At      time.Time `json:"at"` // when it was first seen
}

// Duration is a time.Duration that reads as "6h0m0s" in the store.
type Duration time.Duration

// MarshalText writes d as time.Duration prints it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}
