package questions

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// choices reads options and which of them are right. Options may have the marks of a task list; else the right ones are
// told by number, letter or text, if need be in place of an answer. bad says that a right one cannot be found.
func (r record) choices(t *Text) (bad bool) {
	separator := "\n"
	if whole := r.text(keyOptions); !strings.Contains(whole, "\n") && !isTask(whole) {
		separator = ";"
		if strings.Contains(whole, "|") {
			separator = "|"
		}
	}
	marked := false
	for _, o := range r.list(keyOptions, separator) {
		if right, rest, ok := cutTask(o); ok {
			marked = true
			if right {
				t.Right = append(t.Right, len(t.Options))
			}
			o = rest
		}
		if o != "" || r.own {
			t.Options = append(t.Options, o)
		}
	}
	if r.own || len(t.Options) == 0 {
		return false
	}
	var rights []string
	if !marked {
		rights = r.list(keyRight, ",")
	}
	if len(rights) == 0 && !marked {
		if i, ok := optionNamed(t.Options, t.Answer, len(t.Answer) <= 1); ok {
			t.Right, t.Answer = []int{i}, ""
		}
	}
	for _, s := range rights {
		i, ok := optionNamed(t.Options, s, true)
		bad = bad || !ok
		if ok && !slices.Contains(t.Right, i) {
			t.Right = append(t.Right, i)
		}
	}
	slices.Sort(t.Right)
	t.Answer = withRight(*t)
	return bad
}

// withRight is the answer with the right options first, as the reveal shows it.
func withRight(t Text) string {
	var right []string
	for _, i := range t.Right {
		right = append(right, t.Options[i])
	}
	if len(right) == 0 {
		return t.Answer
	}
	all := strings.Join(right, ", ")
	if t.Answer == "" || t.Answer == all {
		return all
	}
	return all + "\n\n" + t.Answer
}

// optionNamed finds the option that s names: by its text or, where numbers are asked for, by its number or letter.
func optionNamed(options []string, s string, numbered bool) (int, bool) {
	s = strings.TrimSpace(s)
	if i := slices.Index(options, s); i >= 0 && s != "" {
		return i, true
	}
	if !numbered {
		return 0, false
	}
	i := -1
	if n, err := strconv.Atoi(s); err == nil {
		i = n - 1
	} else if r, size := utf8.DecodeRuneInString(strings.ToUpper(s)); size == len(s) && r >= 'A' && r <= 'Z' {
		i = int(r - 'A')
	}
	return i, i >= 0 && i < len(options)
}

func isTask(s string) bool { _, _, ok := cutTask(s); return ok }
