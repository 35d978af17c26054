package markdown

import "strings"

// markup are the characters that can make markup within a line.
const markup = "\\`*_[]<>|~"

// Escape returns a text that reads as it stands within a line of Markdown, such as a person's name in a sentence.
func Escape(s string) string {
	if !strings.ContainsAny(s, markup) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(markup, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Unescape takes back what Escape did, outside of code, for where Markdown is shown as it stands.
func Unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	fenced := false
	for line := range strings.Lines(s) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if fenced {
			b.WriteString(line)
			continue
		}
		b.WriteString(unescapeLine(line))
	}
	return b.String()
}

func unescapeLine(line string) string {
	var b strings.Builder
	code := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && !code && i+1 < len(line) && strings.IndexByte(markup, line[i+1]) >= 0:
			i++
			b.WriteByte(line[i])
			continue
		case c == '`':
			code = !code
		}
		b.WriteByte(line[i])
	}
	return b.String()
}
