// Package questions is what Rewind asks: notes in, questions out. It reads people's Markdown interview notes, however
// sloppy, cuts them into cards and gives them back as questions; the starter bank for groups without notes is embedded.
//
// It knows nothing of chats, stores or clocks. What it has to say about a note it says as a Warning with a code; the
// sentences for people live in package bot.
package questions

import "strings"

// Lang is a language questions are written in, as an ISO 639-1 code.
type Lang string

// The languages Rewind speaks itself; a note may be in any other one, which then has the code of the nearest of these.
const (
	Korean  Lang = "ko"
	English Lang = "en"
)

// Question is one thing to be asked. It is a value: nothing in it changes once it has been read.
type Question struct {
	// ID names the question across imports. Loading gives it the note's own mark where it has one, else a digest of the
	// prompt; Match gives it the ID of the question that it continues.
	ID string `json:"id"`
	// Mark is the ID that the author wrote, empty where there is none.
	Mark string `json:"mark,omitempty"`
	// Texts holds the question in each language it has, never empty, in the order they were read.
	Texts []Text `json:"texts"`
	// Difficulty is what the note says of it, empty where it says nothing.
	Difficulty Difficulty `json:"difficulty,omitempty"`
}

// Difficulty is how hard a question is, as its author sees it.
type Difficulty string

// The difficulties that notes may name.
const (
	Easy   Difficulty = "easy"
	Medium Difficulty = "medium"
	Hard   Difficulty = "hard"
)

// difficultyOf reads a difficulty in English or Korean, in any case; it is empty for any other word.
func difficultyOf(s string) Difficulty {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "easy", "쉬움", "하", "초급":
		return Easy
	case "medium", "normal", "보통", "중", "중급":
		return Medium
	case "hard", "difficult", "어려움", "상", "고급":
		return Hard
	}
	return ""
}

// Text is a question in one language.
type Text struct {
	Lang Lang `json:"lang"`
	// Prompt is the question as the note has it, in Markdown, without numbering or labels. It may have more than one line
	// where its author put code or a situation before the answer; the first line is what a title is made of.
	Prompt string `json:"prompt"`
	// Options are what a multiple choice question offers, in Markdown and in the note's order, without their letters.
	Options []string `json:"options,omitempty"`
	// Right holds the indexes in Options of the right ones, ascending; empty where the note does not say.
	Right []int `json:"right,omitempty"`
	// Term says that Prompt is a bare term ("JWT") and wants a sentence around it to be asked.
	Term bool `json:"term,omitempty"`
	// Topics are the headings the card stands under, outermost first, in the words of its own note: each language of a
	// question has its own.
	Topics []string `json:"topics,omitempty"`
	// Answer is the reference answer in Markdown; empty where the note has none.
	Answer string `json:"answer,omitempty"`
	// Credit is the name of the member whose answer this is, where it was one's.
	Credit string `json:"credit,omitempty"`
	// FollowUps are questions the note puts under this one without answering them.
	FollowUps []string `json:"followUps,omitempty"`
	// Source is a link for further reading, where the note marks one as its source.
	Source string `json:"source,omitempty"`
	// File and Line say where the card begins: the path as it was given, and the line counted from 1.
	File string `json:"file"`
	Line int    `json:"line"`
}

// In returns the text in lang, or the first one there is; every question that Load returns has one.
func (q Question) In(lang Lang) Text {
	for _, t := range q.Texts {
		if t.Lang == lang {
			return t
		}
	}
	return q.Texts[0]
}
