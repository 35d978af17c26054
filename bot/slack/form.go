package slack

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"rewind/bot"
	"rewind/bot/markdown"
	"rewind/questions"
)

// Here views are made: forms, and what is shown in their place.

// How large views may be.
// https://docs.slack.dev/reference/views/modal-views
// https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
const (
	mostTitle      = 24
	mostInput      = 3000
	mostHint       = 2000
	mostViewBlocks = 100
	mostViewBytes  = 200_000 // of 250,000, with room for what is around the blocks
	mostPrivate    = 3000
)

const (
	formID    = "form"   // the callback_id of our forms
	formBlock = "text"   // the block_id of what is written, and the action_id of the input in it
	appTitle  = "Rewind" // of modals that are no forms
)

// formState goes with a form and comes back with what is written.
type formState struct {
	Command string `json:"c"`
	Option  string `json:"o"`
	Channel string `json:"ch,omitempty"`
	Thread  string `json:"th,omitempty"`
}

// formView is a form as a modal. It fails where the form cannot be shown.
func formView(f bot.Form, at spot, lang string) (v slack.ModalViewRequest, ok bool) {
	state, err := json.Marshal(formState{f.Command, f.Option, at.channel, at.thread})
	if err != nil || units(string(state)) > mostPrivate {
		return v, false
	}
	input := slack.NewPlainTextInputBlockElement(nil, formBlock).WithMultiline(true).WithMaxLength(mostInput)
	if units(f.Value) <= mostInput { // what does not fit is better not shown than cut off unseen when it is sent
		input.InitialValue = f.Value
	}
	block := slack.NewInputBlock(formBlock, plainText(f.Label, mostHint), nil, input)
	if f.Hint != "" {
		block.Hint = plainText(f.Hint, mostHint)
	}
	words := bot.Speak(questions.Lang(lang))
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: formID, PrivateMetadata: string(state), Title: plainText(f.Title, mostTitle),
		Submit: plainText(words.Say("slack_send"), mostTitle), Close: plainText(words.Say("slack_cancel"), mostTitle),
		Blocks: slack.Blocks{BlockSet: []slack.Block{block}},
	}, true
}

// speaks is the language of somebody who was looked up for their command, "" if it is not known.
func (p *Platform) speaks(user string) string {
	known, _ := p.web.people.known.get(user)
	return known.lang
}

// openForm opens a form, which a trigger allows once and for three seconds.
func (p *Platform) openForm(ctx context.Context, trigger, user string, f bot.Form, at spot) bool {
	v, ok := formView(f, at, p.speaks(user))
	if !ok || trigger == "" {
		return false
	}
	if _, failed := p.web.openView(ctx, trigger, v); failed != nil {
		p.o.Log.Warn("form not opened", "platform", name, "error", failed)
		return failed.Outcome == bot.Unknown // then it may stand there
	}
	return true
}

// replyView is an answer as a modal.
func (p *Platform) replyView(m bot.Message, lang string) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainText(appTitle, mostTitle), Close: plainText(bot.Speak(questions.Lang(lang)).Say("slack_close"), mostTitle),
		Blocks: slack.Blocks{BlockSet: p.viewBlocks(m)},
	}
}

// viewBlocks are the blocks of a message in a view. There is at least one, since the library sends none as null, which Slack refuses;
// what is too long for a view is left out at the end.
func (p *Platform) viewBlocks(m bot.Message) (blocks []slack.Block) {
	bytes := 0
	for _, part := range renderOn(m, onView) {
		for _, b := range part.blocks {
			raw, err := json.Marshal(b)
			if err != nil {
				continue
			}
			if bytes += len(raw); bytes > mostViewBytes || len(blocks) == mostViewBlocks {
				return blocks
			}
			blocks = append(blocks, b)
		}
	}
	if len(blocks) == 0 {
		blocks = append(blocks, slack.NewSectionBlock(plainText("…", mostSection), nil, nil))
	}
	return blocks
}

// plainText is a text without any marks, cut where it is too long.
func plainText(text string, most int) *slack.TextBlockObject {
	text = strings.TrimSpace(text)
	if text == "" {
		text = "…" // Slack takes no empty ones
	}
	return slack.NewTextBlockObject(slack.PlainTextType, markdown.Shorten(text, most, markdown.UTF16), false, false)
}

// plainOf is what a message says in one line.
func plainOf(m bot.Message) string {
	return markdown.Shorten(strings.Join(strings.Fields(m.Flat().Text), " "), mostHint, markdown.UTF16)
}

// The limits of buttons.
// https://docs.slack.dev/reference/block-kit/block-elements/button-element
const (
	mostLabel   = 75
	mostActions = 25 // in one block
)

// actionPrefix begins the action_id of our buttons, whose value is their command.
const actionPrefix = "quiz/"

// buttons are the blocks with the buttons of a message.
func buttons(actions []bot.Action) (blocks []slack.Block) {
	var row []slack.BlockElement
	for i, a := range actions {
		if a.Command == "" {
			continue
		}
		row = append(row, slack.NewButtonBlockElement(actionPrefix+strconv.Itoa(i), a.Command, plainText(a.Label, mostLabel)))
		if len(row) == mostActions {
			blocks, row = append(blocks, slack.NewActionBlock("", row...)), nil
		}
	}
	if len(row) > 0 {
		blocks = append(blocks, slack.NewActionBlock("", row...))
	}
	return blocks
}
