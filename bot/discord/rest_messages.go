package discord

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"rewind/bot"
)

// draft is a message to be sent, or what an edit makes of one.
type draft struct {
	Content    string
	Components []component
	Flags      int
	Notify     []string // roles that are notified; nobody else is
	Files      []file
	Key        string // names the intent: within two minutes a second message of the same key is not posted
}

// The flags of messages that matter here.
// https://discord.com/developers/docs/resources/message#message-object-message-flags
const (
	flagSuppressEmbeds        = 1 << 2
	flagEphemeral             = 1 << 6
	flagSuppressNotifications = 1 << 12
)

// allowedMentions says whom a message notifies. Without it, that is everybody whom its text mentions.
// https://discord.com/developers/docs/resources/message#allowed-mentions-object
type allowedMentions struct {
	Parse []string `json:"parse"`
	Roles []string `json:"roles,omitempty"`
}

// body is a message as it is sent.
// https://discord.com/developers/docs/resources/message#create-message
type body struct {
	Content      string          `json:"content"`
	Components   []component     `json:"components"`
	Flags        int             `json:"flags,omitempty"`
	Allowed      allowedMentions `json:"allowed_mentions"`
	Nonce        string          `json:"nonce,omitempty"`
	EnforceNonce bool            `json:"enforce_nonce,omitempty"`
	Attachments  []uploaded      `json:"attachments,omitempty"`
}

type uploaded struct {
	ID       string `json:"id"` // the index of its file
	Filename string `json:"filename"`
}

func (d draft) body() body {
	b := body{Content: d.Content, Components: d.Components, Flags: d.Flags, Allowed: allowedMentions{Parse: []string{}, Roles: d.Notify}}
	if b.Components == nil {
		b.Components = []component{}
	}
	if d.Key != "" {
		b.Nonce, b.EnforceNonce = nonceOf(d.Key), true
	}
	for i, f := range d.Files {
		b.Attachments = append(b.Attachments, uploaded{strconv.Itoa(i), f.Name})
	}
	return b
}

// edit is what an edit may say of d: whom it notifies and who sees it was decided when it was posted.
func (d draft) edit() draft {
	d.Key, d.Notify, d.Flags = "", nil, d.Flags&^(flagEphemeral|flagSuppressNotifications)
	return d
}

// nonceOf is the nonce that stands for a key, of 24 characters; 25 are allowed.
// https://discord.com/developers/docs/resources/message#create-message
func nonceOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base32.StdEncoding.EncodeToString(sum[:15])
}

// createMessage posts a message, or returns the one that was posted under the same key already.
func (r *rest) createMessage(ctx context.Context, channel string, d draft) (*message, error) {
	out := &message{}
	err := r.do(ctx, call{
		method: http.MethodPost, path: "channels/" + url.PathEscape(channel) + "/messages",
		body: d.body(), files: d.Files, doing: "send messages here", says: true,
	}, out)
	if err == nil {
		return out, nil
	}
	if codeOf(err) == codeUnknownMessage { // the nonce was used for a message that is gone
		return nil, &bot.Failure{Outcome: bot.Refused, Err: &answered{http.StatusNotFound, codeUnknownMessage, "it was posted and deleted since"}}
	}
	return nil, err
}

// editMessage makes the bot's message what d says. Nobody is notified by it.
func (r *rest) editMessage(ctx context.Context, channel, id string, d draft) (*message, error) {
	out := &message{}
	err := r.do(ctx, call{method: http.MethodPatch, path: messagePath(channel, id), body: d.edit().body(), files: d.Files, doing: "edit messages here"}, out)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// message returns one message.
func (r *rest) message(ctx context.Context, channel, id string) (*message, error) {
	return get[message](ctx, r, messagePath(channel, id), nil)
}

// page says which part of a history is wanted: at most Limit messages before the one with an ID; the newest if that is "".
type page struct {
	Before string
	Limit  int // from 1 to 100
}

// messages returns a page of a channel's history, the newest first.
// https://discord.com/developers/docs/resources/message#get-channel-messages
func (r *rest) messages(ctx context.Context, channel string, p page) ([]message, error) {
	q := url.Values{"limit": {strconv.Itoa(p.Limit)}}
	if p.Before != "" {
		q.Set("before", p.Before)
	}
	out, err := get[[]message](ctx, r, "channels/"+url.PathEscape(channel)+"/messages", q)
	if err != nil {
		return nil, err
	}
	return *out, nil
}

// pin pins a message; one that is pinned stays so.
// https://discord.com/developers/docs/resources/message#pin-message
func (r *rest) pin(ctx context.Context, channel, id string) error {
	return r.do(ctx, call{method: http.MethodPut, path: pinPath(channel, id), doing: "pin messages here"}, nil)
}

// unpin takes a message's pin away, if it has one.
func (r *rest) unpin(ctx context.Context, channel, id string) error {
	return r.do(ctx, call{method: http.MethodDelete, path: pinPath(channel, id), doing: "pin messages here"}, nil)
}

// react adds the bot's reaction with a Unicode emoji; a second time changes nothing.
func (r *rest) react(ctx context.Context, channel, id, emoji string) error {
	return r.do(ctx, call{method: http.MethodPut, path: messagePath(channel, id) + "/reactions/" + url.PathEscape(emoji) + "/@me", doing: "add reactions here"}, nil)
}

// reactors returns those who reacted with an emoji, at most 100 whose IDs come after one, in the order of their IDs.
// https://discord.com/developers/docs/resources/message#get-reactions
func (r *rest) reactors(ctx context.Context, channel, id, emoji, after string) ([]user, error) {
	q := url.Values{"limit": {"100"}}
	if after != "" {
		q.Set("after", after)
	}
	out, err := get[[]user](ctx, r, messagePath(channel, id)+"/reactions/"+url.PathEscape(emoji), q)
	if err != nil {
		return nil, err
	}
	return *out, nil
}

func messagePath(channel, id string) string {
	return "channels/" + url.PathEscape(channel) + "/messages/" + url.PathEscape(id)
}

func pinPath(channel, id string) string {
	return "channels/" + url.PathEscape(channel) + "/messages/pins/" + url.PathEscape(id)
}

// readField reads a field and leaves what it cannot read as it was.
func readField[T any](fields map[string]json.RawMessage, name string, into *T) {
	var v T
	if f, ok := fields[name]; ok && json.Unmarshal(f, &v) == nil {
		*into = v
	}
}
