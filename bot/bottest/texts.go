package bottest

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"rewind/bot"
)

// textCases are about what becomes of words.
func textCases() []Case {
	return []Case{
		{"words arrive as they are", nil, wordsArrive},
		{"quoted text pings nobody", all(needNotified), pingsNobody},
		{"a long text arrives whole", all(needLimit), longText},
		{"a long text is said once", all(needLimit, needKeys), longTextOnce},
		{"a long text is finished where it stopped", all(needLimit, needFinding, needBreak(TimeOut)), longTextFinished},
		{"a terminal gets no control characters", all(needScreen), cleanScreen},
	}
}

func needNotified(s Subject) string { return lack(s.Notified != nil, "way to see who was notified") }
func needLimit(s Subject) string    { return lack(s.Limit > 0, "limit of a message") }
func needScreen(s Subject) string   { return lack(s.Screen != nil, "screen") }

func wordsArrive(tb TB, s Subject) {
	for i, text := range []string{
		"TCP와 UDP의 차이를 설명해 주세요.",
		"What does a SYN flood do, and why?",
		"**굵게**는 조사 앞에서도 굵게, `코드`는 코드로",
		"e\u0301 and \u1112\u1161\u11ab are one character each",
		"1 < 2 && 3 > 2, 50% of $HOME",
	} {
		r := deliver(tb, s, s.text(fmt.Sprintf("words/%d", i), text))
		posts := s.Posts()
		if len(posts) == 0 {
			tb.Fatalf("nothing arrived")
		}
		last := posts[len(posts)-1]
		if last.ID != r.ID || content(last.Text) != content(text) {
			tb.Errorf("%q arrived as %q in message %q, want it in %q", text, last.Text, last.ID, r.ID)
		}
	}
}

// pings are what Discord and Slack read as calls to people.
const pings = "@everyone @here <@1> <@!1> <@&1> <@U1> <!channel> <!here> <!everyone> <!subteam^S1> `@everyone` [x](<@U1>)"

func pingsNobody(tb TB, s Subject) {
	post := deliver(tb, s, s.text("quote", "somebody wrote "+pings))
	deliver(tb, s, edit(s, post.ID, "quote/edit", "they wrote "+pings))
	d := opening(s, post.ID, "quote/thread")
	d.Body.Text = "about @everyone"
	th := deliver(tb, s, d)
	deliver(tb, s, bot.Delivery{Key: "quote/reveal", Op: bot.Say, To: bot.Place{Channel: s.Channel, Thread: th.ID}, Body: bot.Message{Text: "somebody answered " + pings}})
	if s.Command != nil {
		stop := listen(tb, s, replies(bot.Reply{Message: bot.Message{Text: "you wrote " + pings}}))
		defer stop()
		order(tb, s, s.command("1", "me"))
	}
	if got := s.Notified(); len(got) > 0 {
		tb.Errorf("somebody was notified: %q", got)
	}
}

// long returns a text that is several messages long: numbered Korean lines, a code fence that is longer than a message by
// itself, and a paragraph without a line break whose syllables are written letter by letter.
func long(limit int) string {
	var b strings.Builder
	b.WriteString("긴 답변의 시작\n\n")
	for i := 0; utf8.RuneCountInString(b.String()) < limit*3/2; i++ {
		fmt.Fprintf(&b, "%d번째 줄은 전송 제어 프로토콜을 설명합니다.\n", i)
	}
	b.WriteString("\n```go\n")
	for i := range limit*3/2/20 + 1 {
		fmt.Fprintf(&b, "\tconnection%d.Open()\n", i)
	}
	b.WriteString("```\n\n")
	b.WriteString(strings.Repeat("\u1112\u1161\u11ab\u1100\u1173\u11af", limit/4))
	b.WriteString("\n\n긴 답변의 끝")
	return b.String()
}

