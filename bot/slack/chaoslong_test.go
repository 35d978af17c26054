//go:build long

package slack

// chaosRounds is how many rounds a run lives through that has the night to itself, in each of two ways.
const chaosRounds = 200
