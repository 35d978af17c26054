package bot

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"rewind/questions"
)

// values spares the tables below a long type.
type values = map[string]string

// TestParseNames gives every command by each of its names.
func TestParseNames(t *testing.T) {
	t.Parallel()
	for i := range commands {
		c := &commands[i]
		needed := ""
		for _, o := range c.options {
			if o.required {
				needed += " word"
			}
		}
		for _, name := range []string{
			c.name, c.korean, strings.ToUpper(c.name), "  " + c.name + "\t",
			strings.ReplaceAll(c.name, " ", "  \n"), strings.ReplaceAll(c.korean, " ", "\u3000"), // the wide space of Korean keyboards
		} {
			read, wrong := commands.parse(name + needed)
			if wrong != nil || read.command != c {
				t.Errorf("parse(%q) = %+v, %+v, want %s", name+needed, read, wrong, c.name)
			}
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text    string
		command string
		round   int
		values  values
	}{
		{"", "help", 0, values{}},
		{" \n ", "help", 0, values{}},

		// An answer is taken as it stands.
		{"answer It holds if a=b", "answer", 0, values{"text": "It holds if a=b"}},
		{"answer text=x", "answer", 0, values{"text": "text=x"}}, // what is verbatim has no name
		{"answer #12 one\n\n  two  three\n", "answer", 12, values{"text": "one\n\n  two  three"}},
		{"답변 #3\n```go\na := \"x y\"\n```", "answer", 3, values{"text": "```go\na := \"x y\"\n```"}},
		{"answer\n> quoted\nown words", "answer", 0, values{"text": "> quoted\nown words"}},
		{"answer #0 is no round", "answer", 0, values{"text": "#0 is no round"}},
		{"answer #-1 neither", "answer", 0, values{"text": "#-1 neither"}},
		{"answer #include <stdio.h>", "answer", 0, values{"text": "#include <stdio.h>"}},
		{"answer #1 #2 both", "answer", 1, values{"text": "#2 both"}},

		// Choices, by their words in both languages.
		{"reveal", "reveal", 0, values{}},
		{"reveal #3 ME", "reveal", 3, values{"how": "me"}},
		{"공개 나만", "reveal", 0, values{"how": "me"}},
		{"reveal how=pass", "reveal", 0, values{"how": "pass"}},
		{"reveal how 모름", "reveal", 0, values{"how": "pass"}},
		{"leaderboard month teams", "leaderboard", 0, values{"period": "month", "of": "teams"}},
		{"leaderboard teams month", "leaderboard", 0, values{"period": "month", "of": "teams"}},
		{"순위 팀 이번달", "leaderboard", 0, values{"period": "month", "of": "teams"}},
		{"순위 all 여기", "leaderboard", 0, values{"period": "all", "of": "here"}}, // languages mix
		{"leaderboard OF=teams Period=ALL", "leaderboard", 0, values{"period": "all", "of": "teams"}},
		{"leaderboard of teams period all", "leaderboard", 0, values{"period": "all", "of": "teams"}},

		// What takes the rest, and what may stand around it.
		{"random", "random", 0, values{}},
		{"random operating   systems, nets", "random", 0, values{"topic": "operating systems, nets"}},
		{`random "operating   systems"`, "random", 0, values{"topic": "operating   systems"}}, // quotes keep spaces
		{`random topic="big data"`, "random", 0, values{"topic": "big data"}},
		{"random answer=q1", "random", 0, values{"answer": "q1"}},
		{"random C++=fast", "random", 0, values{"topic": "C++=fast"}}, // nothing like an option
		{"team join Red Foxes", "team join", 0, values{"team": "Red Foxes"}},
		{"팀 가입 여우", "team join", 0, values{"team": "여우"}},
		{"team join team=Foxes", "team join", 0, values{"team": "Foxes"}},
		{"history #7", "history", 7, values{}},
		{"help schedule add", "help", 0, values{"command": "schedule add"}},
		{"도움말 일정 추가", "help", 0, values{"command": "일정 추가"}},

		{"schedule add weekdays 09:00 reveal=18:00", "schedule add", 0, values{"when": "weekdays 09:00", "reveal": "18:00"}},
		{"schedule add reveal=18:00 weekdays 09:00", "schedule add", 0, values{"when": "weekdays 09:00", "reveal": "18:00"}},
		{"schedule add mon reveal=8h 09:00", "schedule add", 0, values{"when": "mon 09:00", "reveal": "8h"}}, // even amid it
		{`schedule add reveal="next day 09:00" daily 18:00`, "schedule add", 0, values{"when": "daily 18:00", "reveal": "next day 09:00"}},
		{`schedule add "daily 18:00" topics="OS, Networks"`, "schedule add", 0, values{"when": "daily 18:00", "topics": "OS, Networks"}},
		{"schedule add when=daily 18:00", "schedule add", 0, values{"when": "daily 18:00"}},
		{"일정 추가 평일 09:00 공개=18:00 주제=네트워크 방식=비공개", "schedule add", 0, values{"when": "평일 09:00", "reveal": "18:00", "topics": "네트워크", "mode": "sealed"}},
		{"schedule edit k7 reveal=12:00", "schedule edit", 0, values{"id": "k7", "reveal": "12:00"}},
		{"schedule edit rest=none k7", "schedule edit", 0, values{"id": "k7", "rest": "none"}},
		{"schedule edit k7 weekdays 10:00", "schedule edit", 0, values{"id": "k7", "when": "weekdays 10:00"}},
		{"schedule edit weekdays 10:00 id=k7", "schedule edit", 0, values{"id": "k7", "when": "10:00"}}, // the first bare word is the ID; a later name wins
		{"schedule pause", "schedule pause", 0, values{}},
		{"일정 멈춤 k7", "schedule pause", 0, values{"id": "k7"}},
		{"post databases reveal=3h", "post", 0, values{"topic": "databases", "reveal": "3h"}},

		// Where no text is taken, a name may stand before its value without a sign between.
		{"skip schedule k7 next", "skip", 0, values{"schedule": "k7", "what": "next"}},
		{"건너뛰기 다음 일정=k7", "skip", 0, values{"schedule": "k7", "what": "next"}},
		{"skip #4 open", "skip", 4, values{"what": "open"}},
		{"settings", "settings", 0, values{}},
		{"settings zone Asia/Seoul mode=BOTH", "settings", 0, values{"zone": "Asia/Seoul", "mode": "both"}},
		{`settings maintainer "Mina Lee" zone UTC`, "settings", 0, values{"maintainer": "Mina Lee", "zone": "UTC"}},
		{"settings maintainer=-Jun", "settings", 0, values{"maintainer": "-Jun"}},
		{"settings zone a=b", "settings", 0, values{"zone": "a=b"}},
		{"settings zone=UTC zone=Asia/Seoul", "settings", 0, values{"zone": "Asia/Seoul"}},    // the last one counts
		{"설정 언어 영어 공개 관리자", "settings", 0, values{"language": "en", "reveal": "maintainers"}}, // a value that is also a name
		{"설정 관리자 관리자", "settings", 0, values{"maintainer": "관리자"}},
	} {
		read, wrong := commands.parse(row.text)
		if wrong != nil {
			t.Errorf("parse(%q) refused with %s %v", row.text, wrong.key, wrong.values)
			continue
		}
		if read.command.name != row.command || read.round != row.round || !maps.Equal(read.values, row.values) {
			t.Errorf("parse(%q) = %s #%d %v, want %s #%d %v", row.text, read.command.name, read.round, read.values, row.command, row.round, row.values)
		}
	}
}

// TestParseLeavesTheZone has the parser of schedules say where a zone belongs; it is no misspelt option.
func TestParseLeavesTheZone(t *testing.T) {
	t.Parallel()
	for _, start := range []string{"schedule add ", "일정 추가 ", "schedule edit k7 "} {
		for _, when := range []string{"TZ=UTC 0 9 * * *", "CRON_TZ=Asia/Seoul 0 9 * * *"} {
			read, wrong := commands.parse(start + when)
			if wrong != nil || read.values["when"] != when {
				t.Errorf("parse(%q) = %v, %+v", start+when, read.values, wrong)
				continue
			}
			_, err := parseSpec(read.values["when"])
			if code, _ := refusal(t, err); code != specZone {
				t.Errorf("parseSpec(%q) refused with %q, want %q", when, code, specZone)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text    string
		key     string
		part    string // the blank that names what is wrong
		command string // whose usage helps
	}{
		{"answer", "wrong_missing", "text", "answer"},
		{"answer #3", "wrong_missing", "text", "answer"},
		{"team join", "wrong_missing", "team", "team join"},
		{`team join ""`, "wrong_missing", "team", "team join"},
		{"schedule add reveal=18:00", "wrong_missing", "when", "schedule add"},
		{"schedule edit reveal=18:00", "wrong_missing", "id", "schedule edit"},

		{"reveal how=everyone", "wrong_value", "how", "reveal"},
		{"settings language=fr", "wrong_value", "language", "settings"},
		{"settings mode", "wrong_extra", "mode", "settings"}, // a name without a value
		{"settings mode=", "wrong_value", "mode", "settings"},
		{"schedule add daily 09:00 방식=몰래", "wrong_value", "mode", "schedule add"},

		{"settings colour=red", "wrong_option", "colour", "settings"}, // nothing else that it could belong to
		{"today x=y", "wrong_option", "x", "today"},
		{"schedule add daily 09:00 revael=18:00", "wrong_option", "revael", "schedule add"},
		{"일정 추가 매일 09:00 공게=18:00", "wrong_option", "공게", "schedule add"},
		{"일정 추가 매일 09:00 시간데=Asia/Seoul", "wrong_option", "시간데", "schedule add"},
		{"random answr=q1", "wrong_option", "answr", "random"},
		{"post topics=OS", "wrong_option", "topics", "post"},

		{"today now", "wrong_extra", "now", "today"},
		{"reveal everyone", "wrong_extra", "everyone", "reveal"},
		{"reveal me #3", "wrong_extra", "#3", "reveal"}, // the round comes first
		{"reveal #1 #2", "wrong_extra", "#2", "reveal"},
		{"history 3", "wrong_extra", "3", "history"},
		{"history #99999999999999999999", "wrong_extra", "#99999999999999999999", "history"},
		{"leaderboard week month", "wrong_extra", "month", "leaderboard"}, // one period, please
		{"skip open next", "wrong_extra", "next", "skip"},
		{"schedule pause k7 k8", "wrong_extra", "k8", "schedule pause"},
	} {
		read, wrong := commands.parse(row.text)
		if wrong == nil {
			t.Errorf("parse(%q) = %s %v, want it refused with %s", row.text, read.command.name, read.values, row.key)
			continue
		}
		part := wrong.values["Option"]
		switch {
		case wrong.option != nil:
			part = wrong.option.name
		case part == nil:
			part = wrong.values["Typed"]
		}
		if wrong.key != row.key || part != row.part || wrong.command == nil || wrong.command.name != row.command {
			t.Errorf("parse(%q) refused with %+v, want %+v", row.text, wrong, row)
		}
	}
}

func TestParseNearest(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, key, nearest string }{
		{"tody", "wrong_command", "today"},
		{"LEADERBORD week", "wrong_command", "leaderboard"},
		{"오눌", "wrong_command", "today"},
		{"순이", "wrong_command", "leaderboard"},
		{"scheduel add daily 09:00", "wrong_command", "schedule add"}, // both words count
		{"teem list", "wrong_command", "team list"},
		{"일쩡 목록", "wrong_command", "schedule list"},
		{"qqqqqqqqqqqq", "wrong_command", "help"}, // nothing is near
		{"안녕하세요여러분", "wrong_command", "help"},

		{"schedule", "wrong_part", "schedule add"}, // the first of the family
		{"team", "wrong_part", "team join"},
		{"schedule pasue", "wrong_part", "schedule pause"},
		{"Schedule LIST!", "wrong_part", "schedule list"},
		{"일정 멈춰", "wrong_part", "schedule pause"},
		{"일정 list", "wrong_part", "schedule list"}, // languages mix
		{"팀 목룍", "wrong_part", "team list"},
		{"team today", "wrong_part", ""}, // any of the family; a command of another one is not near
	} {
		_, wrong := commands.parse(row.text)
		if wrong == nil {
			t.Errorf("parse(%q) is no mistake", row.text)
			continue
		}
		nearest, _ := wrong.values["Nearest"].(string)
		first, _, _ := strings.Cut(nearest, " ")
		if row.nearest == "" && first == wrong.values["Command"] {
			nearest = ""
		}
		if wrong.key != row.key || nearest != row.nearest || wrong.command != nil {
			t.Errorf("parse(%q) refused with %+v, want %s near %q", row.text, wrong, row.key, row.nearest)
		}
	}
}

// exampleOf is a command as its usage line shows it, with every option given: the first of its choices, or a word.
func exampleOf(c *command, lang questions.Lang) string {
	text := strings.TrimPrefix(c.usage(lang), "/quiz ")
	text = strings.NewReplacer("[#N]", "#1", "[", "", "]", "").Replace(text)
	words := strings.Fields(text)
	for i, w := range words {
		words[i], _, _ = strings.Cut(w, "|")
	}
	return strings.Join(words, " ")
}

// FuzzCommand parses anything: what is understood fits the table, and what is not can be said to people.
func FuzzCommand(f *testing.F) {
	for i := range commands {
		f.Add(exampleOf(&commands[i], questions.English))
		f.Add(exampleOf(&commands[i], questions.Korean))
		f.Add(commands[i].korean + ` "a b"=c 공개 x = 모두 "`)
	}
	f.Add("schedule edit k7 TZ=UTC 0 9 * * *")
	f.Add("settings zone zone zone=zone")
	f.Add("answer #1\n\n=\xff\x00")
	f.Fuzz(func(t *testing.T, text string) {
		read, wrong := commands.parse(text)
		if wrong != nil {
			checkMisread(t, text, wrong)
			return
		}
		if !slices.ContainsFunc(commands, func(c command) bool { return c.name == read.command.name }) {
			t.Fatalf("parse(%q) is %s, which the table does not hold", text, read.command.name)
		}
		if read.round < 0 || read.round > 0 && !read.command.takesRound {
			t.Errorf("parse(%q) names round %d of %s", text, read.round, read.command.name)
		}
		for name, value := range read.values {
			o := read.command.option(name)
			if o == nil || o.name != name {
				t.Fatalf("parse(%q) has option %q, which %s does not take", text, name, read.command.name)
			}
			if v, ok := o.accept(value); !ok || v != value {
				t.Errorf("parse(%q): %s is %q, which it cannot be", text, name, value)
			}
			if o.verbatim && !strings.Contains(text, value) {
				t.Errorf("parse(%q) changed the text to %q", text, value)
			}
		}
	})
}

func checkMisread(t *testing.T, text string, m *misread) {
	t.Helper()
	for _, lang := range []questions.Lang{questions.English, questions.Korean} {
		said := m.say(Speak(lang))
		if said == "" || strings.HasPrefix(said, "⟦") || strings.Contains(said, "<no value>") && !strings.Contains(text, "<no value>") {
			t.Errorf("parse(%q) says %q", text, said)
		}
	}
	nearest, suggests := m.values["Nearest"].(string)
	if suggests && !slices.ContainsFunc(commands, func(c command) bool { return c.name == nearest }) {
		t.Errorf("parse(%q) suggests %q, which is no command", text, nearest)
	}
	if suggests == (m.command != nil) {
		t.Errorf("parse(%q) suggests %q beside the usage of %v", text, nearest, m.command)
	}
}
