//go:build long

package discord

// chaosRounds is how many rounds a run lives through that has the night to itself.
const chaosRounds = 200
