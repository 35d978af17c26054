package bot

import (
	"context"
	"fmt"

	"rewind/store"
)

// Here commands ask for what was not typed with them, where a platform can open a form.

// askForm answers a command whose one text is missing: with a form, or with what is in the way of it.
func (b *Bot) askForm(ctx context.Context, group string, k call, missing *misread) (reply Reply, err error) {
	err = b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
		k.tx = tx
		k.load()
		reply = k.asForm(missing)
		return nil
	})
	reply.Private = true
	return reply, err
}

func (k *call) asForm(missing *misread) Reply {
	if reply, ok := k.allowed(); !ok {
		return reply
	}
	if k.command.takesRound {
		if reply, ok := k.pickRound(); !ok {
			return reply
		}
	}
	k.missing = missing
	return k.command.form(k)
}

// form completes a form: what it is called, and which command it belongs to.
func (k *call) form(f Form) Reply {
	key := "form_" + helpKey(k.command)
	f.Title = firstLine(k.words.Say(key, Values{"Round": k.picked.Number}), formTitle)
	f.Label = firstLine(k.words.Say(key+"_label"), formTitle)
	if f.Option == "" {
		f.Option = k.missing.option.name
	}
	if f.Command == "" {
		f.Command = k.command.name
		if k.picked.Number != 0 {
			f.Command += fmt.Sprintf(" #%d", k.picked.Number)
		}
		if number := k.values["number"]; number != "" {
			f.Command += " " + number
		}
	}
	text := k.words.Say("form_not_here", Values{"Usage": k.command.usage(k.words.Lang())})
	return Reply{Private: true, Form: &f, Message: Message{Text: text}}
}

// formTitle is how many characters a form's title and label may have on every platform that has forms.
const formTitle = 24

func formPlain(k *call) Reply { return k.form(Form{}) }

func formSuggest(k *call) Reply { return k.form(Form{Hint: k.words.Say("form_suggest_hint")}) }

// formAnswer shows what a member has answered so far, to be changed.
func formAnswer(k *call) Reply {
	if _, no := k.mayAnswer(k.picked); no != nil {
		return *no
	}
	f := Form{}
	if a, ok := k.tx.Answer(k.picked.Number, k.member.ID); ok && a.Sealed {
		f.Value = a.Text
	}
	return k.form(f)
}
