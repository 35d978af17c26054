package bot

import (
	"context"
	"maps"
	"slices"
	"time"

	"rewind/store"
)

// Comment takes a comment that was said, edited or deleted in a thread. One in a thread that is no round's is dropped.
// Nil means that it is remembered; if it is not, its thread is read later.
func (b *Bot) Comment(ctx context.Context, c Comment) error {
	err := b.guard("take a comment", func() error { return b.comment(ctx, c) })
	if courier, ok := b.couriers[c.Thread.Channel.Platform]; ok && err != nil {
		courier.readLater(c.Thread)
	}
	return err
}

func (b *Bot) comment(ctx context.Context, c Comment) error {
	at, ok, err := b.store.ThreadRound(ctx, c.Thread)
	if err != nil || !ok {
		return err
	}
	fresh, now := b.newID(), b.clock.Now()
	err = b.store.Update(ctx, at.Scope, func(tx *store.Tx) error {
		takeComment(tx, at.Round, c, fresh, now)
		return nil
	})
	if err == nil {
		b.wake()
	}
	return err
}

// Reaction remembers a reaction that was given or taken back. It counts for nothing, and one in a thread that is no
// round's is dropped.
func (b *Bot) Reaction(ctx context.Context, r Reaction) error {
	return b.guard("take a reaction", func() error {
		at, ok, err := b.store.ThreadRound(ctx, r.Thread)
		if err != nil || !ok {
			return err
		}
		fresh, now := b.newID(), b.clock.Now()
		return b.store.Update(ctx, at.Scope, func(tx *store.Tx) error {
			takeReaction(tx, at.Round, r, fresh, now)
			return nil
		})
	})
}

func takeReaction(tx *store.Tx, round int, r Reaction, fresh string, now time.Time) {
	if known, ok := tx.Round(round); !ok || known.State == store.Closed {
		return
	}
	seen := store.Reaction{Round: round, Thread: r.Thread, Comment: r.Comment, Emoji: r.Emoji, At: now}
	if r.Removed {
		m, _ := tx.MemberOf(r.From)
		seen.Member = m.ID
		tx.DeleteReaction(seen)
		return
	}
	seen.Member = meet(tx, r.From, r.Name, fresh, now).ID
	tx.PutReaction(seen)
}

// takeComment remembers what was seen of a comment and what follows from it: the member's answer, their points, the
// count under the post. fresh is the ID of the member if they are new.
func takeComment(tx *store.Tx, round int, c Comment, fresh string, now time.Time) {
	r, ok := tx.Round(round)
	known, seenBefore := tx.Comment(round, c.Thread, c.ID)
	seen := store.Comment{Round: round, Thread: c.Thread, ID: c.ID, Member: known.Member, Text: c.Text, Said: c.Said, Revision: c.Revision, Deleted: c.Deleted}
	if !ok || r.State == store.Closed || seenBefore && !newer(known, seen) {
		return
	}
	if seenBefore {
		seen.Said = known.Said
	}
	if seen.Deleted {
		seen.Text = ""
	}
	var m store.Member
	if seen.Member == "" && c.From != (Account{}) {
		m = meet(tx, c.From, c.Name, fresh, now)
		seen.Member = m.ID
	} else {
		m, _ = tx.Member(seen.Member)
	}
	peek, _ := tx.Peek(round, m.ID)
	end := cutoff(r, peek)
	if underWay(r) {
		end = sooner(end, r.Revealing) // the reveal may stand there already, unknown to us
	}
	if seenBefore && !before(seen.Revision, end) && (underWay(r) || before(seen.Said, end)) {
		seen.Text = known.Text // it counts as it stood when its author could see the reference answer
	}
	tx.PutComment(seen)
	if m.ID != "" && mayCount(tx, r, m, seen, seenBefore) {
		settleAnswer(tx, r, m, now)
	}
}

// nameLength is how many characters of a person's name are kept.
const nameLength = 80

