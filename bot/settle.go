package bot

import (
	"context"
	"fmt"
	"time"

	"rewind/store"
)

// Here letters are settled, by what became of an attempt to deliver them.

// delivered settles a letter that landed.
func (b *Bot) delivered(ctx context.Context, scope string, c claimed, receipt Receipt) error {
	now := b.clock.Now()
	played := "" // the group, if a round that was taken back is to be revealed after all
	err := b.store.Update(ctx, scope, func(tx *store.Tx) error {
		played = ""
		l, waits := tx.Letter(c.letter.ID)
		if !waits {
			return nil
		}
		tx.DeleteLetter(l)
		if l.Kind == store.LetterNotice {
			return nil
		}
		g, _ := tx.Group()
		r, _ := tx.Round(l.Round)
		p, _ := tx.Post(l.Round, l.Channel)
		switch l.Kind {
		case store.LetterPost:
			p.Message, p.Landed = receipt.ID, receipt.At
			if r.Withdrawn { // what can be seen is played
				r.Withdrawn, played = false, g.ID
			}
			if r.State == store.Planned {
				r.State = store.Opened
			}
		case store.LetterThread:
			p.Thread = receipt.ID
		case store.LetterReveal:
			p.Reveal = receipt.ID
			if r.RevealedAt.IsZero() {
				r.State, r.RevealedAt = store.Revealed, receipt.At
				closeAnswers(tx, r, now)
			}
		case store.LetterEdit:
			p.EditedAt = now
			if l.Changes != c.letter.Changes {
				l.Due, l.Unsure, l.Attempts, l.Unknown = now.Add(editEvery), time.Time{}, 0, 0
				tx.PutLetter(l)
			}
		}
		saveRound(tx, r, p, now)
		// A post that is found after its round was dropped must say so, and one that is found after a restore may ask what
		// another round asked.
		found := l.Kind == store.LetterPost && (r.State == store.Dropped || !r.Due.After(g.Restored))
		if found || l.Kind == store.LetterReveal {
			mailEdit(tx, r, p, now)
		}
		return nil
	})
	if played != "" {
		b.lookSoon(played)
	}
	b.wake()
	return err
}

// saveRound writes a round after something happened to one of its posts, and mails what the post needs next.
func saveRound(tx *store.Tx, r store.Round, p store.Post, now time.Time) {
	tx.PutPost(p)
	was := r.State
	if was == store.Planned || !r.Revealing.IsZero() && was == store.Opened { // else nothing can come to its end
		r = conclude(r, tx.Posts(r.Number))
	}
	tx.PutRound(r)
	if was == store.Opened && r.State == store.Revealed { // without a reveal that landed
		closeAnswers(tx, r, now)
	}
	if r.State == store.Dropped && was == store.Planned {
		tx.Unask(r.Question, r.Number)
	}
	mail(tx, r, p, now)
}

// failed settles an attempt that did not succeed.
func (b *Bot) failed(ctx context.Context, scope string, c claimed, f *Failure) error {
	now := b.clock.Now()
	err := b.store.Update(ctx, scope, func(tx *store.Tx) error {
		l, waits := tx.Letter(c.letter.ID)
		if !waits {
			return nil
		}
		g, _ := tx.Group()
		l.Due = now.Add(max(f.After, backoff(l.Attempts)))
		switch f.Outcome {
		case Refused:
			if !c.delivery.Unsure.IsZero() && !l.LookOnly && l.Kind != store.LetterEdit {
				// An earlier attempt may stand there all the same.
				l.Unsure, l.LookOnly, l.Reason = c.delivery.Unsure, true, reasonOf(l, f)
				break
			}
			giveUp(tx, g, l, reasonOf(l, f), now)
			return nil
		case NotDone:
			l.Unsure, l.Unknown = c.delivery.Unsure, 0
			if !l.Unsure.IsZero() {
				break
			}
			if l.Kind == store.LetterPost && l.LookOnly { // taken back while it was under way
				neverPost(tx, l.Round, l.Channel, now)
				return nil
			}
			l.Body = nil // nothing of it is out, so it may say how late it is
		case Unknown:
			if l.Unknown++; l.Unknown >= mostUnknown {
				giveUp(tx, g, l, "unknown", now)
				return nil
			}
			l.Due = latest(l.Due, now.Add(deliverSpan/2))
		}
		tx.PutLetter(l)
		return nil
	})
	b.wake()
	return err
}

// reasonOf says why a refused letter ends: one that was only looked for is simply not there.
func reasonOf(l store.Letter, f *Failure) string {
	switch {
	case l.Reason != "":
		return l.Reason
	case l.LookOnly:
		return "expired"
	}
	return "refused: " + f.Err.Error()
}

// giveUp buries a letter, records that its post will never have what it was for, and tells the maintainers once.
func giveUp(tx *store.Tx, g store.Group, l store.Letter, reason string, now time.Time) {
	tx.Bury(l, reason)
	r, known := tx.Round(l.Round)
	p, _ := tx.Post(l.Round, l.Channel)
	switch {
	case !known || l.Kind == store.LetterNotice || l.Kind == store.LetterEdit:
		return
	case l.Kind == store.LetterPost:
		p.NoPost = reason
	case l.Kind == store.LetterThread:
		p.NoThread = reason
	case l.Kind == store.LetterReveal:
		p.NoReveal = reason
	}
	saveRound(tx, r, p, now)
	if l.Kind == store.LetterThread {
		mailEdit(tx, r, p, now) // it says where to answer
	}
	takenBack := l.Kind == store.LetterPost && (r.Withdrawn || !r.Revealing.IsZero())
	if !takenBack {
		mailNotice(tx, g, noticeBuried, l.ID, map[string]string{
			"Round": fmt.Sprint(l.Round), "Channel": l.Channel.ID, "Kind": string(l.Kind), "Reason": reason,
		}, now)
	}
}
