package bot

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"rewind/questions"
)

// catalogue returns the sentences of a language by key.
func catalogue(t *testing.T, lang questions.Lang) map[string]string {
	t.Helper()
	all := map[string]string{}
	files, err := fs.Glob(wordFiles, "words/*."+string(lang)+".toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sentences in %s: %v", lang, err)
	}
	for _, f := range files {
		var raw map[string]any
		if _, err := toml.DecodeFS(wordFiles, f, &raw); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		for key, value := range raw {
			if _, twice := all[key]; twice {
				t.Errorf("%s: %s stands in two files", f, key)
			}
			all[key] = flat(value)
		}
	}
	return all
}

func flat(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	var forms []string
	for _, form := range value.(map[string]any) {
		forms = append(forms, form.(string))
	}
	return strings.Join(forms, "\n")
}

var blank = regexp.MustCompile(`\.[A-Z][A-Za-z]*`)

// TestWordsTwice holds the two languages against each other: the same keys, and the same blanks under each.
func TestWordsTwice(t *testing.T) {
	t.Parallel()
	english, korean := catalogue(t, questions.English), catalogue(t, questions.Korean)
	// English names months and Korean numbers them; a sentence may leave out what its language says otherwise.
	free := map[string]bool{".MonthName": true, ".Month": true}
	blanks := func(text string) []string {
		found := blank.FindAllString(text, -1)
		slices.Sort(found)
		return slices.DeleteFunc(slices.Compact(found), func(b string) bool { return free[b] })
	}
	for key, text := range english {
		other, ok := korean[key]
		if !ok {
			t.Errorf("%s is missing in Korean", key)
			continue
		}
		for _, b := range blanks(other) {
			if !slices.Contains(blanks(text), b) {
				t.Errorf("%s: %s is only in Korean", key, b)
			}
		}
	}
	for key := range korean {
		if _, ok := english[key]; !ok {
			t.Errorf("%s is missing in English", key)
		}
	}
}

// TestWordsSaid finds the keys that the code says literally and asks for each in the catalogue.
func TestWordsSaid(t *testing.T) {
	t.Parallel()
	known := catalogue(t, questions.English)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, key := range literalKeys(t, file) {
			said++
			if _, ok := known[key]; !ok {
				t.Errorf("%s says %q, which no catalogue holds", file, key)
			}
		}
	}
	if said < 50 {
		t.Errorf("found %d sentences said in the code; the search is broken", said)
	}
}

// literalKeys are the whole keys given to Say and say; a key that is put together ends in a value and is left out.
func literalKeys(t *testing.T, file string) []string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := parser.ParseFile(token.NewFileSet(), file, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	ast.Inspect(tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		f, ok := call.Fun.(*ast.SelectorExpr)
		lit, isLit := call.Args[0].(*ast.BasicLit)
		if ok && isLit && lit.Kind == token.STRING && (f.Sel.Name == "Say" || f.Sel.Name == "say") {
			if key, err := strconv.Unquote(lit.Value); err == nil {
				keys = append(keys, key)
			}
		}
		return true
	})
	return keys
}

// TestWordsOfValues asks for every sentence whose key is put together from a value.
func TestWordsOfValues(t *testing.T) {
	t.Parallel()
	known := catalogue(t, questions.English)
	var keys []string
	for i := range commands {
		c := &commands[i]
		if c.form != nil || c.name == "reveal" {
			keys = append(keys, "form_"+helpKey(c), "form_"+helpKey(c)+"_label")
		}
		for _, o := range c.options {
			if !o.hidden {
				keys = append(keys, "option_"+o.name)
			}
		}
		if !c.hidden {
			keys = append(keys, "help_"+helpKey(c))
		}
	}
	for prefix, values := range map[string][]string{
		"time_":     {"empty", "long", "zone", "every", "field", "never", "often", "words", "time", "mixed", "date", "backwards", "span"},
		"slot_":     {"asked", "moved", "folded", "resting", "skipped", "no_day"},
		"weekday_":  {"mon", "tue", "wed", "thu", "fri", "sat", "sun"},
		"post_how_": {"open", "sealed", "both"}, "mode_": {"open", "sealed", "both"}, "today_": {"open", "planned"},
		"round_is_": {"planned", "closed", "dropped"}, "reason_": {reasonAnswer, reasonLate, reasonWithdrawn},
		"notice_": {noticeBuried, noticeEmpty, noticeMissed, noticeRepeat, noticeAway, noticeLeft}, "letter_": {"post", "thread", "reveal", "pin", "notify"},
		"why_": {"refused", "unknown", "expired"}, "board_": {"week", "month", "all"}, "board_of_": {"group", "here", "teams"}, "board_more": {"", "_teams"},
		"wrong_": {"command", "part", "missing", "value", "option", "extra", "zone"}, "language_": {"ko", "en"},
		"missing_": {"view", "send", "threads", "read", "channel", "embed", "thread_send", "pin", "react", "files", "tags", "join", "archived", "scope"}, "tell_": {"discord_content"}, "time_in_": {"reveal", "grace", "rest"},
	} {
		for _, v := range values {
			keys = append(keys, prefix+v)
		}
	}
	for _, key := range keys {
		if _, ok := known[key]; !ok {
			t.Errorf("no catalogue holds %q", key)
		}
	}
}

func TestJosa(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ word, pair, want string }{
		{"서버", "은/는", "는"},
		{"질문", "은/는", "은"},
		{"서울", "으로/로", "로"}, // ㄹ takes 로
		{"부산", "으로/로", "으로"},
		{"#3", "을/를", "을"},           // 삼
		{"#2", "을/를", "를"},           // 이
		{"HTTP", "은/는", "는"},         // 피
		{"URL", "으로/로", "로"},         // 엘
		{"`mutex(뮤텍스)`", "은/는", "는"}, // marks are not read aloud
		{"", "은/는", "는"},
	} {
		if got := josa(row.word, row.pair); got != row.want {
			t.Errorf("josa(%q, %q) = %q, want %q", row.word, row.pair, got, row.want)
		}
	}
}
