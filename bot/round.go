package bot

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"rewind/store"
)

// Here is the judgement about rounds: pure functions of values, without clock, chance or storage.

const (
	// closeAfter is how long after its reveal a round still takes late answers.
	closeAfter = 7 * 24 * time.Hour
	// postSpan is how long a post made by a command may take to land.
	postSpan = time.Hour
	// lateAfter is how long after its slot a post says that it is late.
	lateAfter = 5 * time.Minute
)

// pick chooses the question to ask: never one that was asked while another has not been, then the one asked longest
// ago; equal ones in the order of the notes. Last says that it is the last that was never asked before.
func pick(entries []store.Entry, asked map[string]time.Time, topics []string) (id string, last, ok bool) {
	for _, e := range entries {
		if !onTopic(e, topics) {
			continue
		}
		switch {
		case !ok || asked[e.ID].Before(asked[id]):
			id, ok = e.ID, true
			last = asked[id].IsZero()
		case asked[e.ID].IsZero():
			return id, false, true // the notes may be long, and the rest of them changes nothing
		}
	}
	return id, last, ok
}

// onTopic reports whether a question stands under one of the topics, in any language; any question does where there are none.
func onTopic(e store.Entry, topics []string) bool {
	for _, in := range e.Topics {
		for _, t := range in.Topics {
			if slices.ContainsFunc(topics, func(want string) bool { return strings.EqualFold(t, want) }) {
				return true
			}
		}
	}
	return len(topics) == 0
}

// wanted says which letter a post needs next, if any: the post itself, then its thread, then who is to be notified, then
// the pin, and whenever it is time the reveal. Where there can be no thread, the reveal goes under the post's channel.
func wanted(r store.Round, p store.Post) (store.LetterKind, bool) {
	switch {
	case r.State == store.Dropped || p.NoPost != "":
		return "", false
	case p.Message == "":
		return store.LetterPost, !r.Withdrawn && r.Revealing.IsZero()
	case p.Thread == "" && p.NoThread == "":
		return store.LetterThread, true
	case !r.Revealing.IsZero():
		return store.LetterReveal, p.Reveal == "" && p.NoReveal == ""
	case len(notified(r, p.Channel.Platform)) > 0 && p.Notified == "" && p.NoNotify == "":
		return store.LetterNotify, true
	case r.Pin && !p.Pinned && p.NoPin == "":
		return store.LetterPin, true
	}
	return "", false
}

// notified are the roles of a platform that a round notifies, by the platform's own IDs.
func notified(r store.Round, platform string) (roles []string) {
	for _, role := range r.Notify {
		if id, ok := strings.CutPrefix(role, store.Role(platform, "")); ok {
			roles = append(roles, id)
		}
	}
	return roles
}

// conclude returns the round as its posts make it: dropped once none can land any more, revealed once every reveal that
// can land has.
func conclude(r store.Round, posts []store.Post) store.Round {
	hopeless := func(p store.Post) bool { return p.NoPost != "" }
	settled := func(p store.Post) bool { return hopeless(p) || p.Reveal != "" || p.NoReveal != "" }
	switch {
	case r.State == store.Planned && every(posts, hopeless):
		r.State = store.Dropped
	case r.State == store.Opened && !r.Revealing.IsZero() && every(posts, settled):
		r.State = store.Revealed
		if r.RevealedAt.IsZero() {
			r.RevealedAt = r.Revealing
		}
	}
	return r
}

func every[T any](values []T, holds func(T) bool) bool {
	return !slices.ContainsFunc(values, func(v T) bool { return !holds(v) })
}

// underWay reports whether a round's reveal was decided and is not known to have landed.
func underWay(r store.Round) bool { return !r.Revealing.IsZero() && r.RevealedAt.IsZero() }

// cutoff returns when the member could first see the reference answer: what they say from then on is late. It is zero
// as long as they cannot.
func cutoff(r store.Round, peek store.Peek) time.Time {
	if !peek.At.IsZero() && (r.RevealedAt.IsZero() || peek.At.Before(r.RevealedAt)) {
		return peek.At
	}
	return r.RevealedAt
}

// spoken returns what a member's comments say as an answer before the cutoff; ok is false if they say nothing. One that
// was deleted after it counts.
func spoken(r store.Round, member string, comments []store.Comment, cutoff time.Time) (a store.Answer, ok bool) {
	var texts []string
	for _, c := range comments {
		gone := c.Deleted && before(c.Revision, cutoff)
		if c.Member != member || gone || !before(c.Said, cutoff) || !hasWords(c.Text) {
			continue
		}
		if !ok {
			a, ok = store.Answer{Round: r.Number, Member: member, At: c.Said, Channel: c.Thread.Channel}, true
		}
		texts = append(texts, c.Text)
	}
	a.Text = strings.Join(texts, "\n\n")
	return a, ok
}

// hasWords reports whether a text holds at least one letter or digit outside of quoted lines.
func hasWords(text string) bool {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), ">") {
			continue
		}
		if strings.ContainsFunc(line, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }) {
			return true
		}
	}
	return false
}

// newer reports whether what was just seen of a comment replaces what is known of it. A deletion is final.
func newer(known, seen store.Comment) bool {
	switch {
	case known.Deleted:
		return false
	case seen.Deleted:
		return true
	}
	return seen.Revision.After(known.Revision)
}

// The points a member gets once for each round.
const (
	answerPoints = 10
	latePoints   = 3
)

// The reasons of ledger lines.
const (
	reasonAnswer    = "answer"
	reasonLate      = "late"
	reasonWithdrawn = "withdrawn"
)

// lineFor is what the ledger should hold for a member's part in a round.
func lineFor(r store.Round, m store.Member, a store.Answer, answered bool, now time.Time) store.Line {
	l := store.Line{Cause: store.AnswerCause(r.Number), Member: m.ID, Round: r.Number, Day: r.Day, Channel: a.Channel, Team: m.Team, At: now}
	switch {
	case !answered:
		l.Reason = reasonWithdrawn
	case a.Late:
		l.Amount, l.Reason = latePoints, reasonLate
	default:
		l.Amount, l.Reason = answerPoints, reasonAnswer
	}
	return l
}

// before reports whether t lies before a cutoff; a zero cutoff has not come yet.
func before(t, cutoff time.Time) bool { return cutoff.IsZero() || t.Before(cutoff) }
