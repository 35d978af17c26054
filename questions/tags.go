package questions

import (
	"bytes"
	"strings"
)

// tag is one HTML tag.
type tag struct {
	name  string // in lower case
	attrs string
	end   bool
}

// maxTag bounds the length of a tag in bytes.
const maxTag = 512

// tagAt reads the tag that s begins with and its length.
func tagAt(s string) (tag, int, bool) {
	if len(s) < 3 || s[0] != '<' {
		return tag{}, 0, false
	}
	i := 1
	var t tag
	if s[1] == '/' {
		t.end, i = true, 2
	}
	from := i
	for i < len(s) && i < maxTag && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || i > from && isDigit(s[i])) {
		i++
	}
	if i == from || i == len(s) || strings.IndexByte(" \t>/", s[i]) < 0 {
		return tag{}, 0, false
	}
	t.name = strings.ToLower(s[from:i])
	end := strings.IndexByte(s[i:min(len(s), i+maxTag)], '>')
	if end < 0 {
		return tag{}, 0, false
	}
	t.attrs = s[i : i+end]
	return t, i + end + 1, true
}

// attr returns the value of an attribute, empty if there is none.
func (t tag) attr(name string) string {
	_, s, ok := strings.Cut(t.attrs, name+"=")
	if !ok || s == "" {
		return ""
	}
	if s[0] == '"' || s[0] == '\'' {
		value, _, _ := strings.Cut(s[1:], s[:1])
		return value
	}
	value, _, _ := strings.Cut(s, " ")
	return value
}

func isStructure(name string) bool {
	switch name {
	case "details", "summary", "p", "div", "section", "article", "main", "header", "footer", "center", "h1", "h2", "h3", "h4", "h5", "h6",
		"ul", "ol", "li", "blockquote", "pre", "hr", "dl", "dt", "dd", "body", "html", "nav":
		return true
	}
	return false
}

// tokens takes in a line of tags and text.
func (p *htmlLines) tokens(s string) {
	for s != "" {
		at := strings.IndexAny(s, "<`")
		if at < 0 {
			p.write(s)
			break
		}
		p.write(s[:at])
		s = s[at:]
		if s[0] == '`' {
			end := codeSpan(s)
			p.write(s[:end])
			s = s[end:]
			continue
		}
		t, n, ok := tagAt(s)
		if !ok {
			p.write("<")
			s = s[1:]
			continue
		}
		if !p.tag(t, s[:n]) {
			p.write(s[:n])
		}
		s = s[n:]
		if p.pre {
			p.preLine(s)
			return
		}
	}
	if p.summary && len(p.text) > 0 {
		p.write(" ")
	}
}

// codeSpan is the length of the code span that s begins with, or of its backticks if it is none.
func codeSpan(s string) int {
	ticks := len(s) - len(strings.TrimLeft(s, "`"))
	if end := strings.Index(s[ticks:], s[:ticks]); end >= 0 {
		return ticks + end + ticks
	}
	return ticks
}

func (p *htmlLines) write(s string) {
	if len(p.text) == 0 {
		if s = strings.TrimLeft(s, " \t"); s == "" {
			return
		}
		p.textNum = p.num
	}
	p.text = append(p.text, s...)
}

// tag takes in one tag; it is false for one that stays text.
func (p *htmlLines) tag(t tag, raw string) bool {
	if p.inline(t, raw) {
		return true
	}
	if !isStructure(t.name) {
		return false
	}
	if p.summary && t.name != "summary" {
		if t.name != "details" { // A heading or paragraph in a summary.
			return true
		}
		p.closeSummary()
	}
	p.flush()
	if t.end {
		p.end(t.name)
		return true
	}
	if p.isOpen("p") && t.name != "summary" {
		p.pop("p")
	}
	p.begin(t)
	return true
}

// inline takes in a tag within a line.
func (p *htmlLines) inline(t tag, raw string) bool {
	mark := ""
	switch t.name {
	case "br":
		if p.summary {
			p.write(" ")
		} else {
			p.flush()
		}
		return true
	case "b", "strong":
		mark = "**"
	case "i", "em":
		mark = "*"
	case "code", "kbd", "samp":
		mark = "`"
	case "span", "font", "u", "small", "big", "mark", "sup", "sub":
		return true
	case "a":
		return p.link(t)
	case "img":
		if src := t.attr("src"); src != "" {
			p.write("![" + t.attr("alt") + "](" + src + ")")
			return true
		}
	}
	if mark == "" {
		return false
	}
	p.emphasis(t.end, mark)
	return true
}

// link writes a link; an anchor without a destination is dropped.
func (p *htmlLines) link(t tag) bool {
	switch {
	case !t.end:
		if p.href = t.attr("href"); p.href != "" {
			p.write("[")
		}
	case p.href != "":
		p.write("](" + p.href + ")")
		p.href = ""
	}
	return true
}

// emphasis writes a delimiter so that no white space stands inside of it, where Markdown would not take it for one.
func (p *htmlLines) emphasis(end bool, mark string) {
	if !end {
		p.bold = append(p.bold, len(p.text))
		p.write(mark)
		return
	}
	if len(p.bold) == 0 {
		return
	}
	opened := p.bold[len(p.bold)-1]
	p.bold = p.bold[:len(p.bold)-1]
	bare := bytes.TrimRight(p.text, " \t")
	if len(bare) <= opened+len(mark) { // Nothing is emphasised.
		p.text = p.text[:min(opened, len(p.text))]
		return
	}
	space := string(p.text[len(bare):])
	p.text = append(append(bare, mark...), space...)
}
