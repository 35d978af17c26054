package bottest

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestMark and longestInfo bound what is repeated when a fence is opened again, so that it always fits.
const (
	longestMark = 8
	longestInfo = 16
)

// split cuts a text into parts of at most limit runes, between lines where it can, at a space where a line is too long,
// and else between characters as people count them. A code fence that is cut is closed and opened again. Without a limit,
// or within it, the text is its only part.
func split(text string, limit int) []string {
	text = strings.ToValidUTF8(text, "�")
	if limit <= 0 || utf8.RuneCountInString(text) <= limit {
		return []string{text}
	}
	s := splitter{limit: limit}
	for line := range strings.SplitSeq(text, "\n") {
		s.line(line)
	}
	return s.end()
}

type splitter struct {
	limit int
	parts []string
	lines []string
	size  int    // of lines, in runes, with a newline behind each
	mark  string // of the open fence: the characters that close it, empty outside
	open  string // the line that opens it again
	// carried says that the first line is that one.
	carried bool
}

func (s *splitter) line(line string) {
	mark, open := s.after(line)
	if mark != s.mark && utf8.RuneCountInString(line) > s.limit/2 {
		line = cmp.Or(open, s.mark) // a fence is never cut, what stands behind it is
	}
	reserve := max(closing(mark), closing(s.mark))
	for s.size+utf8.RuneCountInString(line)+reserve > s.limit {
		if s.fresh() {
			var head string
			head, line = cut(line, s.limit-s.size-reserve)
			s.add(head)
		}
		s.flush()
	}
	s.add(line)
	s.mark, s.open = mark, open
}

// closing is the room that closing a fence takes.
func closing(mark string) int {
	if mark == "" {
		return 0
	}
	return len(mark) + 1
}

// fresh says that the part holds nothing yet but a fence that was opened again.
func (s *splitter) fresh() bool {
	return len(s.lines) == 0 || len(s.lines) == 1 && s.carried
}

func (s *splitter) add(line string) {
	s.lines = append(s.lines, line)
	s.size += utf8.RuneCountInString(line) + 1
}

// flush ends a part. Blank ones are left out: platforms refuse them.
func (s *splitter) flush() {
	if s.mark != "" {
		s.add(s.mark)
	}
	if !blank(s.lines) {
		s.parts = append(s.parts, strings.Trim(strings.Join(s.lines, "\n"), "\n"))
	}
	s.lines, s.size, s.carried = nil, 0, s.mark != ""
	if s.carried {
		s.add(s.open)
	}
}

func (s *splitter) end() []string {
	s.flush()
	if len(s.parts) == 0 {
		return []string{""}
	}
	return s.parts
}

// blank says that lines hold nothing but fences.
func blank(lines []string) bool {
	for _, line := range lines {
		if mark, _ := fence(line); mark == "" && strings.TrimSpace(line) != "" {
			return false
		}
	}
	return true
}

// after returns the fence that is open behind a line: the characters that close it, and the line that opens it again.
func (s *splitter) after(line string) (mark, open string) {
	found, info := fence(line)
	switch {
	case found == "", s.mark != "" && (!strings.HasPrefix(found, s.mark) || info != ""):
		return s.mark, s.open
	case s.mark != "":
		return "", ""
	case utf8.RuneCountInString(info) > longestInfo:
		return found, found
	}
	return found, found + info
}

// fence reads the mark of a fence and what stands behind it.
func fence(line string) (mark, info string) {
	trimmed := strings.TrimLeft(line, " ")
	rest := strings.TrimLeft(trimmed, "`")
	mark = trimmed[:len(trimmed)-len(rest)]
	if len(mark) < 3 || len(mark) > longestMark || strings.Contains(rest, "`") {
		return "", ""
	}
	return mark, strings.TrimSpace(rest)
}

// cut takes at most n runes off a line, up to a space if one stands in the second half, and never within a character.
func cut(line string, n int) (head, rest string) {
	runes := []rune(line)
	if len(runes) <= n {
		return line, ""
	}
	at := max(n, 1)
	for at > n/2 && runes[at] != ' ' {
		at--
	}
	if at <= n/2 {
		for at = max(n, 1); at > 1 && joined(runes[at-1], runes[at]); at-- {
		}
		if at == 1 { // no character is that long
			at = max(n, 1)
		}
	}
	return string(runes[:at]), strings.TrimLeft(string(runes[at:]), " ")
}

// joined says that two runes belong to one character as people count them: marks, joiners, and the medial and final
// letters of a Korean syllable that is written letter by letter.
func joined(before, after rune) bool {
	const joiner = '\u200d'
	return unicode.In(after, unicode.Mn, unicode.Mc, unicode.Me) || after == joiner || before == joiner ||
		after >= 0x1160 && after <= 0x11FF || after >= 0x1F3FB && after <= 0x1F3FF
}

// content is the letters, marks and digits of a text outside the lines that open or close a code fence: what must come
// through whatever a platform makes of the rest.
func content(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		if mark, _ := fence(line); mark != "" {
			continue
		}
		for _, r := range line {
			if unicode.In(r, unicode.L, unicode.M, unicode.N) {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}
