// Package slacktest is a Slack for tests: it speaks the Web API, Socket Mode and signed HTTP requests on loopback, remembers what
// was done, and refuses what Slack refuses. The client under test is the real one; nothing of it is replaced but the address.
//
// # A tour
//
// [New] listens on a real loopback socket. [NewInMemory] listens on connections inside the process, so that it works in a bubble of
// testing/synctest and all limits, time-outs and retries run on the bubble's clock. A client is pointed at either like this:
//
//	s := slacktest.New(t)
//	api := slack.New(s.Token(), slack.OptionAppLevelToken(s.AppToken()), slack.OptionAPIURL(s.URL()),
//		slack.OptionHTTPClient(&http.Client{Transport: s.Transport()}))
//	socket := socketmode.New(api, socketmode.OptionDialer(&websocket.Dialer{NetDialContext: s.Dial}))
//
// An app without Socket Mode gives the addresses of its own listener to [Server.PointAt] instead.
//
// The test makes the world ([Workspace.Member], [Workspace.Channel], [Workspace.Private], [Workspace.Group]), acts for people
// ([Member.Say], [Member.Reply], [Member.Slash], [Member.Press], [Member.Submit], …) and looks at what people see
// ([Channel.Messages], [Channel.Thread], [Channel.Pins], [Member.Sees], [Member.Ephemerals], [Member.Modal], [Member.Home]).
// [Server.Until] waits for something to become true without polling. Events are sent once the app has been connected; what happens
// before that makes the world.
//
// [Server.Order] orders trouble: rate limits, errors and cut connections before or after the request was acted on, silence, refusals,
// doubled, late, lost or distorted events, acknowledgements that get lost, connections that are refused or say nothing. An ordered
// fault counts how often it happened, so that a test can show that it did. Trouble that happens at once has methods of its own
// ([Server.Disconnect], [Server.DropConnections], [Server.SilenceConnections], [Workspace.RefuseToken], [Channel.Restrict],
// [Server.Forge], [Server.Replay], …).
//
// # What it holds clients to
//
// Tokens and their scopes; membership of channels; the limits of texts, blocks, metadata and views; triggers that open one modal
// within three seconds; at most three modals above each other; five uses of a response_url within thirty minutes; the limits of
// each method's tier and one post a second in a channel; acknowledgements within three seconds, without which events are sent again
// at once, after a minute and after five, and below twenty kilobytes.
//
// If the environment variable REWIND_SPECS names the folder with the published descriptions, all blocks, views and metadata that
// arrive are validated against them, and so are the events, messages and users that the server itself sends. An invalid body fails
// the test. If the variable is unset the test log says so. Where Slack sends something else than was published, described.go says
// what.
//
// # What it is not
//
// A method that is missing, and an argument that its method does not know, fail the test, so that nobody builds on an answer that
// was never thought about. Absent are conversations of several people, scheduled messages, canvases, workflows, assistants, Enterprise
// Grid, unfurling, and the user's own tokens. As at Slack, posts are not idempotent: a client_msg_id is accepted and changes nothing.
//
// # Locking
//
// One mutex guards the world, and nobody waits for anything while holding it. That matters in a bubble: its clock stands still as long
// as somebody waits for a mutex.
package slacktest
