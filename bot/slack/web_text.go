package slack

import (
	"cmp"
	"context"
	"regexp"
	"strings"
)

// Here is what people wrote as they wrote it.

// angled is what Slack puts into < >: links, and mentions of people, channels, groups and everybody.
// https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
var angled = regexp.MustCompile(`<([^<>|]+)(?:\|([^<>]*))?>`)

// plain undoes what Slack did to a person's text. nameOf tells the name of a mentioned person.
func plain(text string, nameOf func(id string) string) string {
	text = angled.ReplaceAllStringFunc(text, func(found string) string {
		m := angled.FindStringSubmatch(found)
		return unangled(m[1], m[2], nameOf)
	})
	return slackEntities.Replace(text)
}

// slackEntities undoes the escapes, each once: what was typed as &amp; came as &amp;amp;.
var slackEntities = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// unangled is what a reader sees of what stood in < >.
func unangled(what, label string, nameOf func(id string) string) string {
	switch what[0] {
	case '@':
		if label != "" {
			return "@" + strings.TrimPrefix(label, "@")
		}
		if name := nameOf(what[1:]); name != "" {
			return "@" + name
		}
		return what
	case '#':
		if label != "" {
			return "#" + label
		}
		return what
	case '!':
		if label != "" {
			return label
		}
		name, _, _ := strings.Cut(what[1:], "^")
		return "@" + name
	}
	address := strings.TrimPrefix(what, "mailto:")
	_, bare, _ := strings.Cut(what, "://")
	if label == "" || label == address || label == bare || label+"/" == bare {
		return cmp.Or(label, address)
	}
	return label + " (" + address + ")"
}

// plainText is plain with the names of people that Slack tells; of others their ID stands there.
func (w *web) plainText(ctx context.Context, text string) string {
	return plain(text, func(id string) string {
		p, f := w.person(ctx, id)
		if f != nil {
			return ""
		}
		return p.name
	})
}
