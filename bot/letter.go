package bot

import (
	"fmt"
	"time"

	"rewind/store"
)

// Here letters are written and taken back.

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

// mailSmall asks for a small thing that follows from something else: a message is no longer pinned, a comment is marked.
func mailSmall(tx *store.Tx, l store.Letter, now time.Time) {
	l.ID = letterID(l.Round, l.Channel, l.Kind)
	if l.Comment != "" {
		l.ID += "/" + l.Comment
	}
	l.Due, l.Expires = now, now.Add(noticeSpan)
	tx.PutLetter(l)
}

// mailNotice tells each of the group's maintainers something once; about names what it is about.
func mailNotice(tx *store.Tx, g store.Group, code, about string, values map[string]string, now time.Time) {
	for _, id := range g.Maintainers {
		mailTo(tx, id, code, about, values, now)
	}
}

// mailTo tells one member something once.
func mailTo(tx *store.Tx, member, code, about string, values map[string]string, now time.Time) {
	m, ok := tx.Member(member)
	if !ok || len(m.Accounts) == 0 {
		return
	}
	tx.PutLetter(store.Letter{
		ID: "notice/" + code + "/" + about + "/" + member, Kind: store.LetterNotice,
		Notice: &store.Notice{To: m.Accounts[0], Code: code, Values: values},
		Due:    now, Expires: now.Add(noticeSpan),
	})
}

// latest returns the later of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
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
