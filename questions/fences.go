package questions

import (
	"regexp"
	"strings"
)

// safe is text that can stand in a card: every fence in it is closed, and its headings are deeper than the card's, those
// that are called like a part of a card one level more.
func (d *document) safe(text string) string {
	if text == "" {
		return ""
	}
	all := splitLines(text)
	top := 7
	open := eachLine(all, func(i, level int) {
		if level > 0 {
			top = min(top, level)
		}
	})
	shift := max(0, d.level+1-top)
	eachLine(all, func(i, level int) {
		if level == 0 {
			return
		}
		deeper := level + shift
		if deeper == d.level+1 && isSectionName(titleOf(all[i])) {
			deeper++
		}
		all[i] = strings.Repeat("#", min(6, deeper)) + strings.TrimLeft(all[i], "#")
	})
	if open != "" {
		all = append(all, open)
	}
	return strings.Join(all, "\n")
}

// closeFences is text in which every fence is closed.
func closeFences(text string) string {
	if open := eachLine(splitLines(text), func(int, int) {}); open != "" {
		return text + "\n" + open
	}
	return text
}

// fencedItems are items in which every fence is closed as they stand in a list, each behind the mark.
func fencedItems(mark string, items []string) []string {
	all := make([]string, len(items))
	for i, s := range items {
		all[i] = s
		if open := eachLine(splitLines(listOf("", []string{mark + s})), func(int, int) {}); open != "" {
			all[i] += "\n" + strings.TrimPrefix(open, "  ")
		}
	}
	return all
}

// eachLine calls f for each line outside of fences with the level of its heading, 0 if it is none. It returns the line
// that would close a fence that is still open at the end, "" if there is none.
func eachLine(lines []string, f func(i, level int)) (open string) {
	fence, indent := "", ""
	for i, l := range lines {
		if fence != "" {
			if closes(l, fence) {
				fence = ""
			}
			continue
		}
		if indent, fence = fenceOf(l); fence == "" {
			f(i, headingLevel(l))
		}
	}
	if fence == "" {
		return ""
	}
	return indent + fence
}

// fenceOf returns the fence that a line opens, also behind the marks of lists and quotations, and what a line needs
// before it to close the fence.
func fenceOf(line string) (indent, fence string) {
	s := line
	for {
		rest := strings.TrimLeft(s, " \t")
		if c, ok := cutContainer(rest); ok {
			s = c
			continue
		}
		s = rest
		break
	}
	for _, mark := range []string{"`", "~"} {
		n := len(s) - len(strings.TrimLeft(s, mark))
		if n >= 3 && !(mark == "`" && strings.Contains(s[n:], "`")) {
			before := line[:len(line)-len(s)]
			return strings.Map(func(r rune) rune {
				if r == '>' || r == '\t' {
					return r
				}
				return ' '
			}, before), s[:n]
		}
	}
	return "", ""
}

var containerMark = regexp.MustCompile(`^(>|(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$))`)

func cutContainer(s string) (string, bool) {
	if found := containerMark.FindString(s); found != "" {
		return s[len(found):], true
	}
	return s, false
}

func closes(line, fence string) bool {
	s := strings.TrimSpace(strings.TrimLeft(line, " \t>"))
	return len(s) >= len(fence) && strings.Trim(s, fence[:1]) == ""
}

// headingLevel is the level of a heading that begins with #. An indented one is taken for a part of a list.
func headingLevel(line string) int {
	n := len(line) - len(strings.TrimLeft(line, "#"))
	if n == 0 || n > 6 || n < len(line) && line[n] != ' ' && line[n] != '\t' {
		return 0
	}
	return n
}

// titleOf is what a heading says.
func titleOf(line string) string {
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "#"))
}

// isSectionName says whether a heading is called like a section of a card, in any language.
func isSectionName(s string) bool { return isAnswerName(s) || isTeamName(s) }

func isAnswerName(s string) bool { return strings.EqualFold(s, "answer") || s == "답" }

func isTeamName(s string) bool { return strings.EqualFold(s, "team answers") || s == "팀 답변" }
