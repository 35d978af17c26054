package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/tools/txtar"

	"rewind/questions"
	"rewind/store"
)

// The commands that bring notes into a group's bank: a preview first, the change when it is confirmed.

const (
	mostFiles = 10
	// maxUpload is how many bytes all files of one import may have.
	maxUpload = 4 << 20
	// uploadSpan is how long an import may wait to be confirmed.
	uploadSpan = 24 * time.Hour
	// mostWarnings is how many warnings a preview shows.
	mostWarnings = 5
)

// upload is notes on their way into the bank, once they have been read.
type upload struct {
	store.Upload
	files   []store.File
	notes   questions.Notes
	plan    store.Imported
	changes bool
	starter bool // they take the place of the starter bank
}

func prepareImport(ctx context.Context, b *Bot, group string, k *call) (*Reply, error) {
	return b.receive(ctx, group, k, false)
}

func prepareReplace(ctx context.Context, b *Bot, group string, k *call) (*Reply, error) {
	return b.receive(ctx, group, k, true)
}

// receive reads what was attached or pasted, and finds out what it would change.
func (b *Bot) receive(ctx context.Context, group string, k *call, replace bool) (*Reply, error) {
	files, reply, err := k.files(ctx)
	if err != nil || reply != nil {
		return reply, err
	}
	k.upload.Upload = store.Upload{ID: k.fresh, At: k.now, Replace: replace}
	k.upload.files = files
	qs, reply, err := b.readNotes(ctx, group, k)
	if err != nil || reply != nil {
		return reply, err
	}
	k.upload.plan, k.upload.changes, err = b.store.PlanGroupBank(ctx, group, qs, k.now)
	return nil, err
}

// files are the attachments of a command, or what stands in it as one file.
func (k *call) files(ctx context.Context) ([]store.File, *Reply, error) {
	var files []store.File
	size := 0
	text := k.values["notes"]
	large := Values{"Files": mostFiles, "Size": maxUpload >> 20}
	if len(k.Attachments) > mostFiles || len(text) > maxUpload {
		return nil, k.wrong("import_large", large), nil
	}
	for i, a := range k.Attachments {
		content, err := readAttachment(ctx, a, maxUpload-len(text)-size)
		switch {
		case errors.Is(err, errTooLong):
			return nil, k.wrong("import_large", large), nil
		case err != nil:
			return nil, k.wrong("import_unread", Values{"File": fileName(a.Name, i)}), nil
		}
		size += len(content)
		files = append(files, store.File{Name: fileName(a.Name, i), Content: content})
	}
	if hasWords(text) {
		name := fmt.Sprintf("pasted-%s-%s.md", k.now.Format(time.DateOnly), k.fresh[:min(4, len(k.fresh))])
		files = append(files, store.File{Name: name, Content: []byte(text)})
	}
	if len(files) == 0 {
		return nil, k.wrong("import_nothing"), nil
	}
	return files, nil, nil
}

func (k *call) wrong(key string, values ...Values) *Reply {
	r := k.say(key, values...)
	return &r
}

var errTooLong = errors.New("too long")

func readAttachment(ctx context.Context, a Attachment, most int) ([]byte, error) {
	r, err := a.Open(ctx)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	err = errors.Join(err, r.Close())
	if err == nil && len(content) > most {
		err = errTooLong
	}
	return content, err
}

// fileName is an attachment's own name, without any way to somewhere else and fit to stand in a line.
func fileName(name string, n int) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if strings.Trim(name, ". /") == "" {
		return fmt.Sprintf("notes-%d.md", n+1)
	}
	return name
}

// readNotes makes the bank that the upload leads to: its questions alone, or with those of the group's notes that stand in other
// files. The starter bank is not mixed with notes.
func (b *Bot) readNotes(ctx context.Context, group string, k *call) ([]questions.Question, *Reply, error) {
	archive := &txtar.Archive{}
	sent := map[string]bool{}
	for i, f := range k.upload.files {
		if sent[f.Name] {
			f.Name = fmt.Sprintf("%d-%s", i+1, f.Name)
		}
		sent[f.Name] = true
		archive.Files = append(archive.Files, txtar.File{Name: f.Name, Data: f.Content})
	}
	files, err := txtar.FS(archive)
	if err != nil {
		return nil, nil, fmt.Errorf("lay out uploaded notes: %w", err)
	}
	k.upload.notes, err = questions.Load(questions.Source{FS: files, Root: "."})
	if errors.Is(err, questions.ErrNoQuestion) {
		return nil, k.wrong("import_none", Values{"Warnings": k.warnings()}), nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read uploaded notes: %w", err)
	}
	qs := k.upload.notes.Questions
	if k.upload.Replace {
		return qs, nil, nil
	}
	kept, err := b.keptNotes(ctx, group, k, sent)
	return questions.Merge(kept, qs), nil, err
}

