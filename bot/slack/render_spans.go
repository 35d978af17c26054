package slack

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"rewind/bot/markdown"
)

// Here the inlines of a text become elements of rich text. Their texts are shown as they stand: no mark and no mention is looked for in them.

// span is a part of a text in one style. A newline in it breaks the line.
type span struct {
	text    string
	style   slack.RichTextSectionTextStyle
	url     string // where it leads
	channel string // the ID of the channel that is shown instead of the text
}

func spansOf(in []markdown.Inline) []span {
	return merged(appendSpans(nil, in, slack.RichTextSectionTextStyle{}))
}

func appendSpans(to []span, in []markdown.Inline, style slack.RichTextSectionTextStyle) []span {
	for _, in := range in {
		within := style
		switch n := in.(type) {
		case markdown.Text:
			to = appendText(to, string(n), style)
		case markdown.Strong:
			within.Bold = true
			to = appendSpans(to, n.Text, within)
		case markdown.Emphasis:
			within.Italic = true
			to = appendSpans(to, n.Text, within)
		case markdown.Strike:
			within.Strike = true
			to = appendSpans(to, n.Text, within)
		case markdown.Code:
			within.Code = true
			to = append(to, span{text: string(n), style: within})
		case markdown.Link:
			to = appendLink(to, n.URL, appendSpans(nil, n.Text, style), style)
		case markdown.Image:
			to = appendLink(to, n.URL, []span{{text: n.Alt, style: style}}, style)
		case markdown.Break:
			to = append(to, span{text: "\n", style: style})
		}
	}
	return to
}

// idName is how the bot names a channel or a user group. An ID without a digit is more likely a word.
// https://docs.slack.dev/reference/block-kit/block-elements/rich-text-section-element
var (
	idName = regexp.MustCompile(`(?:#[CG]|@&S)[A-Z0-9]{8,20}`)
	digit  = regexp.MustCompile(`[0-9]`)
)

// appendText appends a text, with channels in it by their names. Nobody is notified by the name of a channel, but by that of a
// user group, which therefore stands there as its ID.
func appendText(to []span, text string, style slack.RichTextSectionTextStyle) []span {
	at := 0
	for _, m := range idName.FindAllStringIndex(text, -1) {
		before, _ := utf8.DecodeLastRuneInString(text[:m[0]])
		after := text[m[1]:]
		if !digit.MatchString(text[m[0]:m[1]]) || inWord(before) || before == '#' || after != "" && after[0] < utf8.RuneSelf && inWord(rune(after[0])) {
			continue
		}
		named := span{text: text[m[0]:m[1]], channel: text[m[0]+1 : m[1]], style: style}
		if id, ok := strings.CutPrefix(named.text, "@&"); ok {
			named.text, named.channel = "@"+id, ""
		}
		to = append(to, span{text: text[at:m[0]], style: style}, named)
		at = m[1]
	}
	return append(to, span{text: text[at:], style: style})
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' }

// appendLink appends words that lead somewhere. Where they cannot, the address stands behind them.
func appendLink(to []span, address string, words []span, style slack.RichTextSectionTextStyle) []span {
	said := textIn(words)
	target, ok := targetOf(address)
	switch {
	case ok && strings.TrimSpace(said) == "":
		return append(to, span{text: address, url: target, style: style})
	case ok:
		for _, w := range words {
			if w.channel == "" {
				w.url = target
			}
			to = append(to, w)
		}
		return to
	case said == "":
		return append(to, span{text: address, style: style})
	case address == "" || address == said:
		return append(to, words...)
	}
	return append(append(to, words...), span{text: " (" + address + ")", style: style})
}

func textIn(spans []span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.text)
	}
	return b.String()
}

// longestTarget is how long an address may be to become a link. Slack does not say; this leaves room for its words.
const longestTarget = 1000

// targetOf returns an address as it can stand in a link, if it leads into the web or to a mailbox.
func targetOf(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || !(u.Scheme == "http" || u.Scheme == "https") || u.Hostname() == "" {
		if err != nil || u.Scheme != "mailto" || !strings.Contains(u.Opaque, "@") {
			return "", false
		}
	}
	var b strings.Builder
	for _, r := range u.Scheme + address[len(u.Scheme):] { // the scheme in small letters
		if r <= ' ' || r == 0x7f || unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune("<>|\"`\\{}^", r) {
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		} else {
			b.WriteRune(r)
		}
	}
	return b.String(), length(b.String()) <= longestTarget
}

// merged joins neighbours of the same kind, and leaves out what is empty.
func merged(spans []span) []span {
	var out []span
	for len(spans) > 0 {
		n := 1
		for n < len(spans) && (spans[n].text == "" || spans[n].like(spans[0])) {
			n++
		}
		s := spans[0]
		if n > 1 {
			s.text = textIn(spans[:n])
		}
		if s.text != "" {
			out = append(out, s)
		}
		spans = spans[n:]
	}
	return out
}

// like says that two spans can be one.
func (s span) like(other span) bool {
	return s.style == other.style && s.url == other.url && s.channel == "" && other.channel == ""
}

// longestElement is how long the text of one element is at most. A limit is documented only for texts elsewhere.
const longestElement = mostSection

// elementsOf are spans as elements.
func elementsOf(spans []span) (all []slack.RichTextSectionElement) {
	for _, s := range spans {
		var style *slack.RichTextSectionTextStyle
		if s.style != (slack.RichTextSectionTextStyle{}) {
			style = &s.style
		}
		switch {
		case s.channel != "":
			all = append(all, slack.NewRichTextSectionChannelElement(s.channel, style))
		case s.url != "":
			all = append(all, slack.NewRichTextSectionLinkElement(s.url, s.text, style))
		default:
			for s.text != "" {
				head, rest := cutAnywhere(s.text, longestElement)
				all = append(all, slack.NewRichTextSectionTextElement(head, style))
				s.text = rest
			}
		}
	}
	return all
}
