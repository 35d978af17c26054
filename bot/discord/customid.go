package discord

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"rewind/bot"
	"rewind/bot/markdown"
)

// A button's ID is idVersion, the mark of the message that it is in, a colon, and the command that it stands for. The mark
// is what the message is found by when nobody knows any more whether it was posted.
const (
	idVersion = "1"
	// idLimit is how long an ID may be. https://discord.com/developers/docs/components/reference#anatomy-of-a-component-custom-id
	idLimit = 100
	// markLength is how long a mark is: 72 bits of a digest.
	markLength = 12
)

// markOf is the mark of the message that has a key.
func markOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// encodeID is the ID of a button. The mark may be "", as in an answer to one person.
func encodeID(mark, command string) string { return idVersion + mark + ":" + command }

// decodeID is the command behind a button; false if the ID is none of ours.
func decodeID(id string) (command string, ok bool) {
	_, command, ok = cutID(id)
	return command, ok
}

func cutID(id string) (mark, command string, ok bool) {
	rest, ours := strings.CutPrefix(id, idVersion)
	mark, command, cut := strings.Cut(rest, ":")
	if !ours || !cut || mark != "" && len(mark) != markLength {
		return "", "", false
	}
	return mark, command, true
}

// markIn is the mark in a message's buttons, "" if it has none.
func markIn(components []component) (mark string) {
	walk(components, func(c component) {
		if found, _, ok := cutID(c.CustomID); ok && mark == "" {
			mark = found
		}
	})
	return mark
}

// https://discord.com/developers/docs/components/reference#action-row
const (
	rowLimit    = 5 // rows in a message
	rowLength   = 5 // buttons in a row
	labelLimit  = 80
	buttonLimit = rowLimit * rowLength
)

// buttons are rows of them for what can be done. In a private conversation their commands are for a workspace, which is ""
// elsewhere. What does not fit is left out: the message is worth more than its last button.
func buttons(actions []bot.Action, mark, workspace string) []component {
	rows := []component{}
	seen := map[string]bool{}
	for _, a := range actions {
		command := a.Command
		if workspace != "" {
			command = bot.InWorkspace(workspace, command)
		}
		id := encodeID(mark, command)
		label := markdown.Shorten(oneLine(a.Label), labelLimit, markdown.UTF16)
		if markdown.UTF16(id) > idLimit || label == "" || seen[id] || len(seen) == buttonLimit {
			continue
		}
		b := component{Type: componentButton, Style: buttonSecondary, Label: label, CustomID: id}
		if len(seen) == 0 {
			b.Style = buttonPrimary
		}
		if len(seen)%rowLength == 0 {
			rows = append(rows, component{Type: componentRow})
		}
		seen[id] = true
		last := &rows[len(rows)-1]
		last.Components = append(last.Components, b)
	}
	return rows
}
