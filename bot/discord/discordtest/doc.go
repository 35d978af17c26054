// Package discordtest is a Discord for tests: it speaks the REST API and the gateway on loopback, remembers what was done,
// and refuses what Discord refuses. The client under test is the real one; nothing of it is replaced but the address.
//
// # A tour
//
// [New] listens on a real loopback socket. [NewInMemory] listens on connections inside the process, so that it works in a
// bubble of testing/synctest and all limits, windows and time-outs run on the bubble's clock. A client is pointed at either
// with [Server.Transport], which sends every request there whatever its host, and [Server.Dial], for websockets:
//
//	s := discordtest.New(t)
//	session, _ := discordgo.New(s.Token())
//	session.Client = &http.Client{Transport: s.Transport()}
//	session.Dialer = &websocket.Dialer{NetDialContext: s.Dial}
//
// The test makes the world ([Server.Guild], [Guild.Text], [Guild.Forum], [Guild.Join]), acts for people ([Person.Say],
// [Person.Slash], [Person.Press], [Person.Submit], …) and looks at what people see ([Channel.Messages], [Channel.Pins],
// [Channel.Threads], [Interaction.Messages], [Interaction.Modal], [Person.Ephemerals]). [Server.Until] waits for something to
// become true.
//
// [Server.Order] orders trouble: each kind of rate limit, errors and cut connections before or after the request was acted
// on, silence, doubled or lost events, refused identification. An ordered fault counts how often it happened, so that
// a test can show that it did. Trouble that happens at once has methods of its own ([Server.AskToReconnect],
// [Server.CloseGateway], [Server.DropGateway], …).
//
// # What it holds clients to
//
// Permissions with overwrites, the lifetime of interactions (three seconds to answer, fifteen minutes to follow up), nonces
// that are enforced for two minutes, archived and locked threads, one thread for each message, allowed mentions, the Message
// Content intent on both sides, rate limits by bucket and for the whole bot with their headers, and the ban for 10,000
// invalid requests.
//
// If the environment variable REWIND_SPECS names the folder with the published descriptions, every request is validated
// against them with unknown fields refused, and so is everything that the server itself sends. An invalid body fails the
// test. If the variable is unset the test log says so.
//
// # What it is not
//
// Voice, presence, webhooks of channels, emoji of guilds, polls, moderation and compression are absent. A route that is
// missing fails the test, so that nobody builds on an answer that was never thought about.
//
// # Locking
//
// One mutex guards the world, and nobody waits for anything while holding it. That matters in a bubble: its clock
// stands still as long as somebody waits for a mutex.
//
// discordgo v0.29.0 does sleep with its locks held, so a test in a bubble hangs if anybody else wants one of them meanwhile:
//   - Close sleeps for a second. Let everything come to rest before ([testing/synctest.Wait]). The server leaves it to the
//     client to end a connection that the client closed, so that its reader is not woken up too early.
//   - Open reads the greeting with the lock held. [NoHello] and [IdentifyUnanswered] want a deadline on the connection, and
//     [Server.SilenceGateway] concerns only connections that are up.
//   - A request sleeps out a limit with its bucket's lock held. Turn that off and wait yourself.
//   - After [IdentifyReconnect] Open waits for itself. No clock helps there.
package discordtest
