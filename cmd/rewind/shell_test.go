package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/alecthomas/kong"

	"rewind/bot"
	"rewind/questions"
	"rewind/store"
)

// TestHelpIsComplete walks every command, argument and flag: each is explained in both languages, within 80 columns.
func TestHelpIsComplete(t *testing.T) {
	t.Parallel()
	for _, lang := range []questions.Lang{questions.English, questions.Korean} {
		var out strings.Builder
		sh := &shell{out: &out, err: &out, words: bot.Speak(lang)}
		k, err := newParser(sh)
		if err != nil {
			t.Fatal(err)
		}
		pages := [][]string{nil, {"bank"}}
		for _, leaf := range k.Model.Leaves(false) {
			pages = append(pages, strings.Fields(leaf.Path()))
		}
		for _, page := range pages {
			out.Reset()
			ctx, err := kong.Trace(k, page)
			if err != nil {
				t.Fatal(err)
			}
			if err := printHelp(sh.words)(kong.HelpOptions{}, ctx); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(out.String()) {
				if strings.Contains(line, "⟦") || columns(line) > 80 {
					t.Errorf("%s, help %v: %d columns: %s", lang, page, columns(line), line)
				}
			}
		}
	}
}

// columns counts Hangul as two columns, as terminals do.
func columns(line string) (n int) {
	for _, r := range strings.TrimRight(line, "\n") {
		n++
		if unicode.Is(unicode.Hangul, r) {
			n++
		}
	}
	return n
}

// TestWordsExist walks the keys that are made of codes, which no other test says all of.
func TestWordsExist(t *testing.T) {
	t.Parallel()
	keys := []string{"cli_flag_at", "cli_flag_every"} // hidden, so no help shows them
	for _, code := range []questions.Code{
		questions.NoAnswer, questions.Doubtful, questions.Duplicate, questions.NearDuplicate, questions.BadMark, questions.BadFrontMatter,
		questions.NothingAsked, questions.Skipped, questions.NotText, questions.TooDeep, questions.TooLong, questions.TooLarge,
		questions.NotFollowed, questions.BadRow, questions.BadValue, questions.NoList, questions.Damaged, questions.Unsafe,
	} {
		keys = append(keys, "cli_warning_"+strings.ReplaceAll(string(code), "-", "_"))
	}
	for _, how := range []questions.Habit{
		questions.ByHeadings, questions.ByFolds, questions.ByLabels, questions.ByItems, questions.ByQuotes, questions.ByRows,
		questions.ByLines, questions.ByMarks,
	} {
		keys = append(keys, "cli_reading_"+string(how))
	}
	keys = append(keys, "cli_reading")
	for _, code := range []string{
		store.BoardDiffers, store.LinesDiffer, store.RoundNoQuestion, store.RoundNoPosts, store.LetterNoRound, store.LetterNoSchedule, store.SlotNoRound,
		store.DueIndex, store.ThreadIndex, store.ActiveIndex, store.AccountIndex, store.AnswerNoLine,
	} {
		keys = append(keys, "cli_finding_"+strings.ReplaceAll(code, "-", "_"))
	}
	for _, f := range fates {
		keys = append(keys, "cli_fate_"+string(f))
	}
	for _, h := range []string{"usage", "locked", "try_locked", "restore_locked", "restore_damaged", "silent", "newer", "damaged", "exists",
		"no_undo", "no_question", "unknown", "permission", "no_store", "socket", "verify", "groups", "export_exists"} {
		keys = append(keys, "cli_hint_"+h)
	}
	for _, lang := range []questions.Lang{questions.English, questions.Korean} {
		for _, key := range keys {
			if said := bot.Speak(lang).Say(key, bot.Values{"Group": "g", "What": "w", "Other": "o", "How": "h", "Level": 2, "Sure": 3}); strings.Contains(said, "⟦") || strings.Contains(said, "<no value>") {
				t.Errorf("%s: %s", lang, said)
			}
		}
	}
}

func TestChooseLang(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args string
		env  map[string]string
		want questions.Lang
	}{
		{"try", nil, questions.English},
		{"try --lang ko", map[string]string{"REWIND_LANG": "en"}, questions.Korean},
		{"--lang=ko try", nil, questions.Korean},
		{"--lang", nil, questions.English},            // cut short; the parser says so
		{"help -- --lang ko", nil, questions.English}, // no flag any more
		{"try", map[string]string{"REWIND_LANG": "ko"}, questions.Korean},
		{"try", map[string]string{"LC_ALL": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, questions.Korean},
		{"try", map[string]string{"LC_ALL": "", "LANG": "ko"}, questions.Korean}, // set to nothing is not set
		{"try", map[string]string{"LC_ALL": "C", "LANG": "ko_KR"}, questions.English},
		{"try", map[string]string{"LANG": "kok_IN"}, questions.English}, // Konkani
	}
	for _, tt := range tests {
		got := chooseLang(strings.Fields(tt.args), func(name string) string { return tt.env[name] })
		if got != tt.want {
			t.Errorf("%s %v: got %s, want %s", tt.args, tt.env, got, tt.want)
		}
	}
}

func TestMachineZone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link := func(name, target string) string {
		path := filepath.Join(dir, name)
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	seoul := link("seoul", "/usr/share/zoneinfo/Asia/Seoul")
	tests := []struct{ tz, localtime, want string }{
		{"", seoul, "Asia/Seoul"},
		{"America/New_York", seoul, "America/New_York"},
		{":Europe/Paris", seoul, "Europe/Paris"}, // POSIX's spelling
		{"KST-9", seoul, "UTC"},                  // a rule, not a name
		{"Local", seoul, "UTC"},
		{"", link("odd", "/somewhere/else"), "UTC"},
		{"", link("gone", "/usr/share/zoneinfo/No/Where"), "UTC"},
		{"", filepath.Join(dir, "none"), "UTC"},
	}
	for _, tt := range tests {
		if got := machineZone(func(string) string { return tt.tz }, tt.localtime); got.String() != tt.want {
			t.Errorf("TZ=%q %s: got %s, want %s", tt.tz, filepath.Base(tt.localtime), got, tt.want)
		}
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	seoul, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	got, err := (&tryCmd{At: "2026-03-09T08:59"}).start(seoul)
	if want := time.Date(2026, 3, 8, 23, 59, 0, 0, time.UTC); err != nil || !got.Equal(want) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, at := range []string{"09:00", "2026-02-30T09:00", "2026-03-09 08:59"} {
		if _, err := (&tryCmd{At: at}).start(seoul); err == nil {
			t.Errorf("%s was taken", at)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("a\x1b[31mb\x07\u202e\x9b\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range printable(s) {
			if unicode.IsControl(r) && r != '\n' && r != '\t' {
				t.Errorf("%q lets %U through", s, r)
			}
		}
	})
}
