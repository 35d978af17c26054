package bot

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"rewind/questions"
	"rewind/store"
)

// sheetOf makes a sheet of round 7, a Monday's, that is revealed at 18:00 in Seoul.
func sheetOf(t *testing.T, lang questions.Lang, change func(r *store.Round)) sheet {
	t.Helper()
	r := store.Round{Number: 7, Day: "2026-03-09", Lang: lang, Mode: store.ModeBoth, State: store.Planned, Due: day, RevealAt: day}
	if change != nil {
		change(&r)
	}
	text := questions.Text{Lang: lang, Prompt: "Why is `a` first?", Answer: "It was\n\nfound first.", Topics: []string{"Letters"}}
	return sheet{words: Speak(lang), round: r, text: text, zone: zone(t, "Asia/Seoul"), now: day}
}

func inState(state store.RoundState) func(*store.Round) {
	return func(r *store.Round) { r.State = state }
}

func inMode(mode store.Mode) func(*store.Round) {
	return func(r *store.Round) { r.Mode = mode }
}

// TestPostStaysLate holds that a post is late by when it landed, however often and whenever it is made anew.
func TestPostStaysLate(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		landed, now time.Duration // since the slot
		late        bool
	}{
		{0, time.Hour, false},
		{lateAfter, time.Hour, false},
		{lateAfter + 1, time.Hour, true},
	} {
		s := sheetOf(t, questions.English, inState(store.Opened))
		s.now, s.shown.Landed = day.Add(row.now), day.Add(row.landed)
		if got := strings.Contains(s.post(1).Footer, "it is late"); got != row.late {
			t.Errorf("landed after %v, edited after %v: late is %v", row.landed, row.now, got)
		}
	}
}

// TestPostWithoutThread tells people where to answer and where to look if there can be no thread.
func TestPostWithoutThread(t *testing.T) {
	t.Parallel()
	for lang, want := range map[questions.Lang][2]string{
		questions.English: {"there is no thread here", "The reference answer is below."},
		questions.Korean:  {"스레드가 없어서", "정답은 아래에 있어요."},
	} {
		s := sheetOf(t, lang, inState(store.Opened))
		s.shown.NoThread = "refused: no luck"
		if text := s.post(0).Flat().Text; !strings.Contains(text, want[0]) {
			t.Errorf("open: %s", text)
		}
		s.round.Revealing = day
		if text := s.post(0).Flat().Text; !strings.Contains(text, want[1]) {
			t.Errorf("revealed: %s", text)
		}
	}
}

// TestPostTexts spells out each text in both languages below the question, which always stands first.
func TestPostTexts(t *testing.T) {
	t.Parallel()
	const (
		english      = "Answer in the thread, or privately with `/quiz answer`. The reference answer comes Mon 9 Mar 18:00."
		korean       = "스레드에 답하거나 `/quiz answer`로 비공개로 답해 주세요. 정답은 3월 9일(월) 18:00에 공개해요."
		englishShown = "The reference answer is in the thread."
		koreanShown  = "정답은 스레드에 있어요."
	)
	for _, row := range []struct {
		name            string
		change          func(r *store.Round)
		after           time.Duration // since the slot
		answers         int
		english, korean string
	}{
		{"new", nil, 0, 0, english, korean},
		{"open", inState(store.Opened), 0, 1, english + "\n1 answer", korean + "\n답변 1개"},
		{"open to several", inState(store.Opened), 0, 2, english + "\n2 answers", korean + "\n답변 2개"},
		{
			"in the thread only", inMode(store.ModeOpen), 0, 0,
			"Answer in the thread. The reference answer comes Mon 9 Mar 18:00.",
			"스레드에 답해 주세요. 정답은 3월 9일(월) 18:00에 공개해요.",
		},
		{
			"in private only", inMode(store.ModeSealed), 0, 3,
			"Answer privately with `/quiz answer`. All answers and the reference answer come Mon 9 Mar 18:00.\n3 answers",
			"`/quiz answer`로 비공개로 답해 주세요. 모든 답변과 정답은 3월 9일(월) 18:00에 공개해요.\n답변 3개",
		},
		{"hardly late", nil, lateAfter, 0, english, korean},
		{
			"late", nil, lateAfter + 1, 0,
			"_This was meant for Mon 9 Mar 18:00; it is late, and it counts all the same._\n" + english,
			"_3월 9일(월) 18:00에 올릴 질문이 늦었어요. 점수는 똑같이 드려요._\n" + korean,
		},
		{"reveal decided", func(r *store.Round) { r.State, r.Revealing = store.Opened, day }, 0, 0, englishShown, koreanShown},
		{"revealed", inState(store.Revealed), 0, 2, englishShown + "\n2 answers", koreanShown + "\n답변 2개"},
		{"closed", inState(store.Closed), 0, 0, englishShown, koreanShown},
		{"dropped", inState(store.Dropped), 0, 2, "_This question was skipped. It counts for nobody._", "_건너뛴 질문이에요. 누구의 점수에도 들어가지 않아요._"},
	} {
		for lang, want := range map[questions.Lang]string{
			questions.English: "**Question #7 · Mon 9 Mar · Letters**\n\nWhy is `a` first?\n\n" + row.english,
			questions.Korean:  "**질문 #7 · 3월 9일(월) · Letters**\n\nWhy is `a` first?\n\n" + row.korean,
		} {
			s := sheetOf(t, lang, row.change)
			s.now = day.Add(row.after)
			over := s.round.State == store.Closed || s.round.State == store.Dropped
			if m := s.post(row.answers).Flat(); m.Text != want || (len(m.Actions) == 0) != over {
				t.Errorf("%s in %s:\n%s\nwant\n%s", row.name, lang, m.Text, want)
			}
		}
	}
}

