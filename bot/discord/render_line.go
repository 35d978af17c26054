package discord

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"rewind/bot/markdown"
)

// compose writes as many spans as fit, with their marks opened and closed, and returns what is left. It cuts at a blank in
// the second half of the room if there is one, and else between what people see as characters.
func compose(spans []span, room int) (out string, rest []span) {
	c := composer{room: room}
	for i, s := range spans {
		if n := c.span(s); n < len(s.text) {
			if cut := c.blank; cut.size >= room/2 && cut.size > 0 {
				c.b, c.have, c.marked = c.b[:cut.len], cut.have, false
				i, n = cut.span, cut.at
			}
			c.closeTo(0)
			s := spans[i]
			s.text = s.text[n:]
			if !s.atom {
				s.text = strings.TrimLeft(s.text, " ")
			}
			rest = append([]span{s}, spans[i+1:]...)
			if s.text == "" {
				rest = rest[1:]
			}
			return string(c.b), rest
		}
		c.index++
	}
	c.closeTo(0)
	return string(c.b), nil
}

type composer struct {
	room   int
	b      []byte
	size   int
	have   []mark // the marks that are open
	spaces []byte // blanks that are written if something follows them
	marked bool   // the last character belongs to a mark
	index  int    // of the span
	blank  spot   // the last blank
}

// spot is where a line may be cut.
type spot struct {
	len, size int // of what is written before it
	have      []mark
	span, at  int // what follows it
}

// span writes a span and returns how many of its bytes fit.
func (c *composer) span(s span) int {
	if s.atom {
		if !c.put(s.text, s.marks) {
			return 0
		}
		return len(s.text)
	}
	state := -1
	for at := 0; at < len(s.text); {
		var cluster string
		cluster, _, _, state = uniseg.FirstGraphemeClusterInString(s.text[at:], state)
		if short := shortened(cluster); short != cluster {
			cluster, state = short, -1
		}
		if strings.TrimSpace(cluster) == "" {
			c.blank = spot{len(c.b), c.size, slices.Clone(c.have), c.index, at + len(cluster)}
			if !s.code {
				if len(c.b) > 0 {
					c.spaces = append(c.spaces, cluster...)
				}
				at += len(cluster)
				continue
			}
		}
		out := cluster
		if !s.code {
			out = escape(s.text, at, cluster, c.b)
		}
		if !c.put(out, s.marks) {
			return at
		}
		at += len(cluster)
	}
	return len(s.text)
}

// longestCluster is how many bytes a character may have to be kept whole. The longest flags have 28.
const longestCluster = 128

// shortened cuts off what is too long, and a mark behind a letter that belongs to what follows it, as some Arabic ones do.
func shortened(cluster string) string {
	n := min(len(cluster), longestCluster)
	for n < len(cluster) && !utf8.RuneStart(cluster[n]) {
		n--
	}
	if cluster[0] >= utf8.RuneSelf {
		if i := strings.IndexFunc(cluster[:n], func(r rune) bool { return r < utf8.RuneSelf }); i > 0 {
			n = i
		}
	}
	return cluster[:n]
}

// put writes a text within marks, if it fits and they can be closed behind it.
func (c *composer) put(text string, marks []mark) bool {
	before, size, have, marked := len(c.b), c.size, c.have, c.marked
	common := 0
	for common < len(c.have) && common < len(marks) && c.have[common] == marks[common] {
		common++
	}
	c.closeTo(common)
	c.raw(string(c.spaces))
	for _, m := range marks[common:] {
		c.mark(m.open)
		c.have = append(slices.Clip(c.have), m)
	}
	if c.marked && inCode(c.have) && strings.HasPrefix(text, "`") {
		c.raw(" ")
	}
	c.raw(text)
	end := 1
	for _, m := range marks {
		end += len(m.close) + 1
	}
	if c.size+end > c.room {
		c.b, c.size, c.have, c.marked = c.b[:before], size, have, marked
		return false
	}
	c.spaces = c.spaces[:0]
	return true
}

func (c *composer) raw(text string) {
	if text == "" {
		return
	}
	c.b = append(c.b, text...)
	c.size += markdown.UTF16(text)
	c.marked = false
}

// mark writes an end of a mark, apart from another of the same characters, which would be read as one. Discord minds no
// escapes where it looks for the end of what is struck out.
func (c *composer) mark(m string) {
	if n := len(c.b); n > 0 && c.b[n-1] == m[0] && (c.marked || m == strike.close) {
		c.raw(zeroWidth)
	}
	c.raw(m)
	c.marked = true
}

// inCode says that code is written. A blank keeps its own ticks from those around it; Discord does not show it.
func inCode(marks []mark) bool { return len(marks) > 0 && marks[len(marks)-1].id > 0 }

// closeTo closes the marks beyond the first n.
func (c *composer) closeTo(n int) {
	if len(c.have) > n && inCode(c.have) && !c.marked && c.b[len(c.b)-1] == '`' {
		c.raw(" ")
	}
	for i := len(c.have) - 1; i >= n; i-- {
		c.mark(c.have[i].close)
	}
	c.have = c.have[:n]
}

var (
	shortcode   = regexp.MustCompile(`^[0-9_+-]*[A-Za-z+-][A-Za-z0-9_+-]{0,60}:`)
	headingMark = regexp.MustCompile(`^#{1,3}(\s|$)`)
	listMark    = regexp.MustCompile(`^[-*+](\s|#|$)`)
)

// escape writes a character of a text so that it is not taken for a mark. line is what stands before it in its line.
func escape(text string, at int, cluster string, line []byte) string {
	first, rest := cluster[0], text[at:]
	next := byte(0)
	if len(rest) > 1 {
		next = rest[1]
	}
	hide := false
	switch first {
	case '\\', '*', '_', '`':
		hide = true
	case '~', '|': // alone they mark nothing
		hide = next == first || next == 0 || at == 0 || text[at-1] == first
	case '<':
		hide = next != ' '
	case ']':
		if next == '(' { // Discord minds no escapes in links
			return cluster + zeroWidth
		}
	case ':':
		hide = strings.HasPrefix(rest, "://") || shortcode.MatchString(rest[1:])
	case '@':
		if word := rest[1:]; strings.HasPrefix(word, "everyone") || strings.HasPrefix(word, "here") {
			return "@" + zeroWidth + cluster[1:]
		}
	case '#':
		hide = len(line) == 0 && headingMark.MatchString(rest)
	case '-', '+':
		hide = len(line) == 0 && listMark.MatchString(rest)
	case '>':
		hide = len(line) == 0
	case '.':
		hide = len(line) > 0 && isNumber(line) && (next == 0 || next == ' ' || next == '\t')
	}
	if hide {
		return `\` + cluster
	}
	return cluster
}

func isNumber(s []byte) bool {
	return !slices.ContainsFunc(s, func(c byte) bool { return c < '0' || c > '9' })
}
