package store

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rewind/questions"
)

var busyChannel = Channel{"discord", "W", "C"}

// busyStore is a sound store with two groups in which every table holds something.
func busyStore(t testing.TB, o Options) *Store {
	t.Helper()
	s := openTestStore(t, o)
	for _, origin := range []Origin{FromStarter, FromNotes} {
		_, _, err := s.ImportBank(t.Context(), origin, someQuestions(string(origin)), noon)
		must(t, err)
	}
	bank, err := s.CurrentBank(t.Context())
	must(t, err)
	for _, group := range []string{"a", "b"} {
		channel := busyChannel
		channel.Workspace += group
		_, err := s.ClaimHome(t.Context(), Home{"discord", channel.Workspace, group, noon})
		must(t, err)
		must(t, s.UpdateGroup(t.Context(), group, func(tx *Tx) error {
			busyPeople(tx, group, channel)
			busyRounds(tx, bank, channel)
			return nil
		}))
	}
	return s
}

func busyPeople(tx *Tx, group string, c Channel) {
	tx.PutGroup(Group{ID: group, Lang: "ko", Zone: "Asia/Seoul", LastRound: 6, Created: noon})
	tx.PutTeam(Team{"red", "Red"})
	for i, name := range []string{"jun", "mina"} {
		team := []string{"", "red"}[i]
		tx.PutMember(Member{name, name, team, []Account{{c.Platform, c.Workspace, name}, {"slack", "T", name}}, noon})
	}
	tx.PutSchedule(Schedule{ID: "s", Version: 1, Since: noon, Spec: "0 9 * * *", Channels: []Channel{c}, Reveal: "8h", Grace: Duration(time.Hour)})
	tx.Remember("discord/1", noon, []byte("reply"))
	tx.PutOwn(Own{ID: "own1", Question: &questions.Question{ID: "own1", Texts: []questions.Text{{Lang: "ko", Prompt: "왜?"}}}})
	tx.PutOwn(Own{ID: "q1", Adopted: map[questions.Lang]Adopted{"en": {"because", "mina", OverAnswer("")}}})
	tx.PutSuggestion(Suggestion{Number: 1, Member: "mina", Prompt: "왜?", At: noon, State: Approved})
	tx.PutSuggestion(Suggestion{Number: 2, Member: "mina", Prompt: "어떻게?", At: noon, State: Waiting})
	tx.PutFlag(Flag{Number: 1, Member: "jun", Question: "q1", Reason: "old", At: noon})
	tx.PutUpload(Upload{ID: "u", At: noon}, []File{{"a.md", []byte("# a")}})
}

// busyRounds writes six rounds: one of each state, and a planned one that no schedule asked.
func busyRounds(tx *Tx, bank *Bank, c Channel) {
	states := []RoundState{Closed, Dropped, Revealed, Opened, Planned, Planned}
	for i, state := range states {
		number := i + 1
		at := noon.AddDate(0, 0, i)
		r := Round{Number: number, Schedule: "s", Day: at.Format(time.DateOnly), Due: at, Bank: bank.Version, Question: bank.Entries[i%3].ID, State: state}
		if number == len(states) {
			r.Schedule = ""
		} else {
			tx.ClaimSlot(Slot{"s", r.Day + "T09:00", SlotAsked, number})
		}
		tx.Ask(r.Question, at, number)
		tx.PutRound(r)
		p := Post{Round: number, Channel: c}
		switch state {
		case Planned:
			tx.PutLetter(Letter{ID: fmt.Sprint(number, "/post"), Kind: LetterPost, Round: number, Channel: c, Due: at.Add(time.Microsecond)})
		case Dropped:
			p.NoPost = "forbidden"
			tx.Bury(Letter{ID: fmt.Sprint(number, "/post"), Kind: LetterPost, Round: number, Channel: c, Due: at}, "forbidden")
		default:
			p.Message, p.Thread = fmt.Sprint("m", number), fmt.Sprint("t", number)
			busyAnswers(tx, r, p)
		}
		tx.PutPost(p)
	}
	tx.ClaimSlot(Slot{"s", "2026-04-01T09:00", SlotSkipped, 0})
	tx.PutLetter(Letter{ID: "notice/1", Kind: LetterNotice, Notice: &Notice{To: Account{"console", "W", "mina"}, Code: "empty"}, Due: noon,
		Unsure: noon.Add(-time.Hour), Attempts: 1})
	tx.PutLetter(Letter{ID: "4/edit", Kind: LetterEdit, Round: 4, Channel: c, Due: noon})
}

func busyAnswers(tx *Tx, r Round, p Post) {
	thread := Thread{p.Channel, p.Thread}
	for m := range tx.Members() {
		tx.PutComment(Comment{r.Number, thread, "c" + m.ID, m.ID, "because", r.Due, r.Due, false})
		tx.PutAnswer(Answer{Round: r.Number, Member: m.ID, Text: "because", At: r.Due, Channel: p.Channel})
		give := Line{Cause: AnswerCause(r.Number), Member: m.ID, Amount: 3, Reason: "answer", Round: r.Number, Day: r.Day, Channel: p.Channel, Team: m.Team, At: r.Due}
		tx.Give(give)
		give.Amount, give.At = 2, r.Due.Add(time.Hour) // and a correction
		tx.Give(give)
	}
	tx.PutPeek(Peek{Round: r.Number, Member: "mina", At: r.Due})
	tx.PutReaction(Reaction{Round: r.Number, Thread: Thread{Channel: Channel{"chat", "W", "C"}, ID: "t"}, Comment: "c", Member: "mina", Emoji: "👍", At: r.Due})
}

