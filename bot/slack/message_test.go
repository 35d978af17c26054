package slack

import (
	"encoding/json"
	"strings"

	"rewind/bot/slack/slacktest"
)

// shown is what a reader sees of a message: its blocks if it has any.
func shown(m slacktest.Message) string {
	var blocks []any
	if json.Unmarshal(m.Blocks, &blocks) != nil {
		return slackEntities.Replace(m.Text)
	}
	var lines []string
	for _, b := range blocks {
		if text := shownBlock(b); text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// shownBlock is what a reader sees of a block, without buttons.
func shownBlock(v any) string {
	o, _ := v.(map[string]any)
	text, _ := o["text"].(string)
	switch o["type"] {
	case "mrkdwn":
		return slackEntities.Replace(text)
	case "plain_text", "text", "markdown":
		return text
	case "link":
		if text == "" {
			text, _ = o["url"].(string)
		}
		return text
	case "rich_text_preformatted":
		return "```\n" + joined(o["elements"], "") + "\n```"
	case "rich_text_section", "rich_text_quote":
		return joined(o["elements"], "")
	case "rich_text", "rich_text_list", "context":
		return joined(o["elements"], "\n")
	case "channel":
		id, _ := o["channel_id"].(string)
		return "#" + id
	case "raw_text":
		return text
	case "table":
		var rows []string
		list, _ := o["rows"].([]any)
		for _, row := range list {
			rows = append(rows, joined(row, " | "))
		}
		return strings.Join(rows, "\n")
	case "section", "header":
		return shownBlock(o["text"])
	}
	return ""
}

func joined(v any, by string) string {
	var texts []string
	elements, _ := v.([]any)
	for _, e := range elements {
		texts = append(texts, shownBlock(e))
	}
	return strings.Join(texts, by)
}
