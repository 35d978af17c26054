package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/store"
)

// speech is a comment as its author knows it.
type speech struct {
	thread    bot.Thread
	user, id  string
	revisions []revision
}

// revision is what a comment said from a time on.
type revision struct {
	at         time.Time
	text       string
	deleted    bool
	remembered time.Time // when the store was first seen to hold it; zero as long as it was not
}

func (s *speech) last() *revision { return &s.revisions[len(s.revisions)-1] }

func (l *life) speak(p *bottest.Memory) {
	var threads []bot.Thread
	for _, c := range []string{"C", "C2"} {
		channel := p.Channel("W", c)
		posts := l.posts(channel)
		for _, post := range posts[max(0, len(posts)-3):] {
			if post.Thread != "" {
				threads = append(threads, bot.Thread{Channel: channel, ID: post.Thread})
			}
		}
	}
	if len(threads) == 0 {
		return
	}
	s := &speech{thread: threads[l.rand.IntN(len(threads))], user: l.person()}
	text := l.text()
	s.id = l.say(s.thread, s.user, text)
	s.revisions = []revision{{at: l.revised(s), text: text}}
	l.said = append(l.said, s)
	l.sum("comment")
}

// revised is when the platform last saw a comment change.
func (l *life) revised(s *speech) (at time.Time) {
	for _, post := range l.posts(s.thread.Channel) {
		for _, c := range post.Comments {
			if post.Thread == s.thread.ID && c.ID == s.id {
				at = c.Revision
			}
		}
	}
	return at
}

// recent is one of the last comments on a platform that still stands.
func (l *life) recent(p *bottest.Memory) *speech {
	var standing []*speech
	for _, s := range l.said[max(0, len(l.said)-12):] {
		if s.thread.Channel.Platform == p.Name() && !s.last().deleted {
			standing = append(standing, s)
		}
	}
	if len(standing) == 0 {
		return nil
	}
	return standing[l.rand.IntN(len(standing))]
}

func (l *life) edit(p *bottest.Memory) {
	if s := l.recent(p); s != nil {
		text := l.text()
		p.EditComment(s.thread, s.id, text)
		s.revisions = append(s.revisions, revision{at: l.revised(s), text: text})
		l.sum("edit")
	}
}

func (l *life) remove(p *bottest.Memory) {
	if s := l.recent(p); s != nil {
		at := time.Now()
		p.DeleteComment(s.thread, s.id)
		s.revisions = append(s.revisions, revision{at: at, deleted: true})
		l.sum("deletion")
	}
}

// witness notes which comments the store holds as they stand.
func (l *life) witness() {
	for _, p := range l.platforms {
		l.look(p, func(tx *store.Tx) {
			for _, s := range l.said {
				if r := s.last(); s.thread.Channel.Platform == p.Name() && r.remembered.IsZero() && l.holds(tx, s) {
					r.remembered = time.Now()
				}
			}
		})
	}
}

func (l *life) holds(tx *store.Tx, s *speech) bool {
	at, ok, err := l.store.ThreadRound(l.t.Context(), s.thread)
	if err != nil || !ok {
		return false
	}
	c, ok := tx.Comment(at.Round, s.thread, s.id)
	return ok && c.Deleted == s.last().deleted && (c.Deleted || c.Revision.Equal(s.last().at))
}

// saying is what a comment may count for in an answer: one thing where its last revision before the cutoff was
// remembered in time, else anything it ever said, or nothing, since nobody can know what was never seen. An edit from
// when the reveal was decided counts only if it is first seen once the reveal stands.
func (s *speech) saying(cutoff, decided time.Time) (may []string, sure bool) {
	in := slices.IndexFunc(s.revisions, func(r revision) bool { return !before(r.at, cutoff) })
	switch in {
	case -1:
		in = len(s.revisions)
	case 0:
		return []string{""}, true // said too late
	}
	base := in - 1
	for base > 0 && !s.revisions[in-1].deleted && !before(s.revisions[base].at, decided) {
		base--
	}
	if r := s.revisions[base]; !r.remembered.IsZero() && before(r.remembered, cutoff) {
		for _, r := range s.revisions[base:in] {
			may = append(may, worded(r.text))
		}
		return may, len(may) == 1
	}
	may = []string{""}
	for _, r := range s.revisions {
		may = append(may, worded(r.text))
	}
	return may, false
}

