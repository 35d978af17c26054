package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot"
)

// Here every way in which a request can fail becomes a bot.Failure. Its text goes to maintainers and into logs: it says in
// plain words what is missing, and holds no address, token or text of a message, as discordgo's own errors do.

// The error codes that decide something.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
const (
	codeUnknownChannel     = 10003
	codeUnknownGuild       = 10004
	codeUnknownMessage     = 10008
	codeUnknownInteraction = 10062
	codeChannelLimited     = 20028
	codeServerLimited      = 20029
	codeTooManyEdits       = 30046 // of a message older than an hour
	codeTooManyPrivate     = 40003
	codeSendingDisabled    = 40004
	codeFeatureDisabled    = 40006
	codeAnswered           = 40060 // an interaction that was answered already
	codeResourceLimited    = 40062
	codeMissingAccess      = 50001
	codeMissingPermissions = 50013
	codeTokenExpired       = 50027
	codeInvalidForm        = 50035
	codeNotYetAvailable    = 110001
	codeThreadArchived     = 50083
	codeTooManyPinnedPosts = 30047
	codeOverloaded         = 130000
	codeThreadExists       = 160004
)

// codeWords says what an error code means to somebody who keeps a server. Those that are not here are told by their number.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
var codeWords = map[int]string{
	codeUnknownChannel:     "the channel is gone",
	codeUnknownGuild:       "the server is gone, or the bot was removed from it",
	10007:                  "the member is gone",
	codeUnknownMessage:     "the message is gone",
	10013:                  "there is no such user",
	10014:                  "there is no such emoji",
	10015:                  "the interaction is not known any more",
	codeUnknownInteraction: "the interaction is not known any more",
	10063:                  "there is no such command",
	codeChannelLimited:     "the channel gets too many messages",
	codeServerLimited:      "the server gets too many messages",
	30003:                  "there are too many pinned messages",
	codeTooManyPinnedPosts: "the forum has a pinned post already",
	30010:                  "there are too many reactions",
	30032:                  "there are too many commands",
	codeTooManyEdits:       "the message was edited too often",
	codeTooManyPrivate:     "too many private conversations were opened at once",
	codeSendingDisabled:    "discord has paused sending for now",
	40005:                  "the file is too large",
	codeFeatureDisabled:    "discord has paused this for now",
	codeAnswered:           "the interaction was answered already",
	codeResourceLimited:    "discord limits requests to this",
	40067:                  "posts in this forum need a tag",
	40094:                  "the interaction takes no more answers",
	codeMissingAccess:      "the bot cannot see this channel",
	50003:                  "this cannot be done in a private conversation",
	50005:                  "the message is somebody else's",
	50006:                  "the message is empty",
	50007:                  "this person takes no messages from the bot",
	50008:                  "this channel takes no messages",
	50021:                  "this cannot be done with a message of discord's own",
	50024:                  "this cannot be done in such a channel",
	codeTokenExpired:       "the interaction is too old",
	codeInvalidForm:        "discord did not take its form",
	50045:                  "the file is too large",
	codeThreadArchived:     "the thread is archived",
	50109:                  "discord did not take its form",
	50278:                  "this person shares no server with the bot",
	codeNotYetAvailable:    "discord is not ready for it yet",
	codeOverloaded:         "discord is overloaded",
	codeThreadExists:       "the message has a thread already",
	160005:                 "the thread is locked",
	160006:                 "there are too many active threads",
	200000:                 "the server's AutoMod blocked it",
}

// codesLater are the error codes of what may work later, though the status says that it never will.
var codesLater = []int{codeChannelLimited, codeServerLimited, codeTooManyEdits, codeTooManyPrivate, codeSendingDisabled,
	codeFeatureDisabled, codeResourceLimited, codeNotYetAvailable, codeOverloaded}

// codesLost are the error codes after which a channel refuses everything. An archived thread is none of them: a message opens it.
var codesLost = []int{codeUnknownChannel, codeUnknownGuild, codeMissingAccess}

// tokenAgain is how long to wait after Discord did not know the bot's token. Only the operator can mend that.
const tokenAgain = 5 * time.Minute

// answered is what Discord says when it refuses.
type answered struct {
	status int
	code   int // 0 if it gave none
	text   string
}

func (a *answered) Error() string { return a.text }

// codeOf is Discord's error code in err, or 0.
func codeOf(err error) int {
	if a := (*answered)(nil); errors.As(err, &a) {
		return a.code
	}
	return 0
}

// tokenRefused reports whether err says that Discord does not know the bot's token.
func tokenRefused(err error) bool {
	a := (*answered)(nil)
	return errors.As(err, &a) && a.status == http.StatusUnauthorized && a.code != codeTokenExpired
}

