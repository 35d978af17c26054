package slack

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/slack-go/slack"

	"rewind/bot/markdown"
)

// Here texts are measured and cut.

// length is how long a text is as JSON, in code units of UTF-16.
func length(s string) int {
	n := markdown.UTF16(s)
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t':
			n++
		case c < ' ':
			n += len(`\u0000`) - 1
		}
	}
	return n
}

// What is around texts in JSON, rounded up.
const (
	elementSize = len(`{"type":"text","text":""},`)
	linkSize    = len(`{"type":"link","url":"","text":""},`)
	channelSize = len(`{"type":"channel","channel_id":""},`)
	styleSize   = len(`,"style":{"bold":true,"italic":true,"strike":true,"code":true}`)
	itemSize    = len(`{"type":"rich_text_section","elements":[]},`)
	runSize     = len(`{"type":"rich_text_list","elements":[],"style":"ordered","indent":0,"border":0,"offset":000},`)
	blockSize   = len(`{"type":"rich_text","elements":[]},`)
)

// around is what is around a span's text.
func (s span) around() int {
	n := elementSize
	switch {
	case s.channel != "":
		n = channelSize
	case s.url != "":
		n = linkSize + length(s.url)
	}
	if s.style != (slack.RichTextSectionTextStyle{}) {
		n += styleSize
	}
	return n
}

func sizeOfSpans(spans []span) int {
	n := 0
	for _, s := range spans {
		n += s.around() + length(s.text) + len(s.text)/longestElement*elementSize
	}
	return n
}

// cutSpans cuts spans so that the head has at most so much: behind a line in the second half of the room, else behind a blank, else
// between what people see as characters. The head is nil if nothing fits.
func cutSpans(spans []span, room int) (head, rest []span) {
	c := cutting{room: room}
	for i, s := range spans {
		if c.size += s.around(); s.channel != "" {
			c.size += length(s.text)
			if c.size > room {
				return c.at(spans, point{i, 0, c.size})
			}
			continue
		}
		if n := c.span(i, s.text); n < len(s.text) {
			return c.at(spans, point{i, n, c.size})
		}
	}
	return spans, nil
}

// point is a place to cut at: before a byte of a span. size is that of what is before.
type point struct{ span, byte, size int }

type cutting struct {
	room, size  int
	line, blank point // the last ones
}

// span measures a span's text and returns how much of it fits.
func (c *cutting) span(i int, text string) int {
	state := -1
	for at := 0; at < len(text); {
		var cluster string
		cluster, _, _, state = uniseg.FirstGraphemeClusterInString(text[at:], state)
		if len(cluster) > longestCluster {
			cluster, state = shortened(cluster), -1
		}
		size := length(cluster)
		if (at+len(cluster))/longestElement > at/longestElement { // one more element
			size += elementSize
		}
		if c.size+size > c.room {
			return at
		}
		c.size += size
		at += len(cluster)
		switch {
		case strings.HasSuffix(cluster, "\n"):
			c.line = point{i, at, c.size}
		case strings.TrimSpace(cluster) == "":
			c.blank = point{i, at, c.size}
		}
	}
	return len(text)
}

// at cuts at a point, or better before it.
func (c *cutting) at(spans []span, p point) (head, rest []span) {
	for _, better := range []point{c.line, c.blank} {
		if better.size >= c.room/2 {
			p = better
			break
		}
	}
	s := spans[p.span]
	head = append(head, spans[:p.span]...)
	if p.byte > 0 {
		begun := s
		begun.text = s.text[:p.byte]
		head = append(head, begun)
	}
	if s.text = s.text[p.byte:]; s.text != "" {
		rest = append(rest, s)
	}
	return head, append(rest, spans[p.span+1:]...)
}

// longestCluster is how many bytes a character may have to be kept whole. The longest flags have 28.
const longestCluster = 128

func shortened(cluster string) string {
	n := longestCluster
	for !utf8.RuneStart(cluster[n]) {
		n--
	}
	return cluster[:n]
}

// cutAnywhere cuts a text, within what people see as one character only if that is longer than the room.
func cutAnywhere(s string, room int) (head, rest string) {
	if head, rest = markdown.Cut(s, room, markdown.UTF16); head != "" {
		return head, rest
	}
	n := 0
	for i, r := range s {
		if n += markdown.UTF16(string(r)); n > room {
			return s[:i], s[i:]
		}
	}
	return s, ""
}
