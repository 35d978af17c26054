package questions

import (
	"strings"
	"unicode/utf8"
)

// trimLines drops the blank lines, rules and line breaks at both ends.
func trimLines(lines []line) []line {
	separates := func(l *line) bool { return l.blank || l.kind == rule || isBreak(l) }
	for len(lines) > 0 && separates(&lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && separates(&lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func isBreak(l *line) bool {
	if len(l.text) > 0 && l.text[0] != '<' || len(l.raw) > 20 || l.raw == "" {
		return false
	}
	s := strings.ToLower(strings.Join(strings.Fields(l.raw), ""))
	return l.kind != code && (s == "<br>" || s == "<br/>" || s == "<hr>" || s == "<hr/>")
}

// cutAnswerHeads takes all labels off the first lines: "Answer" may stand on a fold, and "Answer: D" inside of it.
func cutAnswerHeads(lines []line) (rest []line, ok bool) {
	for {
		cut, found := cutAnswerHead(lines)
		if !found {
			return lines, ok
		}
		lines, ok = cut, true
	}
}

// cutAnswerHead takes a label such as "A:" off the first line, and the line with it if nothing else stands there. It is
// not ok where there is no label.
func cutAnswerHead(lines []line) (rest []line, ok bool) {
	if len(lines) == 0 || lines[0].kind == code || len(lines[0].text) > maxPrompt {
		return lines, false
	}
	first := lines[0]
	if first.isReveal() {
		return trimLines(lines[1:]), true
	}
	text, ok := cutAnswerLabel(first.text)
	if first.kind == heading && !first.answers {
		return lines, false
	}
	if !ok && first.kind == prose {
		text, ok = strings.CutPrefix(first.text, ": ")
	}
	if !ok || isOption(lines) {
		return lines, false
	}
	if strings.TrimSpace(text) == "" {
		return trimLines(lines[1:]), true
	}
	if strings.Count(text, "**")%2 == 1 { // The emphasis began before the label.
		text = strings.TrimSuffix(strings.TrimRight(text, " "), "**")
	}
	lead := "" // What goes on below is indented as far, unless a list began here.
	if bare := strings.TrimLeft(first.raw, " \t"); strings.HasPrefix(bare, first.text) {
		lead = first.raw[:len(first.raw)-len(bare)]
	}
	first.raw, first.text, first.kind = lead+text, text, prose
	bare, _ := withoutLinks(text)
	first.says = first.saysSomething(bare)
	return append([]line{first}, lines[1:]...), true
}

// isOption says whether the first line is choice A of several, which looks like the label of an answer.
func isOption(lines []line) bool {
	if !strings.HasPrefix(strings.ToUpper(strings.TrimLeft(lines[0].text, "*_(")), "A") {
		return false
	}
	for _, l := range lines[1:] {
		s := strings.ToUpper(strings.TrimLeft(l.text, "*_("))
		if len(s) > 1 && s[0] == 'B' && strings.IndexByte(".:)", s[1]) >= 0 {
			return true
		}
	}
	return false
}

// sourceOf reads a last line of the form "Source: address"; the address may be bare, in angle brackets or a link.
func sourceOf(l *line) (string, bool) {
	if l.kind != prose || l.item || len(l.text) > maxPrompt {
		return "", false
	}
	rest, ok := cutLabel(l.text, &cues().source)
	if !ok {
		return "", false
	}
	found := links(strings.TrimSpace(rest))
	if len(found) != 1 || found[0].image || found[0].start != 0 || found[0].end != len(strings.TrimSpace(rest)) {
		return "", false
	}
	return found[0].dest, isURL(found[0].dest)
}

// saysSomething says whether a line of an answer has any content: a link, a bare bullet, a lone label or an unfilled
// template has none. bare is the line's text without links.
func (l *line) saysSomething(bare string) bool {
	if l.kind == code {
		s := strings.TrimSpace(l.raw)
		return s != "" && !isFence(s) && !isURL(s)
	}
	if l.kind == rule {
		return false
	}
	if len(l.raw) > maxLinkLine {
		return true
	}
	s := withoutShortcodes(bare)
	if l.kind == markup {
		s = withoutTags(s)
	}
	if rest, ok := cutAnswerLabel(s); ok {
		s = rest
	}
	s = trimSigns(s)
	if s == "" {
		return false
	}
	return !cues().empty.has(s)
}

var signs = byteSet(" \t-*+_<>#|/\\=.?:()[]")

// trimSigns takes off both ends what says nothing by itself.
func trimSigns(s string) string {
	for {
		cut := trimRightBytes(trimLeftBytes(s, &signs), &signs)
		if len(cut) > 0 && cut[0] >= utf8.RuneSelf || len(cut) > 0 && cut[len(cut)-1] >= utf8.RuneSelf {
			for _, sign := range []string{"…", "→", "·", "：", "？"} {
				cut = strings.TrimSuffix(strings.TrimPrefix(cut, sign), sign)
			}
		}
		if len(cut) == len(s) {
			return s
		}
		s = cut
	}
}

// withoutShortcodes drops pictures written as words between colons.
func withoutShortcodes(s string) string {
	if first := strings.IndexByte(s, ':'); first < 0 || first == strings.LastIndexByte(s, ':') {
		return s
	}
	parts := strings.Split(s, ":")
	var b strings.Builder
	for i, p := range parts {
		name := i > 0 && i+1 < len(parts) && p != "" && strings.Trim(p, "abcdefghijklmnopqrstuvwxyz0123456789_+-") == ""
		if !name {
			b.WriteString(p)
		}
	}
	return b.String()
}

// withoutTags drops what stands in angle brackets.
func withoutTags(s string) string {
	var b strings.Builder
	for s != "" {
		before, after, ok := strings.Cut(s, "<")
		b.WriteString(before)
		if !ok {
			break
		}
		_, s, _ = strings.Cut(after, ">")
	}
	return strings.TrimSpace(b.String())
}

// firstURL returns the first web address of lines.
func firstURL(lines []line) string {
	for i := range lines {
		if _, url := withoutLinks(lines[i].raw); url != "" {
			return url
		}
	}
	return ""
}

// dedent returns the lines as written, without the white space they all begin with and without blanks at their ends.
func dedent(lines []line) string {
	common, set, size := "", false, 0
	for i := range lines {
		raw := lines[i].raw
		size += len(raw) + 1
		bare := strings.TrimLeft(raw, " \t")
		if bare == "" {
			continue
		}
		lead := raw[:len(raw)-len(bare)]
		if !set {
			common, set = lead, true
		}
		common = commonPrefix(common, lead)
	}
	var b strings.Builder
	b.Grow(size)
	for i := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		s := strings.TrimPrefix(lines[i].raw, common)
		if lines[i].kind != code {
			s = trimEnd(s)
		}
		b.WriteString(s)
	}
	return b.String()
}

// trimEnd drops blanks at the end of a line, but keeps the two that Markdown takes for a line break.
func trimEnd(s string) string {
	cut := strings.TrimRight(s, " \t")
	if cut != "" && strings.HasSuffix(s, "  ") {
		return cut + "  "
	}
	return cut
}

func commonPrefix(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return a[:i]
}
