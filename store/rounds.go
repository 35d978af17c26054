package store

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"time"
)

const (
	roundTable   table[Round]   = "round"
	activeTable  table[int]     = "active" // rounds that are neither closed nor dropped
	postTable    table[Post]    = "post"
	commentTable table[Comment] = "comment"
	answerTable  table[Answer]  = "answer"
	peekTable    table[Peek]    = "peek"

	reactionTable table[Reaction] = "reaction"
)

// Round returns the round with the number.
func (tx *Tx) Round(number int) (Round, bool) { return roundTable.get(tx, number) }

// PutRound writes the round and keeps it among the active ones as long as something can still happen to it.
func (tx *Tx) PutRound(r Round) {
	roundTable.put(tx, r, r.Number)
	if r.State == Closed || r.State == Dropped {
		activeTable.delete(tx, r.Number)
		return
	}
	activeTable.put(tx, r.Number, r.Number)
}

// Active returns the rounds that are neither closed nor dropped, oldest first.
func (tx *Tx) Active() []Round {
	var rounds []Round
	for n := range activeTable.all(tx) {
		if r, ok := tx.Round(n); ok {
			rounds = append(rounds, r)
		}
	}
	return rounds
}

// Rounds yields every round, newest first.
func (tx *Tx) Rounds() iter.Seq[Round] { return roundTable.backward(tx) }

// Post returns what a round has in a channel.
func (tx *Tx) Post(round int, c Channel) (Post, bool) { return postTable.get(tx, round, c.Key()) }

// Posts returns what a round has in each of its channels.
func (tx *Tx) Posts(round int) []Post {
	var posts []Post
	for p := range postTable.all(tx, round) {
		posts = append(posts, p)
	}
	return posts
}

// PutPost writes the post, and the way from its thread to its round.
func (tx *Tx) PutPost(p Post) {
	postTable.put(tx, p, p.Round, p.Channel.Key())
	if p.Thread != "" {
		tx.indexThread(Thread{p.Channel, p.Thread}, p.Round)
	}
}

// Comment returns the comment with the ID in a thread of a round.
func (tx *Tx) Comment(round int, t Thread, id string) (Comment, bool) {
	return commentTable.get(tx, round, t.Channel.Key(), t.ID, id)
}

// Comments returns every comment of a round, tombstones included, in the order they were said.
func (tx *Tx) Comments(round int) []Comment {
	var comments []Comment
	for c := range commentTable.all(tx, round) {
		comments = append(comments, c)
	}
	sortComments(comments)
	return comments
}

// CommentsBy returns a member's comments in a round, tombstones included, in the order they were said. Those of others are
// passed over without being decoded: a thread may be long, and this is asked for each comment in it.
func (tx *Tx) CommentsBy(round int, member string) []Comment {
	id, err := json.Marshal(member)
	if err != nil {
		tx.fail(err)
		return nil
	}
	var comments []Comment
	lo := commentTable.key([]any{round})
	for _, v := range tx.scan(tx.Scope(), lo, after(lo), false) {
		var c Comment
		mayBe := member == "" || bytes.Contains(v, id) // nobody's member is left out of the record
		if mayBe && commentTable.decode(tx, v, &c) && c.Member == member {
			comments = append(comments, c)
		}
	}
	sortComments(comments)
	return comments
}

// PutComment writes the comment.
func (tx *Tx) PutComment(c Comment) {
	commentTable.put(tx, c, c.Round, c.Thread.Channel.Key(), c.Thread.ID, c.ID)
}

// Answer returns a member's answer in a round.
func (tx *Tx) Answer(round int, member string) (Answer, bool) {
	return answerTable.get(tx, round, member)
}

// Answers returns a round's answers in the order they were given.
func (tx *Tx) Answers(round int) []Answer {
	var answers []Answer
	for a := range answerTable.all(tx, round) {
		answers = append(answers, a)
	}
	sortAnswers(answers)
	return answers
}

// CountAnswers counts a round's answers.
func (tx *Tx) CountAnswers(round int) (n int) {
	lo := answerTable.key([]any{round})
	for range tx.scan(tx.Scope(), lo, after(lo), false) {
		n++
	}
	return n
}

// PutAnswer writes the answer.
func (tx *Tx) PutAnswer(a Answer) { answerTable.put(tx, a, a.Round, a.Member) }

// DeleteAnswer removes a member's answer in a round.
func (tx *Tx) DeleteAnswer(round int, member string) { answerTable.delete(tx, round, member) }

// Reactions returns the reactions to a thread's comments, in the order of comments, members and emoji.
func (tx *Tx) Reactions(round int, t Thread) []Reaction {
	return slices.Collect(reactionTable.all(tx, round, t.Channel.Key(), t.ID))
}

// PutReaction writes the reaction, unless it is known.
func (tx *Tx) PutReaction(r Reaction) { reactionTable.insert(tx, r, r.key()...) }

// DeleteReaction removes a reaction.
func (tx *Tx) DeleteReaction(r Reaction) { reactionTable.delete(tx, r.key()...) }

func (r Reaction) key() []any {
	return []any{r.Round, r.Thread.Channel.Key(), r.Thread.ID, r.Comment, r.Member, r.Emoji}
}

// Peek returns a member's private look at a round's reference answer.
func (tx *Tx) Peek(round int, member string) (Peek, bool) { return peekTable.get(tx, round, member) }

// PutPeek writes the look.
func (tx *Tx) PutPeek(p Peek) { peekTable.put(tx, p, p.Round, p.Member) }

// seen is the reply to a command, kept so that the same command again changes nothing.
type seen struct {
	At    time.Time `json:"at"`
	Reply []byte    `json:"reply"`
}

const (
	seenTable   table[seen]   = "seen"
	seenAtTable table[string] = "seenat"
)

// Seen returns the reply that the command got when it came before.
func (tx *Tx) Seen(command string) (reply []byte, ok bool) {
	s, ok := seenTable.get(tx, command)
	return s.Reply, ok
}

// Remember keeps the reply to a command.
func (tx *Tx) Remember(command string, at time.Time, reply []byte) {
	if old, ok := seenTable.get(tx, command); ok {
		seenAtTable.delete(tx, old.At, command)
	}
	seenTable.put(tx, seen{at, reply}, command)
	seenAtTable.put(tx, command, at, command)
}

// Forget drops commands remembered before the time, at most limit of them, and reports how many. Uploads that nobody
// confirmed since are forgotten too.
func (tx *Tx) Forget(before time.Time, limit int) int {
	for u := range uploadTable.all(tx) {
		if u.At.Before(before) {
			tx.DropUploads() // there is one
		}
	}
	n := 0
	for command := range seenAtTable.all(tx) {
		s, ok := seenTable.get(tx, command)
		if n == limit || !ok || !s.At.Before(before) {
			break
		}
		seenTable.delete(tx, command)
		seenAtTable.delete(tx, s.At, command)
		n++
	}
	return n
}

// Stale reports whether there is something that Forget would drop.
func (tx *Tx) Stale(before time.Time) bool {
	for u := range uploadTable.all(tx) {
		if u.At.Before(before) {
			return true
		}
	}
	for command := range seenAtTable.all(tx) {
		s, ok := seenTable.get(tx, command)
		return ok && s.At.Before(before)
	}
	return false
}