// exchange is what became of one request on its way. The request's context carries it, since discordgo lies between those
// who ask and the wire, and passes on nothing else.
type exchange struct {
	sent    atomic.Bool  // it may have reached Discord
	status  int          // of the answer; 0 if there was none
	limited *bot.Failure // what a 429 asks for
}

type exchangeKey struct{}

// failureOf says what is known of a request that failed. Whatever is unclear of one that changes something is Unknown.
func failureOf(c call, x *exchange, err error) *bot.Failure {
	if f := (*bot.Failure)(nil); errors.As(err, &f) {
		return f // our own limits
	}
	if x.limited != nil {
		return x.limited
	}
	if x.status >= 400 && x.status < 500 {
		return refusalOf(c, x.status, err)
	}
	f := &bot.Failure{Outcome: bot.NotDone, Err: lostOnTheWay(x, err)}
	if x.sent.Load() && c.method != http.MethodGet {
		f.Outcome = bot.Unknown
	}
	return f
}

// lostOnTheWay says why there is no use in an answer, or none.
func lostOnTheWay(x *exchange, err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err // the rest is the address, which may hold a token
	}
	timeout := net.Error(nil)
	refused, unknown := (*net.OpError)(nil), (*net.DNSError)(nil)
	switch {
	case x.status >= 500:
		return fmt.Errorf("discord answered %d", x.status)
	case x.status != 0:
		return errors.New("discord's answer was cut off or is none of its own")
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("discord was not waited for: %w", context.Canceled)
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("discord did not answer in time: %w", context.DeadlineExceeded)
	case errors.As(err, &unknown):
		return errors.New("discord's address was not found")
	case errors.As(err, &refused) && refused.Op == "dial":
		return fmt.Errorf("discord was not reached: %w", refused.Err)
	case !x.sent.Load():
		return errors.New("discord was not reached")
	}
	return errors.New("the connection to discord was lost")
}

// refusalOf reads an answer from 400 to 499. One without an error of Discord's comes from machines before it.
func refusalOf(c call, status int, err error) *bot.Failure {
	a := &answered{status: status}
	detail := ""
	e := (*discordgo.RESTError)(nil)
	ours := errors.As(err, &e) && e.Message != nil
	if ours {
		a.code, detail = e.Message.Code, complaints(e.ResponseBody)
	}
	f := &bot.Failure{Outcome: bot.Refused, Err: a}
	text, known := codeWords[a.code]
	switch {
	case status == http.StatusUnauthorized && a.code != codeTokenExpired:
		f.Outcome, f.Wide, f.After = bot.NotDone, true, tokenAgain
		a.text = "discord does not know the bot's token"
	case status == http.StatusRequestEntityTooLarge:
		a.text = "it is too large"
	case !ours:
		f.Outcome = bot.NotDone
		a.text = fmt.Sprintf("something before discord answered %d", status)
	case a.code == codeMissingPermissions:
		f.Lost = c.says
		a.text = "missing permission to " + c.doing
	case a.code == codeMissingAccess && !strings.HasPrefix(c.path, "channels/"):
		a.text = "the bot has no access to this"
	case known:
		f.Lost = slices.Contains(codesLost, a.code)
		a.text = text + detail
		if slices.Contains(codesLater, a.code) {
			f.Outcome = bot.NotDone
		}
	default:
		a.text = fmt.Sprintf("discord refused with %d, error %d", status, a.code)
	}
	return f
}

// complaints lists which fields of a form are wrong and how, in Discord's codes: its sentences may quote what was sent.
func complaints(body []byte) string {
	var form struct {
		Errors map[string]json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(body, &form) != nil || len(form.Errors) == 0 {
		return ""
	}
	var list []string
	collect(&list, "", form.Errors)
	slices.Sort(list)
	return " (" + strings.Join(list[:min(3, len(list))], ", ") + ")"
}

func collect(list *[]string, at string, fields map[string]json.RawMessage) {
	for name, raw := range fields {
		if name == "_errors" {
			var found []struct {
				Code string `json:"code"`
			}
			if json.Unmarshal(raw, &found) == nil && len(found) > 0 && isPlain(found[0].Code) {
				*list = append(*list, at+" "+found[0].Code)
			}
			continue
		}
		var inner map[string]json.RawMessage
		if json.Unmarshal(raw, &inner) == nil && isPlain(name) {
			collect(list, strings.TrimPrefix(at+"."+name, "."), inner)
		}
	}
}

// isPlain reports whether s is a short name of Discord's and nothing that somebody wrote.
func isPlain(s string) bool {
	return s != "" && len(s) <= 60 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}
