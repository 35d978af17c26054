//go:build !long

package bot_test

// randomDaysNow is how many random days every run of the tests lives through.
const randomDaysNow = 500
