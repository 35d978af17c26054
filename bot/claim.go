package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rewind/store"
)

// Here letters are claimed: an attempt is marked and its text frozen.

// claimed is a letter under way.
type claimed struct {
	letter   store.Letter
	delivery Delivery
}

// claim marks an attempt to deliver a letter and freezes its text, before anything leaves the process. It returns false
// if the letter is not to be delivered any more.
func (b *Bot) claim(ctx context.Context, due store.DueLetter) (c claimed, ok bool, err error) {
	now := b.clock.Now()
	err = b.store.Update(ctx, due.Scope, func(tx *store.Tx) error {
		c, ok = claimed{}, false
		l, found := tx.Letter(due.ID)
		if !found || l.Due.After(now) {
			return nil
		}
		a := aboutOf(tx, l)
		if !l.Expires.After(now) && !l.LookOnly {
			if l.Unsure.IsZero() || repeatable(l.Kind) {
				giveUp(tx, a.group, l, "expired", now)
				return nil
			}
			l.LookOnly = true
		}
		if outdated(l, a) {
			tx.DeleteLetter(l)
			return nil
		}
		body, err := b.compose(tx, l, a, now)
		if err != nil {
			return err
		}
		if !repeatable(l.Kind) {
			if l.Body, err = json.Marshal(body); err != nil {
				return err
			}
		}
		c.delivery = Delivery{Key: keyOf(l, a), Op: opOf(l.Kind), To: placeOf(l, a), Body: body, Unsure: l.Unsure, LookOnly: l.LookOnly}
		l.Attempts++
		if l.Unsure.IsZero() {
			l.Unsure = now
		}
		l.Due = now.Add(lease)
		tx.PutLetter(l)
		c.letter, ok = l, true
		return nil
	})
	b.changes.Add(1)
	return c, ok, err
}

// repeatable reports whether doing it twice is the same as doing it once.
func repeatable(kind store.LetterKind) bool {
	switch kind {
	case store.LetterEdit, store.LetterPin, store.LetterUnpin, store.LetterReact:
		return true
	}
	return false
}

// about is what a letter is about; notices and hellos know no round and no post.
type about struct {
	group store.Group
	round store.Round
	post  store.Post
}

func aboutOf(tx *store.Tx, l store.Letter) (a about) {
	a.group, _ = tx.Group()
	if l.Round != 0 {
		a.round, _ = tx.Round(l.Round)
		a.post, _ = tx.Post(l.Round, l.Channel)
	}
	return a
}

// keyOf names what a letter means in a way that is the same again when a slot is asked anew after a restore.
func keyOf(l store.Letter, a about) string {
	if l.Round == 0 {
		return a.group.ID + "/" + l.ID
	}
	asked := a.round.Schedule
	if asked == "" {
		asked = fmt.Sprintf("#%d", l.Round) // a number that a restore gives out again comes with another time
	}
	return fmt.Sprintf("%s/%s@%d/%s/%s%s", a.group.ID, asked, a.round.Due.UnixMilli(), l.Channel.Key(), l.Kind, l.Comment)
}

// outdated reports whether a letter that was never tried is not wanted any more.
func outdated(l store.Letter, a about) bool {
	if !l.Unsure.IsZero() {
		return false
	}
	switch l.Kind {
	case store.LetterNotice, store.LetterEdit, store.LetterHello, store.LetterReact, store.LetterUnpin:
		return false
	}
	kind, ok := wanted(a.round, a.post)
	return !ok || kind != l.Kind
}

func opOf(kind store.LetterKind) Op {
	switch kind {
	case store.LetterThread:
		return OpenThread
	case store.LetterEdit:
		return Edit
	case store.LetterPin:
		return Pin
	case store.LetterUnpin:
		return Unpin
	case store.LetterReact:
		return React
	}
	return Say
}

// placeOf is where a letter goes.
func placeOf(l store.Letter, a about) Place {
	switch l.Kind {
	case store.LetterThread, store.LetterEdit, store.LetterPin, store.LetterUnpin:
		return Place{Channel: l.Channel, Message: a.post.Message}
	case store.LetterReveal, store.LetterNotify:
		return Place{Channel: l.Channel, Thread: a.post.Thread}
	case store.LetterReact:
		return Place{Channel: l.Channel, Thread: a.post.Thread, Message: l.Comment}
	case store.LetterNotice:
		return Place{Account: l.Notice.To}
	}
	return Place{Channel: l.Channel}
}

// kept is the emoji that marks a comment which was kept as an answer.
const kept = "✅"

// compose makes a letter's text; that of a letter that was claimed before is the frozen one.
func (b *Bot) compose(tx *store.Tx, l store.Letter, a about, now time.Time) (m Message, err error) {
	if l.Body != nil {
		if err := json.Unmarshal(l.Body, &m); err != nil {
			return m, fmt.Errorf("read the text of letter %s: %w", l.ID, err)
		}
		return m, nil
	}
	r := a.round
	switch l.Kind {
	case store.LetterNotice:
		return noticeText(Speak(a.group.Lang), *l.Notice), nil
	case store.LetterHello:
		return Message{Text: Speak(a.group.Lang).Say("hello")}, nil
	case store.LetterReact:
		return Message{Text: kept}, nil
	case store.LetterPin, store.LetterUnpin:
		return Message{}, nil
	case store.LetterNotify:
		return Message{Text: Speak(r.Lang).Say("notify", Values{"Round": r.Number}), Notify: notified(r, l.Channel.Platform)}, nil
	}
	q, ok := tx.Question(r.Bank, r.Own, r.Question)
	if !ok {
		return m, fmt.Errorf("letter %s: its question is not in the bank", l.ID)
	}
	s := sheet{words: Speak(r.Lang), round: r, text: q.In(r.Lang), zone: zoneOf(a.group.Zone), now: now, shown: a.post, blind: b.isBlind(l.Channel.Platform)}
	switch l.Kind {
	case store.LetterThread:
		return s.threadName(), nil
	case store.LetterReveal:
		return s.reveal(sealedAnswers(tx, r)), nil
	}
	return s.post(tx.CountAnswers(r.Number)), nil
}