// before reports whether t lies before a time, which may not have come yet.
func before(t, end time.Time) bool { return end.IsZero() || t.Before(end) }

// worded is a text if it holds a word of its own.
func worded(text string) string {
	if text == "?" || strings.HasPrefix(text, ">") {
		return ""
	}
	return text
}

// mayAnswer returns what a member's answer may be, given their comments in the order in which they were said.
func mayAnswer(said []*speech, cutoff, decided time.Time) (answers []string, sure bool) {
	answers, sure = []string{""}, true
	for _, s := range said {
		texts, certain := s.saying(cutoff, decided)
		sure = sure && certain
		var longer []string
		for _, before := range answers {
			for _, text := range texts {
				longer = append(longer, strings.Trim(before+"\n\n"+text, "\n"))
			}
		}
		slices.Sort(longer)
		answers = slices.Compact(longer)
	}
	return answers, sure
}

func (l *life) check() {
	for _, p := range l.platforms {
		l.look(p, func(tx *store.Tx) {
			for letter := range tx.Letters() {
				l.t.Errorf("a letter is left: %+v", letter)
			}
			l.checkSlots(tx, p)
			l.checkPosts(tx, p)
			for r := range tx.Rounds() {
				if r.State != store.Dropped {
					l.checkAnswers(tx, p, r)
				}
			}
			l.checkPoints(tx, p)
		})
	}
	if n := l.bot.Held(); n > 0 {
		l.t.Errorf("the couriers still have %d things in mind", n)
	}
	l.verify()
	if logged := l.takeErrors(); strings.Contains(logged, "panicked") {
		l.t.Errorf("logged: %s", logged)
	}
}

// checkSlots checks that no day was lost.
func (l *life) checkSlots(tx *store.Tx, p *bottest.Memory) {
	for _, w := range l.wanted {
		if _, decided := tx.Slot(w.schedule, w.wall); w.platform == p.Name() && !decided {
			l.t.Errorf("slot %s of schedule %s on %s was lost", w.wall, w.schedule, w.platform)
		}
	}
}

// checkPosts checks that each round has exactly one post and one reveal in each of its channels, or none and says why.
func (l *life) checkPosts(tx *store.Tx, p *bottest.Memory) {
	unclaimed := map[string]bottest.Post{} // by key
	for _, id := range []string{"C", "C2"} {
		for _, post := range l.posts(p.Channel("W", id)) {
			for _, said := range append(delivered(post.Replies), post) {
				if _, twice := unclaimed[said.Key]; twice {
					l.t.Errorf("%s was said twice", said.Key)
				}
				unclaimed[said.Key] = said
			}
		}
	}
	g, _ := tx.Group()
	for r := range tx.Rounds() {
		for _, post := range tx.Posts(r.Number) {
			asked := r.Schedule
			if asked == "" {
				asked = fmt.Sprintf("#%d", r.Number)
			}
			key := fmt.Sprintf("%s/%s@%d/%s/", g.ID, asked, r.Due.UnixMilli(), post.Channel.Key())
			l.checkPost(tx, r, post, unclaimed[key+"post"], unclaimed[key+"reveal"])
			delete(unclaimed, key+"post")
			delete(unclaimed, key+"reveal")
		}
	}
	for key := range unclaimed {
		l.t.Errorf("nobody asked for %s", key)
	}
}

func (l *life) checkPost(tx *store.Tx, r store.Round, known store.Post, post, reveal bottest.Post) {
	l.sum("posts")
	name := fmt.Sprintf("#%d (%s) in %s", r.Number, r.State, known.Channel.Key())
	switch {
	case known.Message == "" && known.NoPost == "":
		l.t.Errorf("%s: neither posted nor given up", name)
	case known.Message != post.ID && known.NoPost == "":
		l.t.Errorf("%s: message %q is remembered, %q stands", name, known.Message, post.ID)
	case known.NoPost != "" && post.ID != "" && !doubtful(known.NoPost):
		l.t.Errorf("%s: stands, and was given up as %q", name, known.NoPost)
	case known.NoPost == "unknown" && !l.told(tx, r):
		l.t.Errorf("%s: unknown, and nobody was told", name)
	}
	if known.NoPost != "" {
		l.sum("no post: " + known.NoPost)
		return
	}
	if known.Thread != post.Thread && !doubtful(known.NoThread) {
		l.t.Errorf("%s: thread %q is remembered, %q stands (%s)", name, known.Thread, post.Thread, known.NoThread)
	}
	if r.State == store.Dropped {
		return
	}
	if known.Reveal != reveal.ID && !doubtful(known.NoReveal) || known.Reveal == "" && known.NoReveal == "" {
		l.t.Errorf("%s: reveal %q is remembered, %q stands (%s)", name, known.Reveal, reveal.ID, known.NoReveal)
	}
}

