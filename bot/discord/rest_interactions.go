package discord

import (
	"context"
	"net/http"
	"net/url"
)

// The kinds of a first answer to an interaction.
// https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
const (
	answerMessage = 4
	answerLater   = 5 // with a message that is yet to come
	answerChoices = 8
	answerForm    = 9
)

// response is the first answer to an interaction.
type response struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"` // a body, form or choices
}

// form is one that is opened for a person.
type form struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []component `json:"components"` // labels
}

// choices are values that are offered for an option of a command.
type choices struct {
	Choices []choice `json:"choices"`
}

type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// respond gives an interaction its first answer, which it takes for three seconds. data is a draft, a form, choices or
// nil; of the draft of a message that is yet to come only the flags count. It returns the message if it answers
// with one, and an empty one else.
// https://discord.com/developers/docs/interactions/receiving-and-responding#create-interaction-response
func (r *rest) respond(ctx context.Context, id, token string, kind int, data any) (*message, error) {
	c := call{
		method: http.MethodPost, path: "interactions/" + url.PathEscape(id) + "/" + url.PathEscape(token) + "/callback",
		doing: "answer here",
	}
	if d, ok := data.(draft); ok && kind == answerLater {
		data = map[string]int{"flags": d.Flags}
	} else if ok {
		data, c.files = d.body(), d.Files
	}
	c.body = response{kind, data}
	var out struct {
		Resource struct {
			Message message `json:"message"`
		} `json:"resource"`
	}
	if kind != answerMessage { // of the others nothing is needed, and without being asked Discord answers nothing
		if err := r.do(ctx, c, nil); err != nil {
			return nil, err
		}
		return &message{}, nil
	}
	c.query = url.Values{"with_response": {"true"}}
	if err := r.do(ctx, c, &out); err != nil {
		return nil, err
	}
	return &out.Resource.Message, nil
}

// editOriginal makes the first answer to an interaction what d says, for fifteen minutes. Whether only one person sees it
// was decided by the first answer.
// https://discord.com/developers/docs/interactions/receiving-and-responding#edit-original-interaction-response
func (r *rest) editOriginal(ctx context.Context, application, token string, d draft) (*message, error) {
	return r.webhook(ctx, http.MethodPatch, webhookPath(application, token)+"/messages/@original", d.edit())
}

// followUp adds a message after the first answer, for fifteen minutes.
// https://discord.com/developers/docs/interactions/receiving-and-responding#create-followup-message
func (r *rest) followUp(ctx context.Context, application, token string, d draft) (*message, error) {
	d.Key = "" // it is not taken here
	return r.webhook(ctx, http.MethodPost, webhookPath(application, token), d)
}

func (r *rest) webhook(ctx context.Context, method, path string, d draft) (*message, error) {
	out := &message{}
	err := r.do(ctx, call{method: method, path: path, body: d.body(), files: d.Files, doing: "answer here"}, out)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func webhookPath(application, token string) string {
	return "webhooks/" + url.PathEscape(application) + "/" + url.PathEscape(token)
}