// meet returns the member who owns an account, new if need be, under the name they go by now.
func meet(tx *store.Tx, a Account, name, fresh string, now time.Time) store.Member {
	name = firstLine(name, nameLength)
	m, ok := tx.MemberOf(a)
	if ok && (m.Name == name || name == "") {
		return m
	}
	if !ok {
		m = store.Member{ID: fresh, Accounts: []Account{a}, Joined: now}
	}
	m.Name = name
	tx.PutMember(m)
	return m
}

// mayCount reports whether a change to a comment can change its author's answer: what was said, edited or deleted once
// they could see the reference answer does not. While a reveal is on its way only new comments count; the rest is
// settled when the time of the reveal is known.
func mayCount(tx *store.Tx, r store.Round, m store.Member, c store.Comment, seenBefore bool) bool {
	if r.State == store.Dropped || r.Mode == store.ModeSealed {
		return false
	}
	if underWay(r) && seenBefore {
		return false
	}
	peek, _ := tx.Peek(r.Number, m.ID)
	end := cutoff(r, peek)
	// One that was said in time and is first seen after an edit counts as it is seen: what it said before is not known.
	return before(c.Said, end) && (before(c.Revision, end) || !seenBefore && !c.Deleted)
}

// settleAnswer makes a member's answer from their comments, unless they gave one privately, and their points from it.
func settleAnswer(tx *store.Tx, r store.Round, m store.Member, now time.Time) {
	old, had := tx.Answer(r.Number, m.ID)
	if had && (old.Sealed || old.Late) {
		return
	}
	peek, _ := tx.Peek(r.Number, m.ID)
	a, ok := spoken(r, m.ID, tx.CommentsBy(r.Number, m.ID), cutoff(r, peek))
	switch {
	case ok:
		tx.PutAnswer(a)
	case had:
		tx.DeleteAnswer(r.Number, m.ID)
		a.Channel = old.Channel
	default:
		return
	}
	tx.Give(lineFor(r, m, a, ok, now))
	if ok != had {
		editPosts(tx, r, now)
	}
	if first := firstComment(tx, r, m); ok && !had && !underWay(r) {
		mailSmall(tx, store.Letter{Kind: store.LetterReact, Round: r.Number, Channel: first.Thread.Channel, Comment: first.ID}, now)
	}
}

// firstComment is the comment that a member's answer begins with.
func firstComment(tx *store.Tx, r store.Round, m store.Member) store.Comment {
	for _, c := range tx.CommentsBy(r.Number, m.ID) {
		if !c.Deleted && hasWords(c.Text) {
			return c
		}
	}
	return store.Comment{}
}

// editPosts makes the posts of a round anew, since the number of answers or the round's state has changed.
func editPosts(tx *store.Tx, r store.Round, now time.Time) {
	for _, p := range tx.Posts(r.Number) {
		mailEdit(tx, r, p, now)
	}
}

// closeAnswers settles the answers of record once the time of the reveal is known. Comments that were edited since the
// reveal was decided have kept their text.
func closeAnswers(tx *store.Tx, r store.Round, now time.Time) {
	if r.Mode == store.ModeSealed {
		return
	}
	authors := map[string]bool{}
	for _, c := range tx.Comments(r.Number) {
		authors[c.Member] = true
	}
	for _, id := range slices.Sorted(maps.Keys(authors)) {
		if m, ok := tx.Member(id); ok {
			settleAnswer(tx, r, m, now)
		}
	}
}

// sealedAnswers are the private answers given before the reveal, with their authors' names.
func sealedAnswers(tx *store.Tx, r store.Round) []sealedAnswer {
	var sealed []sealedAnswer
	for _, a := range tx.Answers(r.Number) {
		if m, ok := tx.Member(a.Member); ok && a.Sealed && !a.Late {
			sealed = append(sealed, sealedAnswer{m.Name, a.Text})
		}
	}
	return sealed
}
