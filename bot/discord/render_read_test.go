package discord

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reader reads Discord's dialect as its client does, by the rules of its parser
// (https://github.com/brussell98/discord-markdown follows them), and writes what a person sees. What Discord would make of
// a text by itself, such as a name for an ID, is written as a word in ⟨⟩.
type reader struct {
	seen   strings.Builder // what is read
	styles strings.Builder // for each character of it, the style: b, i, s, c or . for several or none
}

// read reads one message.
func read(s string) (seen, styles string) {
	var r reader
	r.inline(s, true, '.')
	return r.seen.String(), r.styles.String()
}

func (r *reader) write(s string, style byte) {
	for _, c := range s {
		if unicode.IsSpace(c) || string(c) == zeroWidth || c == '◌' {
			continue
		}
		r.seen.WriteRune(c)
		r.styles.WriteByte(style)
	}
}

var (
	blockMark   = regexp.MustCompile(`^ *(?:#{1,3} |-# |[-*] |\d+\. |> |>>> )`)
	codeBlock   = regexp.MustCompile("^(?s)```(?:([A-Za-z0-9_+\\-.#]+?)\n)?\n*([^\n].*?)\n*```")
	autolink    = regexp.MustCompile(`^<([^: >]+:/[^ >]+)>`)
	bareURL     = regexp.MustCompile(`^https?://[^\s<]+[^<.,:;"'\]\s]`)
	shownByName = regexp.MustCompile(`^<(#\d{17,20}|@&\d{17,20})>`)
	special     = regexp.MustCompile(`^<(?:@[!&]?\d+|#\d+|/[^>]+:\d+|t:-?\d+(?::\w)?|a?:\w+:\d+|id:\w+)>|^@(?:everyone|here)|^:[0-9_+-]{0,30}[A-Za-z+-][A-Za-z0-9_+-]{0,30}:`)
)

func (r *reader) inline(s string, lineStart bool, style byte) {
	for s != "" {
		if m := blockMark.FindString(s); lineStart && m != "" {
			s = s[len(m):]
			continue
		}
		n := r.one(s, style)
		lineStart = s[n-1] == '\n'
		s = s[n:]
	}
}

// one reads what a text begins with and returns its length.
func (r *reader) one(s string, style byte) int {
	switch s[0] {
	case '\\':
		if len(s) > 1 && !isWordByte(s[1]) && s[1] > ' ' {
			c := []rune(s[1:])[0]
			r.write(string(c), style)
			return 1 + len(string(c))
		}
	case '`':
		if m := codeBlock.FindStringSubmatch(s); m != nil {
			r.write(m[2], 'c')
			return len(m[0])
		}
		if code, n := inlineCode(s); n > 0 {
			r.write(code, 'c')
			return n
		}
	case '<', '@', ':':
		if m := autolink.FindStringSubmatch(s); m != nil {
			r.write(m[1], style)
			return len(m[0])
		}
		if m := shownByName.FindStringSubmatch(s); m != nil {
			r.write(m[1], style) // it was the bot's own, or its author would have another sign before it
			return len(m[0])
		}
		if m := special.FindString(s); m != "" {
			r.write("⟨special⟩", style)
			return len(m)
		}
	case 'h':
		if m := bareURL.FindString(s); m != "" {
			r.write(m, style)
			return len(m)
		}
	case '[':
		if words, target, n := maskedLink(s); n > 0 {
			r.inline(words, false, style)
			r.write(target, style)
			return n
		}
	case '*':
		b, bn := strongly(s)
		i, in := emphatically(s)
		switch {
		case in > 0 && in >= bn:
			r.inline(i, false, blend(style, 'i'))
			return in
		case bn > 0:
			r.inline(b, false, blend(style, 'b'))
			return bn
		}
	case '~', '|':
		if inner, n := between(s, strings.Repeat(s[:1], 2)); n > 0 {
			r.inline(inner, false, blend(style, map[byte]byte{'~': 's', '|': '|'}[s[0]]))
			return n
		}
	case '_':
		r.write("⟨underscore⟩", style) // none is left unescaped
	}
	c := []rune(s)[0]
	r.write(string(c), style)
	return len(string(c))
}

func blend(a, b byte) byte {
	if a == '.' {
		return b
	}
	return a
}

func inlineCode(s string) (code string, n int) {
	k := len(s) - len(strings.TrimLeft(s, "`"))
	for j := k + 1; j+k <= len(s); j++ {
		if s[j-1] != '`' && s[j:j+k] == s[:k] && !strings.HasPrefix(s[j+k:], "`") {
			return s[k:j], j + k
		}
	}
	return "", 0
}

func strongly(s string) (inner string, n int) {
	if !strings.HasPrefix(s, "**") {
		return "", 0
	}
	for j := 2; j < len(s); j++ {
		if j > 2 && strings.HasPrefix(s[j:], "**") && !strings.HasPrefix(s[j:], "***") {
			return s[2:j], j + 2
		}
		if s[j] == '\\' {
			j++
		}
	}
	return "", 0
}

func emphatically(s string) (inner string, n int) {
	if len(s) < 2 || jsSpace(s[1:]) > 0 {
		return "", 0
	}
	for j := 1; j < len(s); {
		switch {
		case j > 1 && s[j] == '*' && !strings.HasPrefix(s[j:], "**"):
			return s[1:j], j + 1
		case strings.HasPrefix(s[j:], "**"):
			j += 2
		case s[j] == '*':
			return "", 0
		case s[j] == '\\':
			j += 2
		default:
			k := j
			for jsSpace(s[k:]) > 0 {
				k += jsSpace(s[k:])
			}
			if k > j && k < len(s) && s[k] == '*' && !strings.HasPrefix(s[k:], "**") {
				return "", 0
			}
			if k == j {
				k++
			}
			j = k
		}
	}
	return "", 0
}

// jsSpace returns the length of the blank that a text begins with.
func jsSpace(s string) int {
	c, n := utf8.DecodeRuneInString(s)
	if unicode.IsSpace(c) && c != 0x85 || c == 0xFEFF {
		return n
	}
	return 0
}

func between(s, mark string) (inner string, n int) {
	if !strings.HasPrefix(s, mark) || len(s) < 5 {
		return "", 0
	}
	if j := strings.Index(s[3:], mark); j >= 0 {
		return s[2 : j+3], j + 5
	}
	return "", 0
}

var linkTarget = regexp.MustCompile(`^\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?\s*\)`)

// maskedLink takes the longest label, as the client does.
func maskedLink(s string) (words, target string, n int) {
	for at := len(s); ; {
		at = strings.LastIndex(s[:at], "](")
		if at < 1 {
			return "", "", 0
		}
		m := linkTarget.FindStringSubmatch(s[at+1:])
		if m != nil && label(s[1:at]) && regexp.MustCompile(`^https?://`).MatchString(m[1]) {
			return s[1:at], m[1], at + 1 + len(m[0])
		}
	}
}

func label(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '[':
			end := strings.IndexByte(s[i:], ']')
			if end < 0 {
				return false
			}
			i += end
		case ']':
			if open := strings.IndexByte(s[i:], '['); open >= 0 && !strings.Contains(s[i+1:i+open], "]") {
				return false
			}
		}
	}
	return true
}
