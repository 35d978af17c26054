package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// session is what a client identified. It outlives its connection, so that a client can resume it.
type session struct {
	id      string
	intents Intents
	shard   [2]int
	seq     int64
	events  []event // the last ones, for those who resume
	late    []byte  // held back by a fault
	link    *link   // nil while nobody is connected
}

type event struct {
	seq   int64
	frame []byte
}

// identify begins a session, or closes the connection with the reason why not.
func (s *Server) identify(l *link, data json.RawMessage) {
	var d struct {
		Token   string  `json:"token"`
		Intents Intents `json:"intents"`
		Shard   *[2]int `json:"shard"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		s.closeLink(l, CloseDecodeError)
		return
	}
	if d.Shard == nil {
		d.Shard = &[2]int{0, 1}
	}
	g := &s.gateway
	g.identifies++
	if s.greetBadly(l, IdentifyClosed, IdentifyInvalid, IdentifyReconnect, IdentifyUnanswered) {
		return
	}
	code := 0
	switch {
	case l.session != nil:
		code = CloseAlreadyAuthenticated
	case strings.TrimPrefix(d.Token, "Bot ") != botToken || g.remaining == 0:
		code = CloseAuthenticationFailed // a bot that identified too often has its token reset
	case d.Shard[1] < 1 || d.Shard[0] < 0 || d.Shard[0] >= d.Shard[1]:
		code = CloseInvalidShard
	case len(s.guilds) > 2500*d.Shard[1]:
		code = CloseShardingRequired
	case d.Intents&^knownIntents != 0:
		code = CloseInvalidIntents
	case d.Intents&privilegedIntents&^g.granted != 0:
		code = CloseDisallowedIntents
	}
	if code != 0 {
		s.closeLink(l, code)
		return
	}
	if s.tooEager(d.Shard[0]) {
		s.sendOp(l, opInvalidSession, false)
		return
	}
	g.remaining--
	one := &session{id: "session" + s.snowflake(), intents: d.Intents, shard: *d.Shard, link: l}
	g.sessions = append(g.sessions, one)
	l.session = one
	s.welcome(one)
}

// tooEager says whether a shard identifies too soon after another of its group: shards whose numbers leave the same rest when
// divided by max_concurrency wait for each other.
// https://discord.com/developers/docs/events/gateway#sharding-max-concurrency
func (s *Server) tooEager(shard int) bool {
	g, at := &s.gateway, time.Now()
	key := shard % g.concurrency
	if last, ok := g.identified[key]; ok && at.Sub(last) < g.spacing {
		return true
	}
	g.identified[key] = at
	return false
}

// welcome sends READY with the guilds' IDs, and then the guilds one by one.
func (s *Server) welcome(one *session) {
	unavailable := []any{}
	mine := []*guild{}
	for _, g := range s.guilds {
		if !g.gone && one.covers(g) {
			unavailable = append(unavailable, map[string]any{"id": g.id, "unavailable": true})
			mine = append(mine, g)
		}
	}
	s.emit(one, "READY", map[string]any{"v": 10, "user": s.bot, "guilds": unavailable, "session_id": one.id,
		"resume_gateway_url": s.websocketURL(), "shard": one.shard,
		"application": map[string]any{"id": s.bot.ID, "flags": s.applicationFlags(), "flags_new": "0"}})
	if one.intents&IntentGuilds != 0 {
		for _, g := range mine {
			s.emit(one, "GUILD_CREATE", s.guildCreate(g))
		}
	}
}

// The flags that say which privileged intents the application was granted.
// https://discord.com/developers/docs/resources/application#application-object-application-flags
func (s *Server) applicationFlags() int {
	flags := 0
	for intent, flag := range map[Intents]int{IntentGuildPresences: 1 << 13, IntentGuildMembers: 1 << 15, IntentMessageContent: 1 << 19} {
		if s.gateway.granted&intent != 0 {
			flags |= flag
		}
	}
	return flags
}

// greetBadly lets the first fault of these kinds befall who identifies or resumes.
func (s *Server) greetBadly(l *link, kinds ...Kind) bool {
	f := s.happens(func(f *Fault) bool { return slices.Contains(kinds, f.Kind) })
	if f == nil {
		return false
	}
	switch f.Kind {
	case IdentifyClosed:
		s.closeLink(l, f.Code)
	case IdentifyInvalid, ResumeInvalid:
		s.sendOp(l, opInvalidSession, f.Resumable)
	case IdentifyReconnect:
		s.sendOp(l, opReconnect, nil)
	}
	return true
}

// resume goes on with a session: what happened since is sent again, and then RESUMED.
func (s *Server) resume(l *link, data json.RawMessage) {
	var d struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int64  `json:"seq"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		s.closeLink(l, CloseDecodeError)
		return
	}
	if s.greetBadly(l, ResumeInvalid, IdentifyReconnect, IdentifyUnanswered) {
		return
	}
	i := slices.IndexFunc(s.gateway.sessions, func(one *session) bool { return one.id == d.Session })
	switch {
	case strings.TrimPrefix(d.Token, "Bot ") != botToken:
		s.closeLink(l, CloseAuthenticationFailed)
		return
	case i < 0:
		s.sendOp(l, opInvalidSession, false)
		return
	case d.Seq > s.gateway.sessions[i].seq:
		s.closeLink(l, CloseInvalidSequence)
		return
	}
	one := s.gateway.sessions[i]
	if one.link != nil {
		s.closeLink(one.link, CloseUnknown)
	}
	s.gateway.resumes++
	one.link, l.session = l, one
	for _, e := range one.events {
		if e.seq > d.Seq {
			l.send(outgoing{frame: e.frame})
		}
	}
	s.emit(one, "RESUMED", map[string]any{})
}

func (s *Server) forget(one *session) {
	s.gateway.sessions = slices.DeleteFunc(s.gateway.sessions, func(o *session) bool { return o == one })
}

// covers says whether a guild is in the session's shard. What is private is in the first.
// https://discord.com/developers/docs/events/gateway#sharding
func (one *session) covers(g *guild) bool {
	if g == nil {
		return one.shard[0] == 0
	}
	id, _ := strconv.ParseInt(g.id, 10, 64) // IDs are ours
	return int(id>>22)%one.shard[1] == one.shard[0]
}

// String names the session for messages of tests.
func (one *session) String() string { return fmt.Sprintf("%s (shard %v)", one.id, one.shard) }
