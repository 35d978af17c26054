// Command rewind is the bot and everything an operator needs around it: try plays it in a terminal, serve runs it, bank
// brings people's notes in, and backup, restore, verify and status look after its one file.
//
// Every command is a type with a Run method in the file named after it; cli.go is the table of them all. Commands that
// need a store ask a keeper, which is the file itself or, through a socket, the Rewind that holds the file.
package main

import (
	"context"
	"os"

	_ "time/tzdata" // zones by name also where the machine has none, as in the container image
)

// version is set when a release is built, by -ldflags "-X main.version=v1.2.3".
var version string

func main() {
	os.Exit(run(context.Background(), os.Args[1:], shell{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv}))
}
