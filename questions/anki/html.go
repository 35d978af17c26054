package anki

import (
	"html"
	"strings"
)

// token is a piece of a field: a text, or a tag with its attributes.
type token struct {
	text  string // of a text, its entities decoded; of a tag the attributes as written
	tag   string // in lower case, empty for a text
	close bool
}

// tokens cuts HTML as people and editors write it into fields. Comments are left out; what looks like a tag and is none
// stays text.
func tokens(s string) []token {
	var all []token
	text := func(t string) {
		if t != "" {
			all = append(all, token{text: html.UnescapeString(t)})
		}
	}
	from := 0 // where the text begins that no token has yet
	for at := 0; at < len(s); {
		if s[at] != '<' {
			at++
			continue
		}
		if rest, ok := strings.CutPrefix(s[at:], "<!--"); ok {
			text(s[from:at])
			_, s, _ = strings.Cut(rest, "-->")
			at, from = 0, 0
			continue
		}
		t, size := readTag(s[at:])
		if size == 0 {
			at++
			continue
		}
		text(s[from:at])
		all = append(all, t)
		s = s[at+size:]
		if t.tag == "script" || t.tag == "style" {
			s = behind(s, t.tag)
		}
		at, from = 0, 0
	}
	text(s[from:])
	return all
}

// behind returns what stands behind the end of an element whose contents are no text.
func behind(s, tag string) string {
	for {
		_, rest, ok := strings.Cut(s, "</")
		if !ok {
			return ""
		}
		if len(rest) >= len(tag) && strings.EqualFold(rest[:len(tag)], tag) {
			_, rest, _ = strings.Cut(rest, ">")
			return rest
		}
		s = rest
	}
}

// readTag reads the tag that s begins with and returns its size, 0 if it is none.
func readTag(s string) (t token, size int) {
	i := 1
	if i < len(s) && s[i] == '/' {
		t.close = true
		i++
	}
	start := i
	for i < len(s) && (isLetter(s[i]) || i > start && s[i] >= '0' && s[i] <= '9') {
		i++
	}
	if i == start {
		return token{}, 0
	}
	t.tag = strings.ToLower(s[start:i])
	attributes := i
	for quote := byte(0); i < len(s); i++ {
		switch c := s[i]; {
		case c == '<': // also inside of quotes, so that a quote that never ends costs no look at the whole rest
			return token{}, 0
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			t.text = s[attributes:i]
			return t, i + 1
		}
	}
	return token{}, 0
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// attribute returns the value of a tag's attribute, "" if it has none.
func (t token) attribute(name string) string {
	s := t.text
	for {
		s = strings.TrimLeft(s, " \t\n\r/")
		end := strings.IndexAny(s, "= \t\n\r")
		if end <= 0 {
			return ""
		}
		key, value := s[:end], ""
		s = strings.TrimLeft(s[end:], " \t\n\r")
		if rest, ok := strings.CutPrefix(s, "="); ok {
			value, s = cutValue(strings.TrimLeft(rest, " \t\n\r"))
		}
		if strings.EqualFold(key, name) {
			return html.UnescapeString(value)
		}
	}
}

func cutValue(s string) (value, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		value, rest, _ = strings.Cut(s[1:], s[:1])
		return value, rest
	}
	end := strings.IndexAny(s, " \t\n\r")
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}

// plain is the text of HTML without its tags, as Anki sorts and compares first fields.
func plain(s string) string {
	var b strings.Builder
	for _, t := range tokens(s) {
		if t.tag == "" {
			b.WriteString(t.text)
		}
	}
	return b.String()
}
