package main

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rooms says which of our packages each one may import. Imports point down only; see docs/design.md.
var rooms = map[string][]string{
	"rewind/questions":                       {"rewind/questions/anki"},
	"rewind/questions/anki":                  {"rewind/questions/anki/sqlite"},
	"rewind/questions/anki/sqlite":           nil,
	"rewind/questions/anki/sqlite/reference": nil, // for tests
	"rewind/store":                           {"rewind/questions"},
	"rewind/store/measure":                   nil, // for benchmarks
	"rewind/bot":                             {"rewind/questions", "rewind/store", "rewind/bot/markdown"},
	"rewind/bot/bottest":                     {"rewind/bot"},
	"rewind/bot/console":                     {"rewind/bot", "rewind/bot/markdown"},
	"rewind/bot/markdown":                    nil,
	"rewind/bot/discord":                     {"rewind/bot", "rewind/bot/markdown", "rewind/questions"},
	"rewind/bot/slack":                       {"rewind/bot", "rewind/bot/markdown", "rewind/questions"},
	"rewind/bot/bottest/chaos":               {"rewind/bot", "rewind/bot/bottest", "rewind/questions", "rewind/store"},                       // for tests
	"rewind/bot/bottest/replay":              {"rewind/bot", "rewind/bot/bottest", "rewind/bot/console", "rewind/questions", "rewind/store"}, // for tests
	"rewind/bot/bottest/memnet":              nil,                                                                                            // for tests
	"rewind/bot/discord/discordtest":         {"rewind/bot/bottest/memnet"},                                                                  // for tests
	"rewind/bot/slack/slacktest":             {"rewind/bot/bottest/memnet"},                                                                  // for tests
	"rewind/cmd/rewind":                      {"rewind/questions", "rewind/store", "rewind/bot", "rewind/bot/console", "rewind/bot/discord", "rewind/bot/slack"},
}

// homes says which packages alone may import a library that shapes them.
var homes = map[string][]string{
	"go.etcd.io/bbolt":              {"rewind/store"},
	"github.com/robfig/cron/v3":     {"rewind/bot"},
	"github.com/yuin/goldmark":      {"rewind/questions", "rewind/bot/markdown"},
	"modernc.org/sqlite":            {"rewind/questions/anki/sqlite/reference"},
	"github.com/klauspost/compress": {"rewind/questions/anki"},
	"github.com/bwmarrin/discordgo": {"rewind/bot/discord"},
	"github.com/slack-go/slack":     {"rewind/bot/slack"},
	"github.com/alecthomas/kong":    {"rewind/cmd/rewind"},
	"github.com/fsnotify/fsnotify":  {"rewind/cmd/rewind"},
}

// testHomes says which packages may import a library in their tests, where more do than outside of them: the Discord and
// the Slack of the tests are shown to work by the libraries that the real ones are spoken to with.
var testHomes = map[string][]string{
	"github.com/bwmarrin/discordgo": {"rewind/bot/discord", "rewind/bot/discord/discordtest"},
	"github.com/slack-go/slack":     {"rewind/bot/slack", "rewind/bot/slack/slacktest"},
}

// forTests are packages that the shipped binary must not have in it.
var forTests = []string{"rewind/questions/anki/sqlite/reference", "modernc.org/sqlite", "database/sql", "rewind/bot/bottest", "rewind/bot/bottest/memnet", "rewind/bot/discord/discordtest", "rewind/bot/slack/slacktest", "rewind/store/measure"}

type goPackage struct {
	ImportPath, Dir string
	GoFiles         []string
	Imports         []string
	TestImports     []string
	XTestImports    []string
	Deps            []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,TestImports,XTestImports,Deps", "rewind/...")
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var packages []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range listPackages(t) {
		may, known := rooms[p.ImportPath]
		if !known {
			t.Errorf("%s is no room of docs/design.md", p.ImportPath)
			continue
		}
		seen[p.ImportPath] = true
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, "rewind/") && !slices.Contains(may, imported) {
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
			for library, may := range homes {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && !slices.Contains(may, p.ImportPath) {
					t.Errorf("%s imports %s, which only %s may", p.ImportPath, imported, strings.Join(may, " and "))
				}
			}
		}
	}
	for room := range rooms {
		if !seen[room] {
			t.Errorf("the room %s is missing", room)
		}
	}
}

func TestLibrariesOfTestsStayAtHome(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		for library, may := range testHomes {
			for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && !slices.Contains(may, p.ImportPath) {
					t.Errorf("tests of %s import %s, which only those of %s may", p.ImportPath, imported, strings.Join(may, " and "))
				}
			}
		}
	}
}

func TestBinaryHasNoPackagesForTests(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if p.ImportPath != "rewind/cmd/rewind" {
			continue
		}
		for _, dep := range p.Deps {
			if slices.Contains(forTests, dep) {
				t.Errorf("rewind/cmd/rewind has %s in it", dep)
			}
		}
	}
}

// TestPackagesSayWhatTheyAre asks each package for a comment, in one of its files, that says what it is.
func TestPackagesSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		fset, comments := token.NewFileSet(), 0
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if file.Doc == nil {
				continue
			}
			comments++
			if text := file.Doc.Text(); !strings.HasPrefix(text, "Package "+filepath.Base(p.ImportPath)) && file.Name.Name != "main" {
				t.Errorf("%s: the comment of %s begins %q", name, p.ImportPath, text)
			} else if len(text) < 100 {
				t.Errorf("%s: the comment of %s says too little", name, p.ImportPath)
			}
		}
		if comments != 1 {
			t.Errorf("%s has %d package comments, want 1", p.ImportPath, comments)
		}
	}
}

// TestTopLevel keeps the top of the project to what the owner fixed.
func TestTopLevel(t *testing.T) {
	t.Parallel()
	may := []string{"cmd", "bot", "store", "questions", "go.mod", "go.sum", "Dockerfile", "README.md", "LICENSE", "CHANGELOG.md", "docs"}
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(may, e.Name()) {
			t.Errorf("%s does not belong at the top", e.Name())
		}
	}
}
