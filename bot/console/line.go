package console

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// kind is what a typed line asks for.
type kind int

const (
	blank kind = iota
	unknown
	// These are heard by the bot, and any member may type them.
	speak
	command
	press
	amend
	remove
	// These are the console's own.
	become
	attach
	choose
	wind
	help
	quit
)

// heard says whether the bot learns of the line; such a line takes a second of the clock.
func (k kind) heard() bool { return k >= speak && k <= remove }

// line is what was typed.
type line struct {
	kind kind
	name string // of the member who speaks; "" is the current one
	text string // as typed, without the speaker
	arg  string // what stands after the command
	n    int    // the number of a button or a thread, 0 where none was given
}

// parse reads a typed line. A line it cannot read is unknown, never a message by mistake.
func parse(s string) line {
	s = strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD"))
	at, ok := strings.CutPrefix(s, "@")
	if !ok {
		return parseSpoken(s)
	}
	name, rest := cutWord(at)
	name = strings.TrimRight(name, ",:")
	l := parseSpoken(rest)
	if !validName(name) || !l.kind.heard() {
		return line{kind: unknown, text: s}
	}
	l.name = norm.NFC.String(name)
	return l
}

func parseSpoken(s string) line {
	l := line{text: s}
	if s == "" {
		return l
	}
	word, isCommand := strings.CutPrefix(s, "/")
	if !isCommand {
		l.kind, l.arg = speak, s
		return l
	}
	word, l.arg = cutWord(word)
	l.kind = l.commandKind(strings.ToLower(word))
	if n, err := strconv.Atoi(word); err == nil && n > 0 {
		l.kind, l.n = press, n
	}
	if l.kind == choose && l.arg != "" {
		n, err := strconv.Atoi(l.arg)
		if err != nil || n < 1 {
			l.kind = unknown
		}
		l.n = n
	}
	return l
}

// commandKind tells which command a word is; one with an argument too few or too many is unknown.
func (l line) commandKind(word string) kind {
	alone := l.arg == ""
	switch {
	case word == "quiz":
		return command
	case word == "edit" && !alone:
		return amend
	case word == "delete" && alone:
		return remove
	case word == "as" && validName(l.arg):
		return become
	case word == "attach" && !alone:
		return attach
	case word == "thread":
		return choose
	case word == "next":
		return wind
	case word == "help" && alone:
		return help
	case word == "quit" && alone:
		return quit
	}
	return unknown
}

// cutWord splits off the first word.
func cutWord(s string) (word, rest string) {
	i := strings.IndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}

// mostName is the longest name in characters.
const mostName = 32

// validName says whether a member can be called so: letters, digits, and what joins them.
func validName(s string) bool {
	s = norm.NFC.String(s)
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Mn, r) && !strings.ContainsRune("-_.", r) {
			return false
		}
	}
	return s != "" && utf8.RuneCountInString(s) <= mostName
}

// userOf is the ID of the member with that name. Names that differ only in case or in how their syllables are encoded
// are one person's, also over runs.
func userOf(name string) string { return strings.ToLower(norm.NFC.String(name)) }

// span is a way to go on the clock: days of the calendar, then hours and smaller.
type span struct {
	days int
	rest time.Duration
}

// mostDays is the longest span; each day on the way is played.
const mostDays = 366

// parseSpan reads a span such as 3d, 2w, 1d12h or 90m.
func parseSpan(s string) (span, bool) {
	var total span
	for s != "" {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		n, err := strconv.Atoi(s[:digits])
		if err != nil || n > mostDays*24*60 || digits == len(s) {
			return span{}, false
		}
		switch s[digits] {
		case 'w':
			total.days += 7 * n
		case 'd':
			total.days += n
		case 'h':
			total.rest += time.Duration(n) * time.Hour
		case 'm':
			total.rest += time.Duration(n) * time.Minute
		case 's':
			total.rest += time.Duration(n) * time.Second
		default:
			return span{}, false
		}
		s = s[digits+1:]
	}
	whole := time.Duration(total.days)*24*time.Hour + total.rest
	return total, total.days <= mostDays && whole > 0 && whole <= mostDays*24*time.Hour
}

// from returns the time that lies a span after t, on t's calendar.
func (s span) from(t time.Time) time.Time { return t.AddDate(0, 0, s.days).Add(s.rest) }
