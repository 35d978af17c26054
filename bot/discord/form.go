package discord

import (
	"strings"

	"rewind/bot"
	"rewind/bot/markdown"
)

// The limits of a form.
// https://discord.com/developers/docs/components/reference#text-input
// https://discord.com/developers/docs/components/reference#label
const (
	formTitleLimit = 45
	formLabelLimit = 45
	formHintLimit  = 100
	formTextLimit  = 4000
	formIDLimit    = 100
)

// formMark begins the ID of a form of this version: the option and the command follow.
const formMark = "form1:"

// formInput is the ID of the one thing to fill in.
const formInput = "text"

// formOf makes a form; false if its command is too long to be remembered in it.
func formOf(f bot.Form) (form, bool) {
	id := formMark + f.Option + ":" + f.Command
	if markdown.UTF16(id) > formIDLimit {
		return form{}, false
	}
	value, _ := markdown.Cut(f.Value, formTextLimit, markdown.UTF16)
	required := true
	input := component{
		Type: componentInput, CustomID: formInput, Style: inputParagraph, Value: value, MaxLength: formTextLimit, Required: &required,
	}
	label := component{
		Type: componentLabel, Label: cut(f.Label, formLabelLimit), Description: cut(f.Hint, formHintLimit), Component: &input,
	}
	return form{CustomID: id, Title: cut(f.Title, formTitleLimit), Components: []component{label}}, true
}

func cut(s string, limit int) string { return markdown.Shorten(oneLine(s), limit, markdown.UTF16) }

// written reads a form that was sent: the command that it belongs to, and what was written as the value of its option.
func (i *interaction) written() (text string, options map[string]string, ok bool) {
	rest, ours := strings.CutPrefix(i.Data.CustomID, formMark)
	option, text, whole := strings.Cut(rest, ":")
	walk(i.Data.Components, func(c component) {
		if c.Type == componentInput && c.CustomID == formInput {
			options = map[string]string{option: c.Value}
		}
	})
	return text, options, ours && whole && options != nil
}
