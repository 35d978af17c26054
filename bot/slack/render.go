package slack

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/slack-go/slack"

	"rewind/bot"
	"rewind/bot/markdown"
)

// Here a message becomes what Slack is sent: blocks, in as many messages as it takes. Slack can hide nothing until it is asked for, so a
// spoiler is shown like any other text.

// How long the texts of blocks may be.
// https://docs.slack.dev/reference/block-kit/blocks
const (
	mostSection = 3000
	mostHeader  = 150
)

// mostMessage is how long the blocks of one message may be, as JSON in code units of UTF-16. Documented are 12,000 characters of
// text in markdown blocks. Of all blocks together Slack refuses little more than that, and counts what is around the texts.
// https://docs.slack.dev/reference/block-kit/blocks/markdown-block
// https://github.com/slackapi/bolt-js/issues/2509
const mostMessage = 12_000

// The room for what stands around the text of a first message. Unless there are more buttons than usual it does not depend on
// what stands there, so that the text is cut in the same places when the footer changes.
const (
	mostFooter  = 600
	mostTopics  = 300
	aroundRoom  = 3500
	mostButtons = 6000 // of all buttons together
	mostNotify  = 20
)

// surface is where blocks are shown. Some stand only in messages.
type surface int

const (
	onMessage surface = iota
	onView
)

// render returns the messages that m becomes; there is none only where m is empty. What stands around the text is in the first,
// whose text is the same whatever the footer says. Nobody is notified but m.Notify.
func render(m bot.Message) []part { return renderOn(m, onMessage) }

func renderOn(m bot.Message, on surface) []part {
	above, below := around(m, on)
	parts := partsOf(m.Text, mostMessage-max(aroundRoom, weigh(above...)+weigh(below...)), on)
	if len(parts) == 0 && len(above)+len(below) > 0 {
		parts = []part{{}}
	}
	if len(parts) == 0 {
		return nil
	}
	first := &parts[0]
	first.blocks = slices.Concat(above, first.blocks, below)
	first.fallback = joinLines(oneLine(m.Title), first.fallback, topicsOf(m), footerOf(m))
	for i := range parts {
		parts[i].fallback = markdown.Shorten(parts[i].fallback, mostPreview, markdown.UTF16)
	}
	return parts
}

// partsOf returns the messages of a text, the first of which has so much room.
func partsOf(text string, first int, on surface) []part {
	tree := markdown.Parse(text)
	items := itemsOf(tree)
	if len(items) == 0 {
		return nil
	}
	if on == onMessage && faithful(text, tree) {
		if block := slack.NewMarkdownBlock("", strings.Trim(text, "\n")); weigh(block) <= first {
			return []part{{blocks: []slack.Block{block}, fallback: wordsOf(items)}}
		}
	}
	p := newPages(first, on)
	for _, it := range items {
		p.add(it)
	}
	return p.end()
}

// around returns what stands above and below the text.
func around(m bot.Message, on surface) (above, below []slack.Block) {
	if title := oneLine(m.Title); title != "" {
		above = append(above, slack.NewHeaderBlock(plainText(title, mostHeader)))
	}
	if topics := topicsOf(m); topics != "" {
		below = append(below, slack.NewContextBlock("", plainText(topics, mostTopics)))
	}
	if footer := footerOf(m); footer != "" {
		below = append(below, slack.NewContextBlock("", plainText(footer, mostFooter)))
	}
	if mentions := mentionsOf(m.Notify); mentions != "" && on == onMessage {
		below = append(below, slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, mentions, false, false), nil, nil))
	}
	return above, append(below, fittingButtons(m.Actions)...)
}

func topicsOf(m bot.Message) string { return oneLine(strings.Join(m.Topics, " › ")) }

// footerOf is the footer in words. Code keeps its ticks: what is to be typed must not run into the particle behind it.
func footerOf(m bot.Message) string {
	var b strings.Builder
	for _, s := range spansOf(markdown.Inlines(m.Footer)) {
		if s.style.Code {
			b.WriteString("`" + s.text + "`")
		} else {
			b.WriteString(s.text)
		}
	}
	return strings.TrimSpace(b.String())
}

var groupID = regexp.MustCompile(`^S[A-Z0-9]{1,20}$`)

// mentionsOf is the only text in which people are called.
// https://docs.slack.dev/messaging/formatting-message-text#mentioning-groups
func mentionsOf(groups []string) string {
	var all []string
	for _, id := range groups {
		if groupID.MatchString(id) && len(all) < mostNotify {
			all = append(all, "<!subteam^"+id+">")
		}
	}
	return strings.Join(all, " ")
}

// fittingButtons are as many buttons as there is room for.
func fittingButtons(actions []bot.Action) []slack.Block {
	for {
		blocks := buttons(actions)
		if weigh(blocks...) <= mostButtons {
			return blocks
		}
		actions = actions[:len(actions)-1]
	}
}

// oneLine puts a text in one line, without control characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

func joinLines(lines ...string) string {
	return strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n")
}

// weigh is how long blocks are as JSON.
func weigh(blocks ...slack.Block) int {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // which is undone before Slack measures anything
	n := 0
	for _, block := range blocks {
		b.Reset()
		if e.Encode(block) != nil {
			return mostMessage // not reached: they are texts
		}
		n += markdown.UTF16(b.String())
	}
	return n
}
