package slack

// errorKind is what an error of the Web API means for what was asked.
type errorKind int

const (
	isRefusal  errorKind = iota // this will not be done, here
	isLost                      // the channel refuses everything until somebody changes something there
	isWide                      // the workspace refuses everything until somebody changes something there
	isLater                     // not now
	isLimit                     // there were too many requests
	isDoubtful                  // it may have been done
)

// verdict is what an error means, and what to do about it in words.
type verdict struct {
	kind errorKind
	text string
}

// invite is what somebody has to type to let the bot into a channel.
const invite = "/invite @Rewind"

// verdicts are the errors that say more than that something is refused.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors
var verdicts = map[string]verdict{
	"channel_not_found": {isLost, "there is no such channel, or it is private and I am not in it: type " + invite + " there"},
	"not_in_channel":    {isLost, "I am not in the channel: type " + invite + " there"},
	"is_archived":       {isLost, "the channel is archived"},
	"is_inactive":       {isLost, "the channel is archived"},
	"restricted_action": {isLost, "the workspace's settings do not let me write in the channel"},
	"no_permission":     {isLost, "I may not do that in the channel"},
	"access_denied":     {isLost, "I may not do that in the channel"},

	// These say that only a message or thread is concerned, whatever the beginning of their names.
	"restricted_action_thread_locked":          {isRefusal, "the thread is locked"},
	"restricted_action_non_threadable_channel": {isRefusal, "the channel has no threads"},
	"cannot_reply_to_message":                  {isRefusal, "the thread is gone"},
	"thread_not_found":                         {isRefusal, "the thread is gone"},
	"message_not_found":                        {isRefusal, "the message is gone"},
	"cant_update_message":                      {isRefusal, "the message is not mine"},
	"edit_window_closed":                       {isRefusal, "the workspace's settings do not let me change the message any more"},
	"too_many_pins":                            {isRefusal, "the channel has as many pins as it can"},
	"not_pinnable":                             {isRefusal, "the message cannot be pinned"},
	"too_many_reactions":                       {isRefusal, "the message has as many reactions as it can"},
	"invalid_name":                             {isRefusal, "there is no such emoji"},
	"user_not_found":                           {isRefusal, "there is no such person"},
	"user_disabled":                            {isRefusal, "the person has left the workspace"},
	"cannot_dm_bot":                            {isRefusal, "bots do not read messages"},
	"msg_too_long":                             {isRefusal, "the message is too long"},
	"msg_blocks_too_long":                      {isRefusal, "the message is too long"},
	"invalid_blocks":                           {isRefusal, "the message has a form that Slack does not take"},
	"invalid_blocks_format":                    {isRefusal, "the message has a form that Slack does not take"},
	"used_url":                                 {isRefusal, "the command was answered as often as it can be"},
	"expired_url":                              {isRefusal, "the command is too old to be answered"},

	"invalid_auth":           {isWide, "Slack does not know the bot token"},
	"not_authed":             {isWide, "the bot token is missing"},
	"account_inactive":       {isWide, "the app was removed from the workspace"},
	"token_revoked":          {isWide, "the bot token was revoked"},
	"token_expired":          {isWide, "the bot token has expired"},
	"not_allowed_token_type": {isWide, "the token is no bot token"},
	"org_login_required":     {isWide, "the workspace is being moved to an organisation"},
	"ekm_access_denied":      {isWide, "the workspace's administrators have shut off access"},
	"accesslimited":          {isWide, "Slack does not take requests from this network"},
	"invalid_app":            {isWide, "the app was removed"},

	"team_access_not_granted":  {isWide, "the token is not for this workspace"},
	"enterprise_is_restricted": {isWide, "the organisation does not let the app in"},

	"team_added_to_org":          {isLater, "the workspace is being moved to an organisation"},
	"external_channel_migrating": {isLater, "the channel is being moved"},
	"request_timeout":            {isLater, "the request came to Slack in part only"},

	"ratelimited":  {kind: isLimit},
	"rate_limited": {kind: isLimit},

	"fatal_error":         {isDoubtful, "Slack failed, and does not know what it did"},
	"internal_error":      {isDoubtful, "Slack failed, and does not know what it did"},
	"service_unavailable": {isDoubtful, "Slack is not available"},
}
