//go:build !long

package slack

// chaosRounds is how many rounds every run of the tests lives through, in each of two ways.
const chaosRounds = 30
