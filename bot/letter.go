package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rewind/store"
)

// Here letters are written, claimed and settled.

// editEvery is the shortest time between two edits of one message.
const editEvery = 30 * time.Second

// noticeSpan is how long a word to a maintainer is worth delivering.
const noticeSpan = 24 * time.Hour

func letterID(round int, c Channel, kind store.LetterKind) string {
	return fmt.Sprintf("%d/%s/%s", round, c.Key(), kind)
}

// mail writes the letter that a post needs next, unless it waits already.
func mail(tx *store.Tx, r store.Round, p store.Post, now time.Time) {
	kind, ok := wanted(r, p)
	if !ok {
		return
	}
	id := letterID(r.Number, p.Channel, kind)
	if _, waits := tx.Letter(id); waits {
		return
	}
	expires := r.RevealAt.Add(closeAfter)
	switch {
	case kind == store.LetterPost:
		expires = r.Expires
	case kind == store.LetterReveal && now.After(r.RevealAt):
		expires = now.Add(closeAfter)
	}
	l := store.Letter{ID: id, Kind: kind, Round: r.Number, Channel: p.Channel, Due: now, Expires: expires}
	if g, _ := tx.Group(); !r.Due.After(g.Restored) {
		l.Unsure = r.Due // the store was restored since: it may have been posted, unknown to the backup
	}
	tx.PutLetter(l)
}

// mailEdit asks for a post's text to be made anew. There is one such letter for each post, however often it is asked for.
func mailEdit(tx *store.Tx, r store.Round, p store.Post, now time.Time) {
	if p.Message == "" {
		return // it will be right when it is posted
	}
	id := letterID(r.Number, p.Channel, store.LetterEdit)
	l, waits := tx.Letter(id)
	l.Changes++
	if !waits {
		l.ID, l.Kind, l.Round, l.Channel = id, store.LetterEdit, r.Number, p.Channel
		l.Due = latest(now, p.EditedAt.Add(editEvery))
	}
	l.Expires = now.Add(noticeSpan)
	tx.PutLetter(l)
}

// mailNotice tells each of the group's maintainers something once; about names what it is about.
func mailNotice(tx *store.Tx, g store.Group, code, about string, values map[string]string, now time.Time) {
	for _, id := range g.Maintainers {
		m, ok := tx.Member(id)
		if !ok || len(m.Accounts) == 0 {
			continue
		}
		tx.PutLetter(store.Letter{
			ID: "notice/" + code + "/" + about + "/" + id, Kind: store.LetterNotice,
			Notice: &store.Notice{To: m.Accounts[0], Code: code, Values: values},
			Due:    now, Expires: now.Add(noticeSpan),
		})
	}
}

// latest returns the later of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

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
			if l.Unsure.IsZero() || l.Kind == store.LetterEdit {
				giveUp(tx, a.group, l, "expired", now)
				return nil
			}
			l.LookOnly = true
		}
		if outdated(l, a) {
			tx.DeleteLetter(l)
			return nil
		}
		body, err := compose(tx, l, a, now)
		if err != nil {
			return err
		}
		if l.Kind != store.LetterEdit {
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

// about is what a letter is about; a notice knows no round and no post.
type about struct {
	group store.Group
	round store.Round
	post  store.Post
}

func aboutOf(tx *store.Tx, l store.Letter) (a about) {
	a.group, _ = tx.Group()
	if l.Kind != store.LetterNotice {
		a.round, _ = tx.Round(l.Round)
		a.post, _ = tx.Post(l.Round, l.Channel)
	}
	return a
}

// keyOf names what a letter means in a way that is the same again when a slot is asked anew after a restore.
func keyOf(l store.Letter, a about) string {
	if l.Kind == store.LetterNotice {
		return a.group.ID + "/" + l.ID
	}
	asked := a.round.Schedule
	if asked == "" {
		asked = fmt.Sprintf("#%d", l.Round) // a number that a restore gives out again comes with another time
	}
	return fmt.Sprintf("%s/%s@%d/%s/%s", a.group.ID, asked, a.round.Due.UnixMilli(), l.Channel.Key(), l.Kind)
}

// outdated reports whether a letter that was never tried is not wanted any more.
func outdated(l store.Letter, a about) bool {
	if l.Kind == store.LetterNotice || l.Kind == store.LetterEdit || !l.Unsure.IsZero() {
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
	}
	return Say
}

// placeOf is where a letter goes.
func placeOf(l store.Letter, a about) Place {
	switch l.Kind {
	case store.LetterThread, store.LetterEdit:
		return Place{Channel: l.Channel, Message: a.post.Message}
	case store.LetterReveal:
		return Place{Channel: l.Channel, Thread: a.post.Thread}
	case store.LetterNotice:
		return Place{Account: l.Notice.To}
	}
	return Place{Channel: l.Channel}
}

// compose makes a letter's text; that of a letter that was claimed before is the frozen one.
func compose(tx *store.Tx, l store.Letter, a about, now time.Time) (m Message, err error) {
	if l.Body != nil {
		if err := json.Unmarshal(l.Body, &m); err != nil {
			return m, fmt.Errorf("read the text of letter %s: %w", l.ID, err)
		}
		return m, nil
	}
	if l.Kind == store.LetterNotice {
		return noticeText(Speak(a.group.Lang), *l.Notice), nil
	}
	r := a.round
	q, ok := tx.Question(r.Bank, r.Question)
	if !ok {
		return m, fmt.Errorf("letter %s: its question is not in the bank", l.ID)
	}
	s := sheet{words: Speak(r.Lang), round: r, text: q.In(r.Lang), zone: zoneOf(a.group.Zone), now: now, shown: a.post}
	switch l.Kind {
	case store.LetterThread:
		return s.threadName(), nil
	case store.LetterReveal:
		return s.reveal(sealedAnswers(tx, r)), nil
	}
	return s.post(len(tx.Answers(r.Number))), nil
}

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

// withdraw takes back those posts of a round that have not landed and that which names. What may have landed is still
// looked for, and adopted if it is found. A round that nobody has seen and that has nothing left to post is dropped.
func withdraw(tx *store.Tx, r store.Round, now time.Time, which func(store.Post) bool) {
	posts := tx.Posts(r.Number)
	r.Withdrawn = every(posts, func(p store.Post) bool { return p.NoPost != "" || p.Message == "" && which(p) })
	tx.PutRound(r)
	for _, p := range posts {
		if p.Message != "" || p.NoPost != "" || !which(p) {
			continue
		}
		l, waits := tx.Letter(letterID(r.Number, p.Channel, store.LetterPost))
		if waits && !l.Unsure.IsZero() {
			l.LookOnly = true
			tx.PutLetter(l)
			continue
		}
		neverPost(tx, r.Number, p.Channel, now)
	}
}

// neverPost ends a post that was taken back before anything of it was out.
func neverPost(tx *store.Tx, round int, c Channel, now time.Time) {
	if l, waits := tx.Letter(letterID(round, c, store.LetterPost)); waits {
		tx.DeleteLetter(l)
	}
	r, _ := tx.Round(round)
	p, _ := tx.Post(round, c)
	p.NoPost = "withdrawn"
	saveRound(tx, r, p, now)
}

// anywhere names every post.
func anywhere(store.Post) bool { return true }
