package bot

import (
	"context"
	"strings"

	"rewind/questions"
	"rewind/store"
)

// who may give a command.
type who int

const (
	anyone who = iota
	maintainers
)

// command is one line of the table of commands: everything that platforms, help and the reference need to know of it.
type command struct {
	name   string // one or two words
	korean string // the same in Korean
	// options in the order in which they are typed.
	options []option
	who     who
	// inChannel says that the command needs a channel to act in.
	inChannel bool
	// takesRound says that #12 may name a round; rounds are the states that round may be in. Where none is named it is
	// the thread's, else the one open in the channel, else the only one in the group; if several are, a choice is offered.
	takesRound bool
	rounds     []store.RoundState
	// public says that everyone in the channel sees the reply.
	public bool
	// reads says that the command changes nothing.
	reads bool
	// slow says that the command may take longer than a person waits for a sign; platforms give one first.
	slow bool
	// form opens where its one option was not typed; it says what is in the way of the command before anybody writes much.
	form func(c *call) Reply
	// inMenu says that it stands in the menu of a message, and hidden that platforms alone give it: neither is typed.
	inMenu, hidden bool
	// files is how many attachments it takes.
	files int
	// prepare does what has to be done outside of the transaction, such as reading files. A reply ends the command there.
	prepare func(ctx context.Context, b *Bot, group string, k *call) (*Reply, error)
	run     func(c *call) Reply
}

// option is a value that a command takes.
type option struct {
	name       string
	korean     string
	positional bool // may be typed without its name
	rest       bool // takes everything that is not taken by others
	verbatim   bool // takes the text as it stands, line breaks and all
	required   bool
	hidden     bool     // only buttons and forms use it
	choices    []choice // the values it may have; any where empty
	kind       Kind     // text where empty
	// complete offers values for what was typed so far, from what the group has.
	complete func(c *call) []Choice
}

// Kind is what an option's value is to a platform.
type Kind string

// The kinds of options: words, or the platform's ID of a channel or of a role.
const (
	TextKind    Kind = "text"
	ChannelKind Kind = "channel"
	RoleKind    Kind = "role"
)

// choice is one value of an option, with its Korean word.
type choice struct{ value, korean string }

// accept returns the canonical form of a value, and whether the option may have it.
func (o *option) accept(value string) (string, bool) {
	if len(o.choices) == 0 {
		return value, true
	}
	for _, c := range o.choices {
		if strings.EqualFold(value, c.value) || c.korean != "" && value == c.korean {
			return c.value, true
		}
	}
	return "", false
}

var (
	playable = []store.RoundState{store.Opened, store.Revealed}
	modes    = []choice{{"open", "공개"}, {"sealed", "비공개"}, {"both", "둘다"}}
	switched = []choice{{"on", "켜기"}, {"off", "끄기"}}
)

// scheduleOptions are the options of schedule add and, after the schedule's ID, of schedule edit.
var scheduleOptions = []option{
	{name: "reveal", korean: "공개"}, {name: "topics", korean: "주제", complete: someTopics}, {name: "zone", korean: "시간대"}, {name: "channel", korean: "채널", kind: ChannelKind}, {name: "grace", korean: "유예"}, {name: "rest", korean: "휴일"}, {name: "mode", korean: "방식", choices: modes},
}

// table is the one table of commands, from which help, usage and the platforms' registrations are made.
type table []command

