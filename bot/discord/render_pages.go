package discord

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"rewind/bot/markdown"
)

// zeroWidth is a blank without width. It keeps marks apart, and breaks what Discord would take for one.
const zeroWidth = "\u200b"

// worthCutting is how much room a message must have left for a line that no message holds whole to begin in it.
const worthCutting = 250

// pages lays lines out over messages, between lines where it can. What is cut within a line is whole in each message: marks,
// fences and what a line begins with are written again.
type pages struct {
	first, limit int  // the room in the first message and in the others
	spoiler      bool // each message is hidden until its reader asks for it

	parts []string
	b     []byte
	size  int // of b, as Discord counts

	gapped  bool   // a blank line comes before the next one
	gapLead string // what stands in it

	fenceClose string // what closes the fence that is open, "" if none is

	lineAt, textAt int // where the last line begins, with and without the line breaks before it
	kept           int // the length of b if the last line is to stay with what follows it, -1 else
}

func newPages(first, limit int, spoiler bool) *pages {
	return &pages{first: first, limit: limit, spoiler: spoiler, kept: -1}
}

// room is how much the message that is written may hold.
func (p *pages) room() int {
	if len(p.parts) == 0 {
		return p.first - p.margin()
	}
	return p.limit - p.margin()
}

// margin is what flush may add.
func (p *pages) margin() int {
	n := 1 // a base for a mark
	if p.spoiler {
		n += len("||||") + 1
	}
	return n
}

// longest is how long a link may be that is not cut.
func (p *pages) longest() int { return p.limit * 2 / 5 }

// left is how much room there is for a line.
func (p *pages) left() int {
	return p.room() - p.size - len(p.separator())
}

// separator is what stands before the next line.
func (p *pages) separator() string {
	switch {
	case len(p.b) == 0:
		return ""
	case p.gapped:
		return "\n" + p.gapLead + "\n"
	}
	return "\n"
}

// gap puts a blank line before the next one. Within a quote it is part of it.
func (p *pages) gap(lead string) {
	if lead = strings.TrimRight(lead, " "); lead != "" {
		lead += " "
	}
	p.gapped, p.gapLead = true, lead
}

// keep keeps the last line with what follows it, as a heading is.
func (p *pages) keep() { p.kept = len(p.b) }

func (p *pages) put(line string) {
	p.lineAt = len(p.b)
	p.b = append(p.b, p.separator()...)
	p.textAt = len(p.b)
	p.b = append(p.b, line...)
	p.size += markdown.UTF16(string(p.b[p.lineAt:]))
	p.gapped = false
}

// line writes one line, over several messages if it must. It begins with lead, and what is left of it in another message
// with rest; marks of a heading stand behind both.
func (p *pages) line(lead, rest, heading string, spans []span) {
	for {
		left := p.left() - len(lead+heading)
		out, over := compose(spans, left)
		if len(over) == 0 && (left >= 0 || len(p.b) == 0) {
			p.put(lead + heading + out)
			return
		}
		if len(p.b) > 0 && (out == "" || left < worthCutting || p.fitsWhole(rest+heading, spans)) {
			p.flush()
			continue
		}
		if out == "" { // not reached: a message has room for every atom
			over = over[1:]
		}
		p.put(lead + heading + out)
		p.flush()
		spans, lead = over, rest
	}
}

// fitsWhole says that a message of its own would hold a line.
func (p *pages) fitsWhole(lead string, spans []span) bool {
	_, over := compose(spans, p.limit-p.margin()-len(lead))
	return len(over) == 0
}

// fence writes code. Each message that it reaches into has a fence of its own.
func (p *pages) fence(lead, language string, lines []string) {
	open, end := lead+"```"+language, lead+"```"
	if strings.TrimSpace(strings.Join(lines, "")) == "" {
		lines = []string{zeroWidth} // Discord knows no empty code
	}
	overhead := len(lead) + len("\n") + len(end)
	full := p.limit - p.margin() - len(open) - len("\n") - overhead
	for _, line := range lines {
		line = p.harmlessCode(line)
		for {
			room := p.left() - overhead
			if p.fenceClose == "" {
				room -= len(open) + len("\n")
			}
			size := markdown.UTF16(line)
			if size <= room {
				p.code(open, end, lead+line)
				break
			}
			fresh := len(p.b) == 0 || p.fenceClose != "" && string(p.b) == open
			if fresh || size > full && room >= worthCutting {
				head, rest := cutAnywhere(line, room)
				p.code(open, end, lead+head)
				line = rest
			}
			p.turn(open)
		}
	}
	p.closeFence()
}

// code writes a line of code, behind a fence.
func (p *pages) code(open, end, line string) {
	if p.fenceClose == "" {
		p.put(open)
		p.fenceClose = end
	}
	p.put(line)
}

// turn goes on in another message, within code if it is in code now.
func (p *pages) turn(open string) {
	end := p.fenceClose
	p.flush()
	if end != "" {
		p.put(open)
		p.fenceClose = end
	}
}

func (p *pages) closeFence() {
	if p.fenceClose != "" {
		p.put(p.fenceClose)
		p.fenceClose = ""
	}
}

// harmlessCode keeps code from ending what it stands in.
func (p *pages) harmlessCode(line string) string {
	if strings.Contains(line, "```") {
		line = strings.ReplaceAll(line, "``", "`"+zeroWidth+"`"+zeroWidth)
	}
	if p.spoiler {
		line = hidePipes(line)
	}
	return line
}

// hidePipes keeps a text from ending the spoiler that it stands in.
func hidePipes(s string) string {
	return strings.ReplaceAll(s, "||", "|"+zeroWidth+"|"+zeroWidth)
}

// flush ends a message. A last line that is to stay with what follows it goes to the next.
func (p *pages) flush() {
	p.closeFence()
	var carried string
	if p.kept == len(p.b) && p.lineAt > 0 {
		carried = string(p.b[p.textAt:])
		p.b = p.b[:p.lineAt]
	}
	if part := p.finished(string(p.b)); part != "" {
		p.parts = append(p.parts, part)
	}
	gapped := p.gapped && carried != ""
	p.b, p.size, p.gapped, p.kept = p.b[:0], 0, false, -1
	if carried != "" {
		p.put(carried)
		p.gapped = gapped
	}
}

// finished is a message as it is sent. Discord leaves out blanks at its ends, and a mark without its letter would not be
// shown.
func (p *pages) finished(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return ""
	}
	if r, _ := utf8.DecodeRuneInString(s); unicode.Is(unicode.M, r) || r >= 0x1160 && r <= 0x11FF {
		s = "◌" + s
	}
	if !p.spoiler {
		return s
	}
	if strings.HasSuffix(s, "|") {
		s += zeroWidth
	}
	return "||" + s + "||"
}

// end returns the messages.
func (p *pages) end() []string {
	p.kept = -1
	p.flush()
	if len(p.parts) == 0 {
		return []string{""}
	}
	return p.parts
}

// cutAnywhere cuts a text, within what people see as one character only if that is longer than the room.
func cutAnywhere(s string, room int) (head, rest string) {
	if head, rest = markdown.Cut(s, room, markdown.UTF16); head != "" {
		return head, rest
	}
	n := 0
	for i, r := range s {
		if n += utf16Len(r); n > room {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func utf16Len(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