func someQuestions(source string) []questions.Question {
	var qs []questions.Question
	for _, id := range []string{"q3", "q1", "q2"} { // notes have their own order
		qs = append(qs, questions.Question{ID: id, Texts: []questions.Text{
			{Lang: "ko", Prompt: "무엇인가? " + id, Topics: []string{"네트워크"}, Answer: "답 " + source, File: source + "/net.md", Line: 3},
			{Lang: "en", Prompt: "What is " + id + "?", Topics: []string{"network"}, File: source + "/net.en.md", Line: 3},
		}})
	}
	return qs
}

func codes(t *testing.T, s *Store, group string) []string {
	t.Helper()
	found, err := s.Verify(t.Context())
	must(t, err)
	set := map[string]bool{}
	for _, f := range found {
		set[f.Code] = true
		if f.Group != group || f.What == "" {
			t.Errorf("%+v, want one of group %s", f, group)
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func TestVerifySoundStore(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{Twice: true})
	if got := codes(t, s, ""); len(got) != 0 {
		t.Errorf("a sound store has %v", got)
	}
	must(t, s.CheckEngine(t.Context(), nil))
	empty := openTestStore(t, Options{})
	if got := codes(t, empty, ""); len(got) != 0 {
		t.Errorf("an empty store has %v", got)
	}
}

// breaks are ways to break the busy store's group a, each only in what the code says.
func breaks() []struct {
	code, name string
	fn         func(tx *Tx)
} {
	channel := busyChannel
	channel.Workspace += "a"
	all := Board{AllTime, Everyone}
	return []struct {
		code, name string
		fn         func(tx *Tx)
	}{
		{BoardDiffers, "other points", func(tx *Tx) { rowTable.put(tx, Row{ID: "mina", Points: 7}, AllTime, Everyone, "mina") }},
		{BoardDiffers, "a row too few", func(tx *Tx) { rowTable.delete(tx, AllTime, Everyone, "mina") }},
		{BoardDiffers, "a row too many", func(tx *Tx) { tx.move(all, Row{ID: "nobody", Points: 1}) }},
		{BoardDiffers, "a row without a rank", func(tx *Tx) { rowTable.put(tx, Row{ID: "nobody", Points: 1}, AllTime, Everyone, "nobody") }},
		{BoardDiffers, "a rank too few", func(tx *Tx) { rankTable.delete(tx, rankParts(all, Row{ID: "mina", Points: 6})...) }},
		{BoardDiffers, "a rank too many", func(tx *Tx) { rankTable.put(tx, "mina", rankParts(all, Row{ID: "mina", Points: 1})...) }},
		{BoardDiffers, "a rank that leads to another", func(tx *Tx) {
			rankTable.put(tx, "jun", rankParts(all, Row{ID: "mina", Points: 6})...)
		}},
		{BoardDiffers, "a team's active members", func(tx *Tx) { tx.move(Board{AllTime, Teams}, Row{ID: "red", Active: 1}) }},
		{BoardDiffers, "a line that no board knows", func(tx *Tx) {
			l := Line{Cause: "vote/1", Member: "mina", Revision: 1, Amount: 1, Day: "2026-03-09", Channel: channel, At: noon}
			lineTable.put(tx, l, l.Cause, l.Member, l.Revision)
			memberLines.put(tx, lineKey(l), l.Member, l.At, l.Cause, l.Revision)
		}},
		{LinesDiffer, "a line too few", func(tx *Tx) { memberLines.delete(tx, "mina", noon, AnswerCause(1), 1) }},
		{LinesDiffer, "a line too many", func(tx *Tx) {
			memberLines.put(tx, lineKey(Line{Cause: AnswerCause(1), Member: "mina", Revision: 1}), "mina", noon, "vote/1", 1)
		}},
		{LinesDiffer, "another line", func(tx *Tx) { memberLines.put(tx, "elsewhere", "mina", noon, AnswerCause(1), 1) }},
		{RoundNoQuestion, "an unknown question", func(tx *Tx) { changeRound(tx, func(r *Round) { r.Question = "none" }) }},
		{RoundNoQuestion, "an unknown version", func(tx *Tx) { changeRound(tx, func(r *Round) { r.Bank = "none" }) }},
		{RoundNoPosts, "no channel", func(tx *Tx) { postTable.delete(tx, 5, channel.Key()) }},
		{LetterNoRound, "a letter", func(tx *Tx) { tx.PutLetter(Letter{ID: "99/post", Kind: LetterPost, Round: 99, Due: noon}) }},
		{LetterNoSchedule, "a removed schedule", func(tx *Tx) { tx.DeleteSchedule("s") }},
		{SlotNoRound, "a slot", func(tx *Tx) { tx.ClaimSlot(Slot{"s", "2026-05-01T09:00", SlotAsked, 99}) }},
		{DueIndex, "a letter that is never due", func(tx *Tx) {
			l, _ := tx.Letter("4/edit")
			tx.delete(indexSpace, dueKey(tx.Scope(), l))
		}},
		{DueIndex, "a letter that is gone", func(tx *Tx) { letterTable.delete(tx, "4/edit") }},
		{DueIndex, "a letter at another time", func(tx *Tx) {
			l, _ := tx.Letter("4/edit")
			l.Due = l.Due.Add(time.Hour)
			letterTable.put(tx, l, l.ID)
		}},
		{ThreadIndex, "a thread that is not found", func(tx *Tx) { tx.delete(indexSpace, threadKey(Thread{channel, "t4"})) }},
		{ThreadIndex, "a thread without a post", func(tx *Tx) { tx.indexThread(Thread{channel, "stray"}, 4) }},
		{ThreadIndex, "a thread that leads to another round", func(tx *Tx) { tx.indexThread(Thread{channel, "t4"}, 3) }},
		{ActiveIndex, "a round too few", func(tx *Tx) { activeTable.delete(tx, 4) }},
		{ActiveIndex, "a round too many", func(tx *Tx) { activeTable.put(tx, 1, 1) }},
		{AccountIndex, "an account of nobody", func(tx *Tx) { accountTable.put(tx, "nobody", "discord", "Wa", "new") }},
		{AccountIndex, "an account that is not found", func(tx *Tx) { accountTable.delete(tx, "slack", "T", "mina") }},
		{AccountIndex, "an account that leads to another", func(tx *Tx) { accountTable.put(tx, "jun", "slack", "T", "mina") }},
		{AccountIndex, "an account that its member does not own", func(tx *Tx) { accountTable.put(tx, "jun", "slack", "T", "jun2") }},
		{AnswerNoLine, "no line", func(tx *Tx) { tx.PutAnswer(Answer{Round: 4, Member: "new"}) }},
		{AnswerNoLine, "points that were taken back", func(tx *Tx) {
			tx.Give(Line{Cause: AnswerCause(4), Member: "mina", Amount: 0, At: noon})
		}},
	}
}

func changeRound(tx *Tx, fn func(r *Round)) {
	r, _ := tx.Round(4)
	fn(&r)
	tx.PutRound(r)
}

func TestVerifyFinds(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for _, test := range breaks() {
		tried[test.code] = true
		t.Run(test.code+"/"+test.name, func(t *testing.T) {
			t.Parallel()
			s := busyStore(t, Options{})
			inGroup(t, s, test.fn)
			if got := codes(t, s, "a"); !slices.Equal(got, []string{test.code}) {
				t.Errorf("found %v, want %s alone", got, test.code)
			}
			must(t, s.CheckEngine(t.Context(), nil)) // the file itself is sound
		})
	}
	if want := declared(t, `(?m)^\t\w+ += "([a-z-]+)" +// `, "verify.go"); !slices.Equal(slices.Sorted(maps.Keys(tried)), want) {
		t.Errorf("codes %v are tried, there are %v", slices.Sorted(maps.Keys(tried)), want)
	}
}

// declared returns, in order, the names that a pattern finds in this package's source.
func declared(t testing.TB, pattern string, files ...string) []string {
	t.Helper()
	var names []string
	for _, file := range files {
		src, err := os.ReadFile(file)
		must(t, err)
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(src), -1) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return names
}

// A letter that is only looked for may outlive its schedule.
func TestVerifyLooksForALetterOfAGoneSchedule(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{})
	inGroup(t, s, func(tx *Tx) {
		l, _ := tx.Letter("5/post")
		l.LookOnly = true
		tx.PutLetter(l)
		tx.DeleteSchedule("s")
	})
	if got := codes(t, s, "a"); len(got) != 0 {
		t.Errorf("found %v", got)
	}
}

// A thread that leads into another group is found from both sides.
func TestVerifyThreadOfTwoGroups(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{})
	c := busyChannel
	c.Workspace += "a"
	must(t, s.UpdateGroup(t.Context(), "b", func(tx *Tx) error { tx.indexThread(Thread{c, "t4"}, 4); return nil }))
	found, err := s.Verify(t.Context())
	must(t, err)
	if len(found) != 2 || found[0].Group != "a" || found[1].Group != "b" || found[0].Code != ThreadIndex || found[1].Code != ThreadIndex {
		t.Errorf("%+v", found)
	}
}

// What cannot be read ends Verify with an error that names the group and the record.
func TestVerifyADamagedRecord(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{})
	inGroup(t, s, func(tx *Tx) { tx.put("g/a", roundTable.key([]any{4}), []byte("{")) })
	_, err := s.Verify(t.Context())
	if err == nil || !strings.HasPrefix(err.Error(), "verify group a: read a record of round: ") {
		t.Errorf("%v", err)
	}
}