// keptNotes are the questions of a group's notes that stand in none of the files.
func (b *Bot) keptNotes(ctx context.Context, group string, k *call, files map[string]bool) ([]questions.Question, error) {
	info, ok, err := b.store.GroupBankInfo(ctx, group)
	if k.upload.starter = info.Origin == store.FromStarter; err != nil || !ok || k.upload.starter {
		return nil, err
	}
	notes := &store.Bank{Version: k.bank.Version, Entries: k.bank.Entries} // without what the group has of its own
	qs, err := b.store.BankQuestions(ctx, group, notes)
	return slices.DeleteFunc(qs, func(q questions.Question) bool {
		return slices.ContainsFunc(q.Texts, func(t questions.Text) bool { return files[t.File] })
	}), err
}

// runImport keeps what was read until it is confirmed, and shows what it would change.
func runImport(k *call) Reply {
	u := k.upload
	if !u.changes {
		return k.say("import_same")
	}
	k.tx.PutUpload(u.Upload, u.files)
	starter := ""
	if u.starter {
		starter = "\n" + k.words.Say("import_starter")
	}
	reply := k.say("import_preview", k.changes(u.plan.Match), Values{
		"Count": len(u.notes.Questions), "Answered": answered(u.notes.Questions), "Starter": starter, "Warnings": k.warnings(),
	})
	reply.Message.Actions = []Action{{Label: k.words.Say("import_confirm"), Command: "confirm " + u.ID}}
	return reply
}

func answered(qs []questions.Question) (n int) {
	for _, q := range qs {
		if slices.ContainsFunc(q.Texts, func(t questions.Text) bool { return t.Answer != "" }) {
			n++
		}
	}
	return n
}

// changes counts what becomes of the questions.
func (k *call) changes(m questions.Matching) Values {
	counts := map[questions.How]int{}
	for _, c := range m.Changes {
		counts[c.How]++
	}
	return Values{
		"New": counts[questions.New], "Changed": counts[questions.Changed], "Moved": counts[questions.Moved], "Same": counts[questions.Same],
		"Unsure": counts[questions.Unsure], "Left": len(m.Left),
	}
}

// warnings are the first few things in the notes that deserve a look, a line each.
func (k *call) warnings() string {
	var lines []string
	for i, w := range k.upload.notes.Warnings {
		if i == mostWarnings {
			lines = append(lines, k.words.Say("list_more", Values{"More": len(k.upload.notes.Warnings) - i}))
			break
		}
		line := notePlace(questions.Text{File: w.File, Line: w.Line}) + ": " + Warn(k.words, w)
		if w.Prompt != "" {
			line += ": " + plain(w.Prompt)
		}
		lines = append(lines, "- "+line)
	}
	if len(lines) == 0 {
		return ""
	}
	return "\n" + strings.Join(lines, "\n")
}

// Warn says in a sentence what a maintainer should look at.
func Warn(w Words, warned questions.Warning) string {
	return w.Say("cli_warning_"+strings.ReplaceAll(string(warned.Code), "-", "_"), Values{"Other": warned.Other})
}

// prepareConfirm reads the upload again and makes it the group's bank. Doing it twice changes nothing.
func prepareConfirm(ctx context.Context, b *Bot, group string, k *call) (*Reply, error) {
	found := false
	err := b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
		k.upload.Upload, k.upload.files, found = tx.Upload(k.values["id"])
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !found || k.now.Sub(k.upload.At) > uploadSpan {
		return k.wrong("import_gone"), nil
	}
	for {
		qs, reply, err := b.readNotes(ctx, group, k)
		if err != nil || reply != nil {
			return reply, err
		}
		k.upload.plan, k.upload.changes, err = b.store.ImportGroupBank(ctx, group, k.bank.Version, qs, k.now)
		if !errors.Is(err, store.ErrBankMoved) {
			return nil, err
		}
		if k.bank, err = b.store.GroupBank(ctx, group); err != nil {
			return nil, err
		}
	}
}

func runConfirm(k *call) Reply {
	k.tx.DropUploads()
	if !k.upload.changes { // it was made current before this command could remember its reply
		return k.say("import_there", Values{"Count": k.upload.plan.Questions})
	}
	return k.say("import_done", k.changes(k.upload.plan.Match), Values{"Count": k.upload.plan.Questions})
}

// runImportUndo leads the group back to the bank before its last import.
func runImportUndo(k *call) Reply {
	info, err := k.tx.UndoBank()
	if errors.Is(err, store.ErrNoUndo) {
		return k.say("import_no_undo")
	}
	return k.say("import_undone", Values{"Count": info.Questions})
}
