package discordtest

import (
	"fmt"
	"net/http"
	"unicode/utf16"
)

// apiError is an error as the REST API answers it.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
type apiError struct {
	Status  int            `json:"-"`
	Code    int            `json:"code"`
	Message string         `json:"message"`
	Errors  map[string]any `json:"errors,omitempty"`
}

func (e *apiError) Error() string {
	if len(e.Errors) == 0 {
		return fmt.Sprintf("%d %s", e.Code, e.Message)
	}
	return fmt.Sprintf("%d %s: %v", e.Code, e.Message, e.Errors)
}

// The error codes that the server answers with.
const (
	UnknownChannel     = 10003
	UnknownGuild       = 10004
	UnknownMember      = 10007
	UnknownMessage     = 10008
	UnknownUser        = 10013
	UnknownEmoji       = 10014
	UnknownWebhook     = 10015
	UnknownInteraction = 10062
	UnknownCommand     = 10063
	TooManyPins        = 30003
	TooManyReactions   = 30010
	TooManyPinnedPosts = 30047
	TooManyCommands    = 30032
	AlreadyAnswered    = 40060
	TagRequired        = 40067
	MissingAccess      = 50001
	NotOnDM            = 50003
	NotAuthor          = 50005
	EmptyMessage       = 50006
	CannotDM           = 50007
	NotATextChannel    = 50008
	MissingPermissions = 50013
	SystemMessage      = 50021
	WrongChannelType   = 50024
	TokenExpired       = 50027
	InvalidForm        = 50035
	ThreadArchived     = 50083
	InvalidBody        = 50109
	ThreadExists       = 160004
	ThreadLocked       = 160005
	TooManyThreads     = 160006
)

var known = map[int]struct {
	status  int
	message string
}{
	UnknownChannel:     {http.StatusNotFound, "Unknown Channel"},
	UnknownGuild:       {http.StatusNotFound, "Unknown Guild"},
	UnknownMember:      {http.StatusNotFound, "Unknown Member"},
	UnknownMessage:     {http.StatusNotFound, "Unknown Message"},
	UnknownUser:        {http.StatusNotFound, "Unknown User"},
	UnknownEmoji:       {http.StatusBadRequest, "Unknown Emoji"},
	UnknownWebhook:     {http.StatusNotFound, "Unknown Webhook"},
	UnknownInteraction: {http.StatusNotFound, "Unknown interaction"},
	UnknownCommand:     {http.StatusNotFound, "Unknown application command"},
	TooManyPins:        {http.StatusBadRequest, "Maximum number of pins reached"},
	TooManyPinnedPosts: {http.StatusBadRequest, "Maximum number of pinned threads in a forum channel has been reached"},
	TooManyReactions:   {http.StatusBadRequest, "Maximum number of reactions reached (20)"},
	TooManyCommands:    {http.StatusBadRequest, "Maximum number of application commands reached (100)"},
	AlreadyAnswered:    {http.StatusBadRequest, "Interaction has already been acknowledged."},
	TagRequired:        {http.StatusBadRequest, "A tag is required to create a forum post in this channel"},
	MissingAccess:      {http.StatusForbidden, "Missing Access"},
	NotOnDM:            {http.StatusForbidden, "Cannot execute action on a DM channel"},
	NotAuthor:          {http.StatusForbidden, "Cannot edit a message authored by another user"},
	EmptyMessage:       {http.StatusBadRequest, "Cannot send an empty message"},
	CannotDM:           {http.StatusForbidden, "Cannot send messages to this user"},
	NotATextChannel:    {http.StatusBadRequest, "Cannot send messages in a non-text channel"},
	MissingPermissions: {http.StatusForbidden, "Missing Permissions"},
	SystemMessage:      {http.StatusForbidden, "Cannot execute action on a system message"},
	WrongChannelType:   {http.StatusBadRequest, "Cannot execute action on this channel type"},
	TokenExpired:       {http.StatusUnauthorized, "Invalid Webhook Token"},
	InvalidForm:        {http.StatusBadRequest, "Invalid Form Body"},
	ThreadArchived:     {http.StatusBadRequest, "Thread is archived"},
	InvalidBody:        {http.StatusBadRequest, "The request body contains invalid JSON."},
	ThreadExists:       {http.StatusBadRequest, "A thread has already been created for this message"},
	ThreadLocked:       {http.StatusForbidden, "Thread is locked"},
	TooManyThreads:     {http.StatusBadRequest, "Maximum number of active threads reached"},
}

// refuse returns the error of a code.
func refuse(code int) *apiError {
	k, ok := known[code]
	if !ok {
		return &apiError{Status: http.StatusBadRequest, Code: code, Message: "Refused"}
	}
	return &apiError{Status: k.status, Code: code, Message: k.message}
}

// invalid is the error of a body with a wrong field.
func invalid(field, code, message string) *apiError {
	e := refuse(InvalidForm)
	e.Errors = map[string]any{field: map[string]any{"_errors": []map[string]any{{"code": code, "message": message}}}}
	return e
}

// length counts as clients written in JavaScript do. The unit is not documented, so this is the strictest.
func length(s string) int { return len(utf16.Encode([]rune(s))) }
