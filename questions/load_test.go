package questions

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// write makes the files below a new folder, and the folders they need.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// places lists where the questions' texts are, as "file:prompt".
func places(n Notes) []string {
	var all []string
	for _, q := range n.Questions {
		for _, t := range q.Texts {
			all = append(all, t.File+":"+t.Prompt)
		}
	}
	return all
}

func TestLoadFolder(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"b.md":                            "## What is B?\nx\n",
		"a/deep/c.TXT":                    "## What is C?\nx\n",
		"a/d.markdown":                    "## What is D?\nx\n",
		"a.go":                            "## What is Go?\nx\n",
		".hidden.md":                      "## What is hidden?\nx\n",
		".git/notes.md":                   "## What is git?\nx\n",
		"node_modules/left-pad/README.md": "## How is it used?\nx\n",
		"quiet.md":                        "Nothing here.\n",
	})
	got, err := Load(Source{FS: os.DirFS(dir), Root: ".", Base: "notes"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"notes/a/d.markdown:What is D?", "notes/a/deep/c.TXT:What is C?", "notes/b.md:What is B?"}
	if !slices.Equal(places(got), want) {
		t.Errorf("read %q, want %q", places(got), want)
	}
	if got.Files != 4 {
		t.Errorf("%d files, want 4", got.Files)
	}
	if w := (Warning{Code: NothingAsked, File: "notes/quiet.md"}); !slices.Equal(got.Warnings, []Warning{w}) {
		t.Errorf("warnings %v, want %v", got.Warnings, w)
	}
}

func TestLoadFileNamedDirectly(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"a/.notes": "## What is A?\nx\n"})
	got, err := Load(Source{FS: os.DirFS(dir), Root: "a/.notes"})
	if err != nil || !slices.Equal(places(got), []string{"a/.notes:What is A?"}) {
		t.Errorf("read %q, %v", places(got), err)
	}
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"quiet/a.md": "Nothing.\n", "b.md": "## What is B?\nx\n"})
	tests := []struct {
		name, root, text string
		want             error
	}{
		{"missing", "none.md", "notes/none.md", fs.ErrNotExist},
		{"no path", "../b.md", "b.md", fs.ErrInvalid},
		{"quiet folder", "quiet", "notes/quiet", ErrNoQuestion},
		{"quiet file", "quiet/a.md", "notes/quiet/a.md", ErrNoQuestion},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			good := Source{FS: os.DirFS(dir), Root: "b.md"}
			_, err := Load(good, Source{FS: os.DirFS(dir), Root: tt.root, Base: "notes"})
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %v, want %v with %q", err, tt.want, tt.text)
			}
		})
	}
}

func TestLoadSkipsWhatIsNoNote(t *testing.T) {
	t.Parallel()
	card := "## What is A?\nx\n"
	dir := write(t, map[string]string{
		"a.md":      card,
		"binary.md": "\x89PNG\x00",
		"cp949.md":  "\xc1\xfa\xb9\xae\n",
		"full.md":   strings.Replace(card, "A", "F", 1) + strings.Repeat("x\n", (maxFile-len(card))/2),
		"over.md":   card + strings.Repeat("x\n", maxFile/2),
	})
	got, err := Load(Source{FS: os.DirFS(dir), Root: "."})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a.md:What is A?", "full.md:What is F?"}; !slices.Equal(places(got), want) {
		t.Errorf("read %q, want %q", places(got), want)
	}
	want := []Warning{{Code: NotText, File: "binary.md"}, {Code: NotText, File: "cp949.md"}, {Code: TooLarge, File: "over.md", Other: "256 KiB"}}
	if !slices.Equal(got.Warnings, want) {
		t.Errorf("warnings %v, want %v", got.Warnings, want)
	}
}

func TestLoadLinks(t *testing.T) {
	t.Parallel()
	outside := write(t, map[string]string{"secret.md": "## What is secret?\nx\n"})
	dir := write(t, map[string]string{"..data/real.md": "## What is A?\nx\n", "plain.md": "## What is B?\nx\n"})
	for name, target := range map[string]string{
		"..now":     "..data",        // Configuration is mounted like this:
		"inside.md": "..now/real.md", // a link through a link to a folder.
		"out.md":    outside + "/secret.md",
		"up.md":     "../" + filepath.Base(outside) + "/secret.md",
		"loop.md":   "loop.md",
		"gone.md":   "none.md",
		"folder.md": "..data",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Load(Source{FS: os.DirFS(dir), Root: "."})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"inside.md:What is A?", "plain.md:What is B?"}; !slices.Equal(places(got), want) {
		t.Errorf("read %q, want %q", places(got), want)
	}
	if n := count(got.Warnings, NotFollowed); n != 5 {
		t.Errorf("%d links not followed, want 5: %v", n, got.Warnings)
	}
}

func TestLoadIsOneBank(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"a.md": "## What is A?\nx\n", "b.md": "# B\n## what is  `A`\n-\n## What is C?\ny\n"})
	files := os.DirFS(dir)
	got, err := Load(Source{FS: files, Root: "a.md"}, Source{FS: files, Root: "."})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a.md:What is A?", "b.md:What is C?"}; !slices.Equal(places(got), want) {
		t.Errorf("read %q, want %q", places(got), want)
	}
	want := []Warning{
		{Code: Duplicate, File: "a.md", Line: 1, Prompt: "What is A?", Other: "a.md:1"},
		{Code: Duplicate, File: "b.md", Line: 2, Prompt: "what is  `A`", Other: "a.md:1"},
	}
	if !slices.Equal(got.Warnings, want) {
		t.Errorf("warnings %v, want %v", got.Warnings, want)
	}
}
