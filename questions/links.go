package questions

import "strings"

// maxLinkLine is the longest text, in bytes, in which links are looked for. Longer lines are prose or data.
const maxLinkLine = 4 << 10

// maxDest bounds the search for the end of a link's destination, in bytes, so that a hostile line stays cheap.
const maxDest = 1 << 10

// link is a Markdown link or image, an address in angle brackets, or a bare address, at [start, end) of its text.
type link struct {
	start, end int
	text, dest string
	image      bool
}

// mayLink says whether s has what every link has. Most lines have not, which is cheap to see.
func mayLink(s string) bool { return strings.Contains(s, "](") || strings.Contains(s, "://") }

// links finds the links of one line, in order and not overlapping.
func links(s string) []link {
	if len(s) > maxLinkLine || !mayLink(s) {
		return nil
	}
	closing := brackets(s)
	var found []link
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '[' && c != 'h' && c != '<' && c != '!' {
			continue
		}
		l, ok := linkAt(s, i, closing)
		if !ok {
			continue
		}
		found = append(found, l)
		i = l.end - 1
	}
	return found
}

// brackets pairs each opening square bracket with its closing one, in one pass so that a hostile line stays linear: the
// result holds, at an opening one, where it closes, and else 0. maxLinkLine keeps places small.
func brackets(s string) []int16 {
	pairs := make([]int16, len(s))
	var open []int16
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '[':
			open = append(open, int16(i))
		case s[i] == ']' && len(open) > 0:
			pairs[open[len(open)-1]] = int16(i)
			open = open[:len(open)-1]
		}
	}
	return pairs
}

func linkAt(s string, i int, closing []int16) (link, bool) {
	switch s[i] {
	case '!':
		if i+1 < len(s) && s[i+1] == '[' {
			l, ok := inlineLink(s, i+1, closing)
			l.start, l.image = i, true
			return l, ok
		}
	case '[':
		return inlineLink(s, i, closing)
	case '<':
		end := strings.IndexAny(s[i:], "> \t")
		if end > 0 && s[i+end] == '>' && isURL(s[i+1:i+end]) {
			return link{start: i, end: i + end + 1, dest: s[i+1 : i+end]}, true
		}
	case 'h':
		if isURL(s[i:]) {
			end := i + urlLength(s[i:])
			return link{start: i, end: end, dest: s[i:end]}, true
		}
	}
	return link{}, false
}

// inlineLink reads [text](dest "title") whose bracket opens at i.
func inlineLink(s string, i int, closing []int16) (link, bool) {
	end := int(closing[i])
	if end == 0 || end+1 >= len(s) || s[end+1] != '(' {
		return link{}, false
	}
	depth := 0
	for j := end + 1; j < min(len(s), end+maxDest); j++ {
		switch s[j] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			dest, _, _ := strings.Cut(strings.TrimSpace(s[end+2:j]), " ")
			return link{start: i, end: j + 1, text: s[i+1 : end], dest: strings.Trim(dest, "<>")}, true
		}
	}
	return link{}, false
}

func isURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "http")
	rest = strings.TrimPrefix(rest, "s")
	return ok && len(rest) > 3 && strings.HasPrefix(rest, "://")
}

// urlLength is how much of s, which begins with an address, belongs to it.
func urlLength(s string) int {
	end := strings.IndexAny(s, " \t<>\"`")
	if end < 0 {
		end = len(s)
	}
	url := strings.TrimRight(s[:end], ".,;:!?'*")
	if strings.HasSuffix(url, ")") && strings.Count(url, "(") < strings.Count(url, ")") {
		url = url[:len(url)-1]
	}
	return len(url)
}

// replaceLinks puts what with says in the place of each link of s.
func replaceLinks(s string, with func(link) string) string { return replaceFound(s, links(s), with) }

// replaceFound is replaceLinks for links that were found before.
func replaceFound(s string, found []link, with func(link) string) string {
	if len(found) == 0 {
		return s
	}
	var b strings.Builder
	at := 0
	for _, l := range found {
		b.WriteString(s[at:l.start])
		b.WriteString(with(l))
		at = l.end
	}
	b.WriteString(s[at:])
	return b.String()
}

// linkTexts replaces each link by its text, and a bare address by itself.
func linkTexts(s string) string {
	return replaceLinks(s, func(l link) string {
		if l.text == "" && !l.image {
			return l.dest
		}
		return l.text
	})
}

// withoutLinks drops links with their texts and returns the first web address among them.
func withoutLinks(s string) (rest, url string) {
	rest = replaceLinks(s, func(l link) string {
		if url == "" && !l.image && isURL(l.dest) {
			url = l.dest
		}
		return " "
	})
	return rest, url
}

// wholeLink returns the link s consists of.
func wholeLink(s string) (link, bool) {
	s = strings.TrimSpace(s)
	return isWhole(s, links(s))
}

// isWhole is wholeLink for links that were found before.
func isWhole(s string, found []link) (link, bool) {
	if len(found) != 1 || found[0].start != 0 || found[0].end != len(s) || found[0].image {
		return link{}, false
	}
	return found[0], true
}