var commands = table{
	{name: "today", korean: "오늘", reads: true, run: runToday},
	{name: "answer", korean: "답변", takesRound: true, rounds: playable, options: []option{{name: "text", korean: "답", positional: true, verbatim: true, required: true}}, form: formAnswer, run: runAnswer},
	{name: "reveal", korean: "공개", takesRound: true, rounds: playable, options: []option{
		{name: "how", korean: "방법", positional: true, choices: []choice{{"all", "모두"}, {"me", "나만"}, {"pass", "모름"}}}, {name: "line", hidden: true}, {name: "write", hidden: true}}, run: runReveal},
	{name: "save", korean: "저장", takesRound: true, rounds: playable, inMenu: true, run: runSave},
	{name: "random", korean: "연습", reads: true, options: []option{
		{name: "answer", hidden: true}, {name: "topic", korean: "주제", positional: true, rest: true, complete: oneTopic}}, run: runRandom},
	{name: "topics", korean: "주제", reads: true, run: runTopics},
	{name: "search", korean: "찾기", reads: true, slow: true, prepare: prepareSearch, run: runSearch, options: []option{
		{name: "text", korean: "말", positional: true, rest: true, required: true}}},
	{name: "suggest", korean: "제안하기", options: []option{{name: "question", korean: "질문과답", positional: true, verbatim: true, required: true}}, form: formSuggest, run: runSuggest},
	{name: "flag", korean: "신고", takesRound: true, rounds: []store.RoundState{store.Opened, store.Revealed, store.Closed}, options: []option{
		{name: "reason", korean: "이유", positional: true, verbatim: true, required: true}}, form: formPlain, run: runFlag},
	{name: "leaderboard", korean: "순위", public: true, reads: true, options: []option{
		{name: "period", korean: "기간", positional: true, choices: []choice{{"week", "이번주"}, {"month", "이번달"}, {"all", "전체"}}},
		{name: "of", korean: "범위", positional: true, choices: []choice{{"here", "여기"}, {"teams", "팀"}}}}, run: runLeaderboard},
	{name: "score", korean: "점수", reads: true, run: runScore},
	{name: "me", korean: "나", reads: true, run: runMe},
	{name: "team join", korean: "팀 가입", options: []option{{name: "team", korean: "팀이름", positional: true, rest: true, required: true, complete: teamNames}}, run: runTeamJoin},
	{name: "team leave", korean: "팀 탈퇴", run: runTeamLeave},
	{name: "team list", korean: "팀 목록", reads: true, run: runTeamList},
	{name: "history", korean: "기록", takesRound: true, reads: true, run: runHistory},
	{name: "schedule add", korean: "일정 추가", who: maintainers, inChannel: true,
		options: append([]option{{name: "when", korean: "언제", positional: true, rest: true, required: true}}, scheduleOptions...), run: runScheduleAdd},
	{name: "schedule edit", korean: "일정 수정", who: maintainers,
		options: append([]option{{name: "id", korean: "아이디", positional: true, required: true, complete: scheduleIDs}, {name: "when", korean: "언제", positional: true, rest: true}}, scheduleOptions...), run: runScheduleEdit},
	{name: "schedule pause", korean: "일정 멈춤", who: maintainers, options: scheduleOnly, run: runSchedulePause},
	{name: "schedule resume", korean: "일정 재개", who: maintainers, options: scheduleOnly, run: runScheduleResume},
	{name: "schedule list", korean: "일정 목록", reads: true, run: runScheduleList},
	{name: "schedule remove", korean: "일정 삭제", who: maintainers, options: scheduleOnly, run: runScheduleRemove},
	{name: "post", korean: "출제", who: maintainers, inChannel: true, options: []option{
		{name: "reveal", korean: "공개"}, {name: "topic", korean: "주제", positional: true, rest: true, complete: oneTopic}}, run: runPost},
	{name: "skip", korean: "건너뛰기", who: maintainers, takesRound: true, options: []option{
		{name: "schedule", korean: "일정", complete: scheduleIDs}, {name: "what", korean: "무엇", positional: true, choices: []choice{{"next", "다음"}, {"open", "지금"}}}}, run: runSkip},
	{name: "adopt", korean: "채택", who: maintainers, takesRound: true, rounds: []store.RoundState{store.Revealed, store.Closed}, options: []option{
		{name: "of", hidden: true}, {name: "member", korean: "멤버", positional: true, rest: true, required: true, complete: memberNames}}, run: runAdopt},
	{name: "flags", korean: "신고목록", who: maintainers, options: []option{{name: "done", korean: "처리", positional: true}}, run: runFlags},
	{name: "suggestion list", korean: "제안 목록", who: maintainers, reads: true, run: runSuggestionList},
	{name: "suggestion approve", korean: "제안 승인", who: maintainers, options: numbered, run: runSuggestionApprove},
	{name: "suggestion edit", korean: "제안 수정", who: maintainers, options: append(numbered, option{name: "question", korean: "질문과답", positional: true, verbatim: true, required: true}), form: formPlain, run: runSuggestionEdit},
	{name: "suggestion decline", korean: "제안 거절", who: maintainers, options: append(numbered, option{name: "reason", korean: "이유", positional: true, verbatim: true, required: true}), form: formPlain, run: runSuggestionDecline},
	{name: "import", korean: "가져오기", who: maintainers, slow: true, files: 5, options: notesOption, prepare: prepareImport, run: runImport},
	{name: "replace", korean: "교체", who: maintainers, slow: true, files: 5, options: notesOption, prepare: prepareReplace, run: runImport},
	{name: "confirm", korean: "확정", who: maintainers, slow: true, options: []option{{name: "id", korean: "아이디", positional: true, required: true}}, prepare: prepareConfirm, run: runConfirm},
	{name: "undo", korean: "되돌리기", who: maintainers, run: runImportUndo},
	{name: "settings", korean: "설정", options: []option{
		{name: "language", korean: "언어", choices: []choice{{"ko", "한국어"}, {"en", "영어"}}}, {name: "zone", korean: "시간대"}, {name: "mode", korean: "방식", choices: modes},
		{name: "reveal", korean: "공개", choices: []choice{{"maintainers", "관리자"}, {"members", "모두"}}}, {name: "maintainer", korean: "관리자", complete: memberNames},
		{name: "role", korean: "관리역할", kind: RoleKind}, {name: "notify", korean: "알림역할", kind: RoleKind}, {name: "pin", korean: "고정", choices: switched},
		{name: "spoiler", korean: "가리기", choices: switched}}, run: runSettings},
	{name: "home", korean: "홈", reads: true, hidden: true, run: runHome},
	{name: "help", korean: "도움말", reads: true, options: []option{{name: "command", korean: "명령", positional: true, rest: true}}, run: runHelp},
}

