//go:build long

package bot_test

// randomDaysNow is how many random days a run lives through that has the night to itself.
const randomDaysNow = 10_000