func longText(tb TB, s Subject) {
	text := long(s.Limit)
	r := deliver(tb, s, s.text("long", text))
	posts := s.Posts()
	if len(posts) < 2 || posts[0].ID != r.ID {
		tb.Fatalf("a text of %d runes is %d messages, and the receipt names %q", utf8.RuneCountInString(text), len(posts), r.ID)
	}
	var arrived strings.Builder
	for i, p := range posts {
		checkPart(tb, i, p.Text, s.Limit)
		arrived.WriteString(content(p.Text))
	}
	if want := content(text); arrived.String() != want {
		tb.Errorf("the text arrived with %d letters of %d, or in another order", utf8.RuneCountInString(arrived.String()), utf8.RuneCountInString(want))
	}
}

// checkPart checks one part by itself.
func checkPart(tb TB, i int, text string, limit int) {
	tb.Helper()
	if n := utf8.RuneCountInString(text); n > limit {
		tb.Errorf("part %d has %d runes, the limit is %d", i+1, n, limit)
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) {
		tb.Errorf("part %d is cut within a letter", i+1)
	}
	if first, _ := utf8.DecodeRuneInString(text); unicode.Is(unicode.M, first) || first >= 0x1160 && first <= 0x11FF {
		tb.Errorf("part %d begins within a character", i+1)
	}
	fences := 0
	for line := range strings.SplitSeq(text, "\n") {
		if mark, _ := fence(line); mark != "" {
			fences++
		}
	}
	if fences%2 != 0 {
		tb.Errorf("part %d leaves a code fence open", i+1)
	}
}

func longTextOnce(tb TB, s Subject) {
	d := s.text("long", long(s.Limit))
	first := deliver(tb, s, d)
	parts := len(s.Posts())
	same(tb, first, deliver(tb, s, d))
	if n := len(s.Posts()); n != parts {
		tb.Errorf("a text of %d parts is %d messages after a second delivery", parts, n)
	}
}

// longTextFinished stops behind the first part.
func longTextFinished(tb TB, s Subject) {
	d := s.text("long", long(s.Limit))
	at := s.now()
	s.Break[TimeOut](1)
	fail(tb, s, d, bot.Unknown)
	if n := len(s.Posts()); n != 1 {
		tb.Fatalf("%d parts stand where the second was not sent", n)
	}
	d.Unsure = at
	r := deliver(tb, s, d)
	posts := s.Posts()
	if posts[0].ID != r.ID {
		tb.Errorf("the receipt names message %q, the first is %q", r.ID, posts[0].ID)
	}
	var arrived strings.Builder
	for _, p := range posts {
		arrived.WriteString(content(p.Text))
	}
	if arrived.String() != content(d.Body.Text) {
		tb.Errorf("the text is not whole after the second delivery, or not in order")
	}
}

// dirty holds what terminals obey: escape sequences, a bell, a carriage return, a backspace, and the eight-bit forms.
const dirty = "be\x1b[2Jfore\x1b]0;title\x07 \r over \b del\x7f \u009b31m after"

func cleanScreen(tb TB, s Subject) {
	deliver(tb, s, s.text("dirty", dirty+" posted"))
	th := open(tb, s)
	deliver(tb, s, bot.Delivery{Key: "dirty/thread", Op: bot.Say, To: bot.Place{Channel: s.Channel, Thread: th.ID}, Body: bot.Message{Text: dirty}})
	if s.Say != nil {
		stop := listen(tb, s, &recorder{})
		defer stop()
		s.Say(th, s.Mina, "Mi\x1b[31mna", dirty)
	}
	if s.Command != nil {
		stop := listen(tb, s, replies(privately(dirty)))
		defer stop()
		order(tb, s, s.command("1", "me"))
	}
	screen := s.Screen()
	if !strings.Contains(screen, "posted") {
		tb.Fatalf("the screen does not show what was posted")
	}
	for _, r := range screen {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			tb.Errorf("the screen was sent %U", r)
			return
		}
	}
}
