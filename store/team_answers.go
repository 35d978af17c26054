package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"rewind/questions"
)

// Questions returns the operator's version of the bank with all its questions, in the order of the notes; the version is
// empty if nothing was ever imported.
func (s *Store) Questions(ctx context.Context) (info BankInfo, qs []questions.Question, err error) {
	err = s.View(ctx, systemScope, func(tx *Tx) error {
		version := tx.currentVersion(systemScope)
		info, _ = bankInfoTable.get(tx, version)
		qs = tx.contents(version).questions
		return nil
	})
	if err != nil {
		return BankInfo{}, nil, fmt.Errorf("read the question bank: %w", err)
	}
	return info, qs, nil
}

// bestAnswers is how many answers of a group count as its best to one question.
const bestAnswers = 3

// TeamAnswers returns a group's best answers by question ID: of those given before their reveal the ones that stand the
// longest, in the order in which they were given, one for each member. What was answered in a round that is not revealed
// is nobody's business yet and left out.
func (s *Store) TeamAnswers(ctx context.Context, group string) (best map[string][]questions.TeamAnswer, err error) {
	err = s.ViewGroup(ctx, group, func(tx *Tx) error {
		best = map[string][]questions.TeamAnswer{}
		for question, given := range tx.answersInTime() {
			slices.SortStableFunc(given, func(a, b givenAnswer) int {
				return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Round, b.Round), cmp.Compare(a.Member, b.Member))
			})
			best[question] = tx.firstOf(given)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the answers of group %s: %w", group, err)
	}
	return best, nil
}

// givenAnswer is an answer with the language it was asked for in.
type givenAnswer struct {
	Answer
	lang questions.Lang
}

// answersInTime are the answers to each question that were given before the reveal, in rounds that are revealed.
func (tx *Tx) answersInTime() map[string][]givenAnswer {
	all := map[string][]givenAnswer{}
	for r := range tx.Rounds() {
		if r.State != Revealed && r.State != Closed {
			continue
		}
		for _, a := range tx.Answers(r.Number) {
			if !a.Late {
				all[r.Question] = append(all[r.Question], givenAnswer{a, r.Lang})
			}
		}
	}
	return all
}

// firstOf takes the first answers of different members. One whose member is gone has nobody to be shown as.
func (tx *Tx) firstOf(given []givenAnswer) []questions.TeamAnswer {
	var first []questions.TeamAnswer
	had := map[string]bool{}
	for _, a := range given {
		m, ok := tx.Member(a.Member)
		if len(first) == bestAnswers || !ok || had[a.Member] {
			continue
		}
		had[a.Member] = true
		first = append(first, questions.TeamAnswer{Name: m.Name, Text: a.Text, Lang: a.lang})
	}
	return first
}