// TestTermIsAsked puts a sentence around a bare term, in the language of the term and not of the round.
func TestTermIsAsked(t *testing.T) {
	t.Parallel()
	for lang, want := range map[questions.Lang]string{questions.English: "Explain JWT.", questions.Korean: "JWT에 대해 설명해 주세요."} {
		s := sheetOf(t, questions.English, nil)
		s.text = questions.Text{Lang: lang, Prompt: "JWT", Term: true}
		for _, text := range []string{s.post(0).Flat().Text, s.threadName().Text, s.reveal(nil).Flat().Text} {
			if !strings.Contains(text, want) {
				t.Errorf("a term in %s is asked as %q", lang, text)
			}
		}
	}
}

func TestRevealTexts(t *testing.T) {
	t.Parallel()
	const head = "**Answer to #7 · Why is a first?**\n\n"
	for _, row := range []struct {
		name   string
		text   questions.Text // besides the prompt
		sealed []sealedAnswer
		want   string
	}{
		{"answer", questions.Text{Answer: "It was.\n\n> found"}, nil, head + "It was.\n\n> found"},
		{"no answer", questions.Text{}, nil, head + "_The notes have no answer to this one. Which of yours should go into them?_"},
		{
			// What the notes ask without answering it cannot be shown as an answer.
			"no answer, but more", questions.Text{FollowUps: []string{"And b?"}, Source: "https://example.org"}, nil,
			head + "_The notes have no answer to this one. Which of yours should go into them?_",
		},
		{
			"everything", questions.Text{Answer: "Yes.", FollowUps: []string{"And b?", "And c?"}, Source: "https://example.org"},
			[]sealedAnswer{{"Mina", "first"}, {"Jun", "second"}},
			head + "Yes.\n- And then: And b?\n- And then: And c?\n\nRead on: https://example.org" +
				"\n\n2 private answers:\n\n**Mina**\n> first\n\n**Jun**\n> second",
		},
		{"one sealed", questions.Text{Answer: "Yes."}, []sealedAnswer{{"Mina", "first"}}, head + "Yes.\n\n1 private answer:\n\n**Mina**\n> first"},
	} {
		s := sheetOf(t, questions.English, inState(store.Opened))
		row.text.Lang, row.text.Prompt = questions.English, s.text.Prompt
		s.text = row.text
		if got := s.reveal(row.sealed).Flat().Text; got != row.want {
			t.Errorf("%s:\n%s\nwant\n%s", row.name, got, row.want)
		}
	}
	korean := sheetOf(t, questions.Korean, nil).reveal([]sealedAnswer{{"미나", "글자"}}).Flat().Text
	want := "**#7 정답 · Why is a first?**\n\nIt was\n\nfound first.\n\n비공개 답변 1개:\n\n**미나**\n> 글자"
	if korean != want {
		t.Errorf("in Korean:\n%s\nwant\n%s", korean, want)
	}
}

// TestSealedStaysQuoted keeps every line of what a member wrote inside of the quote, whatever it is.
func TestSealedStaysQuoted(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"one line",
		"two\nlines",
		"a gap\n\nin it",
		"@everyone and <!channel>\n@here",
		"**Jun**\n# 2 private answers:", // looks like the reveal itself
		"```go\nfunc f() {}\n```",
		"> a quote\nand words",
		"\nedges\n",
	} {
		s := sheetOf(t, questions.English, nil)
		all := s.reveal([]sealedAnswer{{"Mina", text}}).Text
		_, quote, ok := strings.Cut(all, "**Mina**\n")
		if !ok {
			t.Fatalf("no author in %q", all)
		}
		lines := strings.Split(quote, "\n")
		for i, line := range lines {
			inside, ok := strings.CutPrefix(line, "> ")
			if !ok {
				t.Errorf("%q has line %d outside of its quote: %q", text, i+1, line)
			}
			lines[i] = inside
		}
		if got := strings.Join(lines, "\n"); got != text {
			t.Errorf("%q is quoted as %q", text, got)
		}
	}
}

