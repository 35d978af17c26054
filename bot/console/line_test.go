package console

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		typed string
		want  line
	}{
		{"", line{}},
		{" \t ", line{}},
		{"  an answer ", line{kind: speak, text: "an answer", arg: "an answer"}},
		{"mail me at jun@home", line{kind: speak, text: "mail me at jun@home", arg: "mail me at jun@home"}}, // @ speaks only in front
		{"@Jun hello", line{kind: speak, name: "Jun", text: "hello", arg: "hello"}},
		{"@Jun, hello", line{kind: speak, name: "Jun", text: "hello", arg: "hello"}}, // as people write to somebody
		{"@준 안녕", line{kind: speak, name: "준", text: "안녕", arg: "안녕"}},
		{"@\u110c\u116e\u11ab 안녕", line{kind: speak, name: "준", text: "안녕", arg: "안녕"}},            // the same name, letter by letter
		{"@Jun @Mina look", line{kind: speak, name: "Jun", text: "@Mina look", arg: "@Mina look"}}, // the second one is what Jun says
		{"@Jun /quiz me", line{kind: command, name: "Jun", text: "/quiz me", arg: "me"}},
		{"@Jun /2", line{kind: press, name: "Jun", text: "/2", n: 2}},
		{"@Jun /edit x", line{kind: amend, name: "Jun", text: "/edit x", arg: "x"}},
		{"@Jun", line{kind: unknown, text: "@Jun"}},
		{"@Jun /quit", line{kind: unknown, text: "@Jun /quit"}}, // the console's own commands are nobody's
		{"@", line{kind: unknown, text: "@"}},
		{"@!? hello", line{kind: unknown, text: "@!? hello"}},
		{"/quiz", line{kind: command, text: "/quiz"}},
		{"/QUIZ  answer  two  words", line{kind: command, text: "/QUIZ  answer  two  words", arg: "answer  two  words"}},
		{"/quizz", line{kind: unknown, text: "/quizz"}},
		{"/1", line{kind: press, text: "/1", n: 1}},
		{"/0", line{kind: unknown, text: "/0"}},
		{"/1 now", line{kind: press, text: "/1 now", arg: "now", n: 1}}, // what is typed behind a button goes to its command
		{"/99999999999999999999", line{kind: unknown, text: "/99999999999999999999"}},
		{"/edit", line{kind: unknown, text: "/edit"}},
		{"/delete", line{kind: remove, text: "/delete"}},
		{"/delete that", line{kind: unknown, text: "/delete that", arg: "that"}},
		{"/as Jun", line{kind: become, text: "/as Jun", arg: "Jun"}},
		{"/as", line{kind: unknown, text: "/as"}},
		{"/as Jun Mina", line{kind: unknown, text: "/as Jun Mina", arg: "Jun Mina"}},
		{"/attach notes/os.md", line{kind: attach, text: "/attach notes/os.md", arg: "notes/os.md"}},
		{"/attach", line{kind: unknown, text: "/attach"}},
		{"/thread", line{kind: choose, text: "/thread"}},
		{"/thread 3", line{kind: choose, text: "/thread 3", arg: "3", n: 3}},
		{"/thread x", line{kind: unknown, text: "/thread x", arg: "x"}},
		{"/next", line{kind: wind, text: "/next"}},
		{"/next 3d", line{kind: wind, text: "/next 3d", arg: "3d"}},
		{"/help", line{kind: help, text: "/help"}},
		{"/quit", line{kind: quit, text: "/quit"}},
		{"/", line{kind: unknown, text: "/"}},
		{"bad \xff byte", line{kind: speak, text: "bad \uFFFD byte", arg: "bad \uFFFD byte"}},
	} {
		if got := parse(row.typed); got != row.want {
			t.Errorf("parse(%q)\n got %+v\nwant %+v", row.typed, got, row.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "hello", "@Jun hello", "@Jun /1", "/quiz me", "/next 1d", "/thread 2", "@\xff /", "/as 준"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := parse(s)
		if !utf8.ValidString(l.name + l.text + l.arg) {
			t.Errorf("parse(%q) = %+v is not valid", s, l)
		}
		if (l.kind == blank) != (strings.TrimSpace(s) == "") {
			t.Errorf("parse(%q) has kind %d", s, l.kind)
		}
		if l.name != "" && (!validName(l.name) || !l.kind.heard()) {
			t.Errorf("parse(%q) lets %q do %d", s, l.name, l.kind)
		}
		if (l.kind == press) != (l.n > 0 && l.kind != choose) {
			t.Errorf("parse(%q) = %+v", s, l)
		}
	})
}

func TestParseSpan(t *testing.T) {
	t.Parallel()
	seoul, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 3, 28, 9, 0, 0, 0, seoul)
	for _, row := range []struct {
		text string
		from time.Time
		want string // "" is no span
	}{
		{"3d", from, "2026-03-31 09:00:00"},
		{"2w", from, "2026-04-11 09:00:00"},
		{"1d12h", from, "2026-03-29 21:00:00"},
		{"90m", from, "2026-03-28 10:30:00"},
		{"30s", from, "2026-03-28 09:00:30"},
		{"366d", from, "2027-03-29 09:00:00"},
		{"1d", from.In(berlin).Add(8 * time.Hour), "2026-03-29 09:00:00"}, // a day of 23 hours, when summer time begins
		{"", from, ""},
		{"0d", from, ""},
		{"-1d", from, ""},
		{"3", from, ""},
		{"d", from, ""},
		{"1y", from, ""},
		{"1d 2h", from, ""},
		{"1.5h", from, ""},
		{"366d1s", from, ""},                // longer than the longest
		{"99999999999999999999d", from, ""}, // longer than a number
		{"9999999d", from, ""},
	} {
		s, ok := parseSpan(row.text)
		if ok != (row.want != "") {
			t.Errorf("parseSpan(%q) = %v, %v", row.text, s, ok)
			continue
		}
		if got := s.from(row.from).Format(time.DateTime); ok && got != row.want {
			t.Errorf("%s from %v is %s, want %s", row.text, row.from, got, row.want)
		}
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"3d", "1w2d3h4m5s", "0s", "999999999h", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := parseSpan(text)
		if !ok {
			return
		}
		if d := s.from(monday).Sub(monday); d <= 0 || d > mostDays*24*time.Hour {
			t.Errorf("parseSpan(%q) goes %v", text, d)
		}
	})
}
