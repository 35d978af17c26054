package slack

import (
	"encoding/json"
	"unicode/utf16"

	"rewind/bot"
)

// Here messages are held to Slack's limits before they are sent: the library checks none of them, and a message that Slack
// refuses would be lost.

// How large blocks may be.
// https://docs.slack.dev/reference/block-kit/blocks
const (
	mostBlocks   = 50
	mostMarkdown = 12_000 // of all markdown blocks of a message together
	mostField    = 2000   // of one field of a section
	mostID       = 255
)

// blockLimits are the largest texts, and the most items of lists, by the type of what they are in and their field.
var blockLimits = map[string]map[string]int{
	"section":  {"text": 3000, "fields": 10},
	"header":   {"text": 150},
	"markdown": {"text": mostMarkdown},
	"context":  {"elements": 10},
	"actions":  {"elements": 25},
	"button":   {"text": 75, "value": 2000, "url": 3000},
}

// fits refuses a message that Slack would refuse.
func fits(p part) *bot.Failure {
	if len(p.blocks) == 0 {
		if p.fallback == "" {
			return refused("the message is empty")
		}
		return nil
	}
	if len(p.blocks) > mostBlocks {
		return refused("the message has %d blocks, the most are %d", len(p.blocks), mostBlocks)
	}
	raw, err := json.Marshal(p.blocks)
	if err != nil {
		return refused("the blocks of the message cannot be written")
	}
	var blocks []any
	if err := json.Unmarshal(raw, &blocks); err != nil {
		return refused("the blocks of the message cannot be read")
	}
	var s sizes
	for _, b := range blocks {
		s.walk(b)
	}
	if s.markdown > mostMarkdown {
		s.over = "markdown"
	}
	if s.over != "" {
		return refused("the message breaks Slack's limit of %s", s.over)
	}
	return nil
}

// sizes measures blocks.
type sizes struct {
	markdown int    // units of text in markdown blocks
	over     string // the first limit that is broken
}

func (s *sizes) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			s.walk(e)
		}
	case map[string]any:
		s.measure(v)
		for _, e := range v {
			s.walk(e)
		}
	}
}

func (s *sizes) measure(o map[string]any) {
	kind, _ := o["type"].(string)
	if text, ok := o["text"].(string); ok && kind == "markdown" {
		s.markdown += units(text)
	}
	for field, most := range blockLimits[kind] {
		if sizeOf(o[field]) > most {
			s.over = kind + " " + field
		}
	}
	fields, _ := o["fields"].([]any)
	for _, field := range fields {
		if sizeOf(field) > mostField {
			s.over = "a field"
		}
	}
	for _, field := range []string{"block_id", "action_id"} {
		if id, _ := o[field].(string); units(id) > mostID {
			s.over = field
		}
	}
}

// sizeOf is the length of a text, of the text in a text object, or of a list.
func sizeOf(v any) int {
	switch v := v.(type) {
	case string:
		return units(v)
	case []any:
		return len(v)
	case map[string]any:
		return sizeOf(v["text"])
	}
	return 0
}

// units is the length of a text. Slack does not say in which units; this is the largest that it can be.
func units(text string) int { return len(utf16.Encode([]rune(text))) }
