//go:build !race

package bot_test

// raced says that the race detector watches, under which everything takes some ten times as long.
const raced = false
