package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// What a response_url is good for.
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
const (
	responseUses = 5
	responseLife = 30 * time.Minute
)

// responseURL is an address to answer an interaction at.
type responseURL struct {
	member   *Member
	channel  *Channel
	thread   string
	original *Message // that the interaction came from; nil for a command, until it is answered
	until    time.Time
	uses     int
}

func (m *Member) newResponseURL(c *Channel, original *Message) string {
	s := m.w.s
	id := strings.ToLower(s.newID("r"))
	u := &responseURL{member: m, channel: c, original: original, until: time.Now().Add(responseLife)}
	if original != nil {
		u.thread = original.ThreadTS
	}
	s.responses[id] = u
	return s.url + "/response/" + m.w.id + "/" + id
}

// responseArgs are the fields that a response may have.
var responseArgs = map[string]bool{"text": true, "blocks": true, "attachments": true, "thread_ts": true, "response_type": true,
	"replace_original": true, "delete_original": true, "metadata": true, "mrkdwn": true, "unfurl_links": true, "unfurl_media": true,
	"channel": true, "user": true, "username": true, "icon_url": true, "icon_emoji": true, "parse": true, "link_names": true}

// serveResponse takes what is sent to a response_url.
func (s *Server) serveResponse(w http.ResponseWriter, q *http.Request) {
	r := &request{Request: q, method: "response_url", args: Args{}}
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return // the client went away in the middle
	}
	kind, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if err := json.Unmarshal(body, &r.args); err != nil || kind != "application/json" {
		s.t.Errorf("a response_url got a body that is no JSON")
	}
	for name := range r.args {
		if !responseArgs[name] {
			s.t.Errorf("response_url has no field %s", name)
		}
	}
	s.validateArguments(r)
	id := q.URL.Path[strings.LastIndexByte(q.URL.Path, '/')+1:]
	a, slow := s.act(r, func(r *request) *answer { return s.respond(s.responses[id], r.args) })
	s.pause(q, slow)
	s.write(w, q, a)
}

// respond carries out a response.
func (s *Server) respond(u *responseURL, args Args) *answer {
	switch {
	case u == nil, time.Now().After(u.until):
		return gone("expired_url")
	case u.uses >= responseUses:
		return gone("used_url")
	}
	u.uses++
	if e := u.say(args); e != nil {
		a := failed(e)
		a.status = http.StatusBadRequest
		if e.code == "invalid_blocks" || e.code == "invalid_blocks_format" {
			a.status = http.StatusOK // Slack says so only in the body
		}
		return a
	}
	return &answer{status: http.StatusOK, kind: "application/json; charset=utf-8", body: []byte(`{"ok":true}`)}
}

func gone(code string) *answer {
	a := failed(refuse(code))
	a.status = http.StatusNotFound
	return a
}

// say does what a response asks for.
func (u *responseURL) say(args Args) *apiError {
	if args.Bool("delete_original") {
		if u.original != nil {
			u.remove()
		}
		return nil
	}
	m, e := u.member.w.draft(args)
	switch {
	case e != nil:
		return e
	case m.Text == "" && m.Blocks == nil && m.Attachments == nil:
		return refuse("no_text")
	case args.Bool("replace_original") && u.original != nil:
		u.replace(m)
		return nil
	}
	m.ThreadTS = args.String("thread_ts")
	if args.String("response_type") == "in_channel" {
		if parent := u.channel.find(m.ThreadTS); m.ThreadTS != "" && parent == nil {
			return refuse("cannot_reply_to_message")
		}
		m.User, m.bot = u.member.w.bot.id, true
		u.channel.say(m)
		return nil
	}
	u.member.whisper(u.channel, m)
	return nil
}

func (u *responseURL) replace(m *Message) {
	set := func() {
		o := u.original
		o.Text, o.Blocks, o.Attachments = m.Text, m.Blocks, m.Attachments
	}
	if u.original.Ephemeral {
		set()
		u.member.w.s.touch()
		return
	}
	u.channel.change(u.original, set)
}

func (u *responseURL) remove() {
	if !u.original.Ephemeral {
		u.channel.remove(u.original)
		return
	}
	u.member.forget(u.original)
}

// forget takes an ephemeral message from the screen.
func (m *Member) forget(said *Message) {
	for i, e := range m.ephemerals {
		if e == said {
			m.ephemerals = append(m.ephemerals[:i:i], m.ephemerals[i+1:]...)
			m.w.s.touch()
			return
		}
	}
}

// answerCommand takes what came with the acknowledgement of a command.
func (u *responseURL) answerCommand(payload []byte) {
	text := strings.TrimSpace(string(payload))
	if text == "" || text == "null" || text == "{}" {
		return
	}
	args := Args{}
	if json.Unmarshal(payload, &args) != nil {
		args["text"] = encode(text)
	}
	if e := u.say(args); e != nil && !(e.code == "no_text" && args.String("response_type") != "") {
		u.member.notice(fmt.Sprintf("the answer to a command was refused: %s", e.code))
	}
}