// numbered names a suggestion.
var numbered = []option{{name: "number", korean: "번호", positional: true, required: true, complete: waitingNumbers}}

// notesOption is what was pasted, where nothing is attached.
var notesOption = []option{{name: "notes", korean: "노트", positional: true, verbatim: true}}

// scheduleOnly names a schedule; it may be left out where there is only one.
var scheduleOnly = []option{{name: "id", korean: "아이디", positional: true, complete: scheduleIDs}}

// listed reports whether people type the command.
func (c *command) listed() bool { return !c.hidden && !c.inMenu }

func (c *command) isCalled(name string) bool {
	return strings.EqualFold(name, c.name) || name == c.korean
}

func (c *command) option(name string) *option {
	for i := range c.options {
		if o := &c.options[i]; strings.EqualFold(o.name, name) || o.korean != "" && o.korean == name {
			return &c.options[i]
		}
	}
	return nil
}

func (c *command) verbatim() *option {
	for i := range c.options {
		if c.options[i].verbatim {
			return &c.options[i]
		}
	}
	return nil
}

// usage is how the command is typed in a language: "/quiz leaderboard [week|month|all] [here|teams]".
func (c *command) usage(lang questions.Lang) string {
	name := c.name
	if lang == questions.Korean {
		name = c.korean
	}
	parts := []string{"/quiz " + name}
	if c.takesRound {
		parts = append(parts, "[#N]")
	}
	for _, o := range c.options {
		if !o.hidden {
			parts = append(parts, o.usage(lang))
		}
	}
	return strings.Join(parts, " ")
}

// called is the option's name in a language.
func (o *option) called(lang questions.Lang) string {
	if lang == questions.Korean {
		return o.korean
	}
	return o.name
}

func (o *option) usage(lang questions.Lang) string {
	text := strings.ToUpper(o.called(lang))
	if !o.positional {
		text = "…"
	}
	if len(o.choices) > 0 {
		values := make([]string, len(o.choices))
		for i, c := range o.choices {
			values[i] = c.value
			if lang == questions.Korean {
				values[i] = c.korean
			}
		}
		text = strings.Join(values, "|")
	}
	if !o.positional {
		text = o.called(lang) + "=" + text
	}
	if !o.required {
		text = "[" + text + "]"
	}
	return text
}