// doubtful reports whether what was given up for a reason may stand all the same.
func doubtful(reason string) bool { return reason == "unknown" }

// told reports whether a maintainer was told of a round, or at least something was tried to.
func (l *life) told(tx *store.Tx, r store.Round) bool {
	about := fmt.Sprintf("%d", r.Number)
	for _, p := range l.platforms {
		for _, n := range p.Private(p.Account("W", "Mina")) {
			if strings.Contains(n.Key, "/notice/") && strings.Contains(n.Text, "#"+about) {
				return true
			}
		}
	}
	for letter := range tx.Buried() {
		if letter.Notice != nil && letter.Notice.Values["Round"] == about {
			return true
		}
	}
	return r.Withdrawn
}

// checkAnswers holds the answers of record against what the members know to have said.
func (l *life) checkAnswers(tx *store.Tx, p *bottest.Memory, r store.Round) {
	if r.RevealedAt.IsZero() {
		l.t.Errorf("#%d is %s in the end", r.Number, r.State)
	}
	said := map[string][]*speech{}
	for _, s := range l.said {
		if post, ok := tx.Post(r.Number, s.thread.Channel); ok && post.Thread == s.thread.ID && s.thread.Channel.Platform == p.Name() {
			said[s.user] = append(said[s.user], s)
			l.checkKept(tx, r, s)
		}
	}
	for _, user := range people {
		l.checkAnswer(tx, r, part{p.Name(), r.Number, user}, said[user])
	}
}

// checkKept checks that what stands in a thread since before the reveal is remembered.
func (l *life) checkKept(tx *store.Tx, r store.Round, s *speech) {
	c, ok := tx.Comment(r.Number, s.thread, s.id)
	if s.revisions[0].at.Before(r.RevealedAt) && !s.last().deleted && (!ok || c.Deleted) {
		l.t.Errorf("#%d: %s's %q is not remembered", r.Number, s.user, s.last().text)
	}
}

func (l *life) checkAnswer(tx *store.Tx, r store.Round, who part, said []*speech) {
	m, _ := tx.MemberOf(bot.Account{Platform: who.platform, Workspace: "W", User: who.user})
	got, answered := tx.Answer(r.Number, m.ID)
	if given, ok := l.given[who]; ok {
		if !answered || got.Text != given.text || got.Late != given.late {
			l.t.Errorf("#%d: %s gave %+v, the answer is %+v", r.Number, who.user, given, got)
		}
		return
	}
	if r.Mode == store.ModeSealed {
		said = nil
	}
	cutoff := r.RevealedAt
	if at, peeked := l.peeks[who]; peeked && at.Before(cutoff) {
		cutoff = at
	}
	want, sure := mayAnswer(said, cutoff, r.Revealing)
	if sure && len(said) > 0 {
		l.sum("sure answers")
	}
	if !slices.Contains(want, got.Text) || answered != (got.Text != "") {
		l.t.Errorf("#%d on %s: %s said %q before %v, the answer is %q", r.Number, who.platform, who.user, want, cutoff, got.Text)
		for _, s := range said {
			l.t.Logf("  %+v", s)
		}
	}
}

// checkPoints adds up what the answers of record are worth.
func (l *life) checkPoints(tx *store.Tx, p *bottest.Memory) {
	want := map[string]int{}
	for r := range tx.Rounds() {
		for _, a := range tx.Answers(r.Number) {
			if want[a.Member] += 10; a.Late {
				want[a.Member] -= 7
			}
		}
	}
	for m := range tx.Members() {
		if row, _ := tx.Row(store.Board{Period: store.AllTime, Of: store.Everyone}, m.ID); row.Points != want[m.ID] {
			l.t.Errorf("%s on %s has %d points, want %d", m.Name, p.Name(), row.Points, want[m.ID])
		}
	}
}
