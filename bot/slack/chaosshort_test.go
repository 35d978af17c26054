//go:build !long

package slack

// chaosRounds is how many rounds every run of the tests lives through.
const chaosRounds = 60