// TestThreadNameIsShort keeps to what Discord takes: https://discord.com/developers/docs/resources/channel#channel-object
func TestThreadNameIsShort(t *testing.T) {
	t.Parallel()
	s := sheetOf(t, questions.Korean, nil)
	s.text.Prompt = strings.Repeat("가나다라 ", 30) + "\n두 번째 줄"
	name := s.threadName().Text
	if n := len([]rune(name)); n > 100 || strings.Contains(name, "\n") {
		t.Errorf("%d characters: %q", n, name)
	}
}

func TestFirstLine(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		most int
		want string
	}{
		{"", 5, ""},
		{"abcde", 5, "abcde"},
		{"abcdef", 5, "abcd…"},
		{"가나다라마", 5, "가나다라마"}, // characters, not bytes
		{"가나다라마바", 5, "가나다라…"},
		{"abc def", 5, "abc…"}, // no blank before the ellipsis
		{"abcd\nefgh", 5, "abcd"},
		{"\n\n abc\ndef", 5, "abc"},
		{"abc", 1, "…"},
	} {
		if got := firstLine(row.text, row.most); got != row.want {
			t.Errorf("firstLine(%q, %d) = %q, want %q", row.text, row.most, got, row.want)
		}
	}
}

func TestClockTime(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ at, zone, english, korean string }{
		{"2026-03-09T09:00:00Z", "UTC", "Mon 9 Mar 09:00", "3월 9일(월) 09:00"},
		{"2026-03-09T09:00:00Z", "Asia/Seoul", "Mon 9 Mar 18:00", "3월 9일(월) 18:00"},
		{"2026-12-31T15:00:00Z", "Asia/Seoul", "Fri 1 Jan 00:00", "1월 1일(금) 00:00"},       // the next year there
		{"2026-03-08T07:30:00Z", "America/New_York", "Sun 8 Mar 03:30", "3월 8일(일) 03:30"}, // just after the change of the clocks
		{"2026-02-28T23:59:59Z", "UTC", "Sat 28 Feb 23:59", "2월 28일(토) 23:59"},
	} {
		at, err := time.Parse(time.RFC3339, row.at)
		if err != nil {
			t.Fatal(err)
		}
		loc := zone(t, row.zone)
		if got := clockTime(Speak(questions.English), at, loc); got != row.english {
			t.Errorf("%s in %s is %q, want %q", row.at, row.zone, got, row.english)
		}
		if got := clockTime(Speak(questions.Korean), at, loc); got != row.korean {
			t.Errorf("%s in %s is %q, want %q", row.at, row.zone, got, row.korean)
		}
	}
	var names []string
	for i := range 7 {
		name, _, _ := strings.Cut(clockTime(Speak(questions.English), day.AddDate(0, 0, i), time.UTC), " ")
		names = append(names, name)
	}
	if want := []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}; !slices.Equal(names, want) {
		t.Errorf("the days of the week are %v", names)
	}
}

// TestNoticeTexts has each notice say in both languages all that it knows.
func TestNoticeTexts(t *testing.T) {
	t.Parallel()
	about := map[string]string{"Round": "12", "Channel": "general"}
	for _, row := range []struct {
		code   string
		values map[string]string
		parts  []string // both languages hold them
	}{
		{noticeMissed, about, []string{"#12", "#general"}},
		{noticeEmpty, map[string]string{"Schedule": "k7", "Topics": "OS, Nets"}, []string{"`k7`", "OS, Nets"}},
		{noticeEmpty, map[string]string{"Schedule": "k7", "Topics": ""}, []string{"`k7`"}}, // any topic
		{noticeRepeat, map[string]string{"Round": "12", "Topics": "OS"}, []string{"#12", "OS"}},
		{noticeRepeat, map[string]string{"Round": "12", "Topics": ""}, []string{"#12"}},
		{noticeBuried, with(about, "Kind", "post", "Reason", "expired"), []string{"#12", "#general"}},
		{noticeBuried, with(about, "Kind", "thread", "Reason", "unknown"), []string{"#12", "#general"}},
		{noticeBuried, with(about, "Kind", "reveal", "Reason", "refused: no permission: 50013"), []string{"(no permission: 50013)"}},
	} {
		for _, lang := range []questions.Lang{questions.English, questions.Korean} {
			text := noticeText(Speak(lang), store.Notice{Code: row.code, Values: row.values}).Text
			for _, part := range row.parts {
				if !strings.Contains(text, part) {
					t.Errorf("%s in %s does not say %q: %s", row.code, lang, part, text)
				}
			}
			if strings.ContainsAny(text, "⟦⟧<>{}") || strings.Contains(text, "  ") {
				t.Errorf("%s in %s has holes: %s", row.code, lang, text)
			}
		}
	}
}

func with(values map[string]string, pairs ...string) map[string]string {
	all := maps.Clone(values)
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return all
}
