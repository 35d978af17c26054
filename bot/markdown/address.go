package markdown

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// linkAddresses makes links of the addresses that stand in a text. They are found before emphasis is, since the letters of
// an address are no marks.
func linkAddresses(all []piece) []piece {
	if !slices.ContainsFunc(all, func(p piece) bool { return p.run == nil && scheme(p.text) >= 0 }) {
		return all
	}
	var out []piece
	for i := 0; i < len(all); i++ {
		p := all[i]
		at := -1
		if p.run == nil && p.node == nil {
			at = scheme(p.text)
		}
		if at < 0 {
			out = append(out, p)
			continue
		}
		n := addressLength(spelled(all[i:], at))
		if n == 0 { // no address: what comes behind the scheme may be one
			at += len("http")
			out = append(out, piece{text: p.text[:at]})
			all[i].text = p.text[at:]
			i--
			continue
		}
		if at > 0 {
			out = append(out, piece{text: p.text[:at]})
		}
		all[i].text = p.text[at:]
		var url strings.Builder
		for n > 0 { // an address never ends within a run: it does not end in their characters
			m := min(n, len(all[i].text))
			url.WriteString(all[i].text[:m])
			all[i].text = all[i].text[m:]
			n -= m
			if all[i].text == "" {
				i++
			}
		}
		out = append(out, piece{node: Link{URL: url.String(), Text: []Inline{Text(url.String())}}})
		i--
	}
	return out
}

// scheme returns where the first address of a text may begin, or -1.
func scheme(s string) int {
	for at := 0; ; {
		i := strings.Index(s[at:], "://")
		if i < 0 {
			return -1
		}
		i += at
		for _, word := range []string{"https", "http"} {
			if head, ok := cutSuffixFold(s[:i], word); ok && !endsInLetter(head) {
				return len(head)
			}
		}
		at = i + len("://")
	}
}

func cutSuffixFold(s, suffix string) (string, bool) {
	n := len(s) - len(suffix)
	if n < 0 || !strings.EqualFold(s[n:], suffix) {
		return s, false
	}
	return s[:n], true
}

func endsInLetter(s string) bool {
	return s != "" && (s[len(s)-1] < utf8.RuneSelf) && (unicode.IsLetter(rune(s[len(s)-1])) || unicode.IsDigit(rune(s[len(s)-1])))
}

// spelled returns the text that begins at a place of the first piece and goes on to the next blank or inline.
func spelled(all []piece, at int) string {
	var b strings.Builder
	for _, p := range all {
		if p.node != nil {
			break
		}
		s := p.text[at:]
		at = 0
		if end := strings.IndexFunc(s, endsAddress); end >= 0 {
			b.WriteString(s[:end])
			break
		}
		b.WriteString(s)
	}
	return b.String()
}

func endsAddress(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>\"`{}|\\^", r) || r == utf8.RuneError
}

// addressLength returns how much of a text that begins with a scheme and holds no blank is the address. A letter of another
// script than ours belongs to it where it begins a part of the path, as in /wiki/운영_체제, and not behind a Latin one, where
// it is a particle.
func addressLength(s string) int {
	host := strings.Index(s, "://") + len("://")
	end := host
	foreign := true // whether such a letter may follow
	for i, r := range s[host:] {
		switch {
		case r < utf8.RuneSelf:
			foreign = strings.ContainsRune("/=_-.,(#", r)
		case !foreign || !unicode.In(r, unicode.L, unicode.M, unicode.N):
			return trimmed(s[:end], host)
		}
		end = host + i + utf8.RuneLen(r)
	}
	return trimmed(s[:end], host)
}

// trimmed leaves out what ends the sentence and not the address. One without a host is none.
func trimmed(s string, host int) int {
	closing := strings.Count(s, ")") - strings.Count(s, "(")
	squares := strings.Count(s, "]") - strings.Count(s, "[")
	for len(s) > host {
		switch last := s[len(s)-1]; {
		case strings.IndexByte("?!.,:;*_~'([", last) >= 0:
		case last == ')' && closing > 0:
		case last == ']' && squares > 0:
		default:
			return len(s)
		}
		switch s[len(s)-1] {
		case ')':
			closing--
		case '(':
			closing++
		case ']':
			squares--
		case '[':
			squares++
		}
		s = s[:len(s)-1]
	}
	return 0
}
