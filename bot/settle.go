package bot

import (
	"context"
	"fmt"
	"slices"
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
		if l.Round == 0 {
			return nil
		}
		g, _ := tx.Group()
		r, _ := tx.Round(l.Round)
		p, _ := tx.Post(l.Round, l.Channel)
		switch l.Kind {
		case store.LetterPost:
			p.Message, p.Landed, p.Thread = receipt.ID, receipt.At, receipt.Thread
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
		case store.LetterNotify:
			p.Notified = receipt.ID
		case store.LetterPin:
			p.Pinned = true
			unpinOthers(tx, p, now)
		case store.LetterUnpin:
			p.Pinned = false
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

// pinsBack is how many rounds are looked through for one that is still pinned.
const pinsBack = 100

// unpinOthers asks for what was pinned in the channel before to be pinned no longer.
func unpinOthers(tx *store.Tx, pinned store.Post, now time.Time) {
	looked := 0
	for r := range tx.Rounds() {
		if p, ok := tx.Post(r.Number, pinned.Channel); ok && p.Pinned && p.Round != pinned.Round {
			mailSmall(tx, store.Letter{Kind: store.LetterUnpin, Round: p.Round, Channel: p.Channel}, now)
		}
		if looked++; looked == pinsBack {
			return
		}
	}
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
			if f.Lost && l.Kind == store.LetterPost {
				setAway(tx, l, reasonOf(l, f), now)
			}
			if !c.delivery.Unsure.IsZero() && !l.LookOnly && !repeatable(l.Kind) {
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
	if l.Kind == store.LetterReact || l.Kind == store.LetterUnpin {
		tx.DeleteLetter(l) // nobody misses it
	} else {
		tx.Bury(l, reason)
	}
	r, known := tx.Round(l.Round)
	if !known {
		return
	}
	p, _ := tx.Post(l.Round, l.Channel)
	switch l.Kind {
	case store.LetterPost:
		p.NoPost = reason
	case store.LetterThread:
		p.NoThread = reason
	case store.LetterReveal:
		p.NoReveal = reason
	case store.LetterNotify:
		p.NoNotify = reason
	case store.LetterPin:
		p.NoPin = reason
	case store.LetterUnpin:
		p.Pinned = false
	}
	saveRound(tx, r, p, now)
	if l.Kind == store.LetterThread {
		mailEdit(tx, r, p, now) // it says where to answer
	}
	if worthTelling(tx, g, r, l) {
		mailNotice(tx, g, noticeBuried, l.ID, map[string]string{
			"Round": fmt.Sprint(l.Round), "Channel": l.Channel.ID, "Kind": string(l.Kind), "Reason": reason,
		}, now)
	}
}

// worthTelling reports whether maintainers should hear that a letter was given up: not of what nobody misses, not of a post
// that was taken back, and not every day of what is refused every day, of which it notes that they hear it now.
func worthTelling(tx *store.Tx, g store.Group, r store.Round, l store.Letter) bool {
	switch l.Kind {
	case store.LetterEdit, store.LetterUnpin, store.LetterReact:
		return false
	case store.LetterPin, store.LetterNotify:
		return tellOnce(tx, g, string(l.Kind)+"/"+l.Channel.Key())
	case store.LetterPost:
		s, _ := tx.Schedule(r.Schedule)
		left := slices.Contains(s.Away, l.Channel) // they hear that it is left alone
		return !left && !r.Withdrawn && r.Revealing.IsZero()
	}
	return true
}

// tellOnce notes that something is told and reports whether it was not told before.
func tellOnce(tx *store.Tx, g store.Group, code string) bool {
	if slices.Contains(g.Told, code) {
		return false
	}
	g.Told = append(g.Told, code)
	tx.PutGroup(g)
	return true
}

// setAway keeps the schedule of a letter from asking in a channel that refuses everything, until somebody resumes it.
func setAway(tx *store.Tx, l store.Letter, reason string, now time.Time) {
	r, _ := tx.Round(l.Round)
	if s, ok := tx.Schedule(r.Schedule); ok && !slices.Contains(s.Away, l.Channel) && slices.Contains(s.Channels, l.Channel) {
		s.Away = append(s.Away, l.Channel)
		tx.PutSchedule(s)
		g, _ := tx.Group()
		mailNotice(tx, g, noticeAway, s.ID+"/"+l.Channel.Key(), map[string]string{"Schedule": s.ID, "Channel": l.Channel.ID, "Reason": reason}, now)
	}
}
