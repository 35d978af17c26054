package questions

import "slices"

// Merge puts more behind the questions of a bank. What is in both in the same words, prompt and answer, is there once: as
// more has it.
func Merge(bank, more []Question) []Question {
	known := map[string]bool{}
	for _, q := range more {
		for _, t := range q.Texts {
			known[textKey(t)] = true
		}
	}
	kept := slices.DeleteFunc(slices.Clone(bank), func(q Question) bool {
		return slices.ContainsFunc(q.Texts, func(t Text) bool { return known[textKey(t)] })
	})
	return append(kept, more...)
}
