package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject("plain_text", text, false, false)
}

// blockRows are blocks with a part of what Slack says of them; "" where it takes them.
func blockRows() []struct {
	what, problem string
	blocks        []slack.Block
} {
	x := func(n int) string { return strings.Repeat("x", n) }
	var buttons []slack.BlockElement
	for i := range 26 {
		buttons = append(buttons, button(fmt.Sprint("a", i), "v", "Go"))
	}
	var dividers []slack.Block
	for range 51 {
		dividers = append(dividers, slack.NewDividerBlock())
	}
	var fields []*slack.TextBlockObject
	for range 11 {
		fields = append(fields, plain("f"))
	}
	option := func(value, text string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(value, plain(text), nil)
	}
	menu := func(options ...*slack.OptionBlockObject) slack.Block {
		return slack.NewActionBlock("", slack.NewOptionsSelectBlockElement("static_select", plain("choose"), "s", options...))
	}
	type row = struct {
		what, problem string
		blocks        []slack.Block
	}
	b := func(blocks ...slack.Block) []slack.Block { return blocks }
	return []row{
		{"a question", "", b(slack.NewHeaderBlock(plain("Question")), section("*what?*"), slack.NewContextBlock("", plain("topic")),
			slack.NewDividerBlock(), slack.NewActionBlock("", button("a", "v", "Answer"), button("b", "v", "Reveal")))},
		{"markdown", "", b(slack.NewMarkdownBlock("", "**강조**은"))},
		{"menu", "", b(menu(option("v", "o")))},
		{"longest header", "", b(slack.NewHeaderBlock(plain(x(150))))},
		{"header", "must be less than 151 characters [json-pointer:/blocks/0/text/text]", b(slack.NewHeaderBlock(plain(x(151))))},
		{"header of emoji", "must be less than 151 characters", b(slack.NewHeaderBlock(plain(strings.Repeat("🎉", 76))))},
		{"header of mrkdwn", "unsupported type: mrkdwn", b(slack.NewHeaderBlock(slack.NewTextBlockObject("mrkdwn", "x", false, false)))},
		{"empty section", "must be more than 0 characters", b(section(""))},
		{"section", "must be less than 3001 characters", b(section(x(3001)))},
		{"fields", "no more than 10 items allowed [json-pointer:/blocks/0/fields]", b(slack.NewSectionBlock(nil, fields, nil))},
		{"field", "must be less than 2001 characters", b(slack.NewSectionBlock(nil, []*slack.TextBlockObject{plain(x(2001))}, nil))},
		{"section of nothing", "missing required field: fields or text", b(slack.NewSectionBlock(nil, nil, nil))},
		{"label of a button", "must be less than 76 characters", b(slack.NewActionBlock("", button("a", "v", x(76))))},
		{"value of a button", "must be less than 2001 characters", b(slack.NewActionBlock("", button("a", x(2001), "Go")))},
		{"action_id", "must be less than 256 characters", b(slack.NewActionBlock("", button(x(256), "v", "Go")))},
		{"action_id twice", "already exists", b(slack.NewActionBlock("", button("a", "1", "Go"), button("a", "2", "Go")))},
		{"block_id twice", "already exists for another block", b(slack.NewActionBlock("b", button("a", "1", "Go")), slack.NewActionBlock("b", button("a", "2", "Go")))},
		{"buttons", "no more than 25 items allowed", b(slack.NewActionBlock("", buttons...))},
		{"blocks", "no more than 50 items allowed [json-pointer:/blocks]", dividers},
		{"option of mrkdwn", "unsupported type: mrkdwn", b(menu(slack.NewOptionBlockObject("v", slack.NewTextBlockObject("mrkdwn", "*o*", false, false), nil)))},
		{"input without end", "must be less than 3001", b(slack.NewInputBlock("i", plain("Why"), nil, slack.NewPlainTextInputBlockElement(nil, "a").WithMaxLength(3001)))},
		{"option", "must be less than 76 characters", b(menu(option("v", x(76))))},
		{"value of an option", "must be less than 151 characters", b(menu(option(x(151), "o")))},
		{"markdown that is long", "must be less than 12001 characters", b(slack.NewMarkdownBlock("", x(12001)))},
		{"markdown that is long together", "over all markdown blocks", b(slack.NewMarkdownBlock("", x(6001)), slack.NewMarkdownBlock("", x(6000)))},
	}
}

func TestBlockLimits(t *testing.T) {
	t.Parallel()
	for _, row := range blockRows() {
		e := checkBlocks(encode(row.blocks), inMessage)
		switch {
		case row.problem == "" && e != nil:
			t.Errorf("%s: %v", row.what, e.messages)
		case row.problem != "" && (e == nil || e.code != "invalid_blocks" || !strings.Contains(strings.Join(e.messages, "\n"), row.problem)):
			t.Errorf("%s: got %+v, want %q", row.what, e, row.problem)
		}
	}
}

func TestBlocksOfNoKnownShape(t *testing.T) {
	t.Parallel()
	for raw, code := range map[string]string{`{}`: "invalid_blocks_format", `"x"`: "invalid_blocks_format", `[1]`: "invalid_blocks",
		`[{"type":"brand_new"}]`: "invalid_blocks", `[{"type":"section","text":"x"}]`: "invalid_blocks", `[{"type":"actions","elements":{}}]`: "invalid_blocks",
		`[{"type":"actions","elements":[{"type":"brand_new"}]}]`: "invalid_blocks", `[{"type":"table","rows":[]}]`: "invalid_blocks", `[]`: ""} {
		e := checkBlocks(json.RawMessage(raw), inMessage)
		if e == nil && code != "" || e != nil && e.code != code {
			t.Errorf("%s: %+v, want %q", raw, e, code)
		}
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	table := func(rows, cells, size int) object {
		var list [][]object
		for range rows {
			var row []object
			for range cells {
				row = append(row, object{"type": "raw_text", "text": strings.Repeat("x", size)})
			}
			list = append(list, row)
		}
		return object{"type": "table", "rows": list}
	}
	for _, row := range []struct {
		what, problem string
		blocks        []object
	}{
		{"the largest", "", []object{table(100, 20, 5)}},
		{"rows", "no more than 100 items allowed [json-pointer:/blocks/0/rows]", []object{table(101, 1, 1)}},
		{"cells", "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]", []object{table(1, 21, 1)}},
		{"text", "must be less than 10001 characters in all cells", []object{table(10, 10, 101)}},
		{"two", "only_one_table_allowed", []object{table(1, 1, 1), table(1, 1, 1)}},
		{"none", "must have at least 1 item", []object{table(0, 0, 0)}},
	} {
		e := checkBlocks(encode(row.blocks), inMessage)
		if (e == nil) != (row.problem == "") || e != nil && !strings.Contains(strings.Join(e.messages, "\n"), row.problem) {
			t.Errorf("%s: got %+v, want %q", row.what, e, row.problem)
		}
	}
}

func TestAllBlocksTogetherAreLimited(t *testing.T) {
	t.Parallel()
	var blocks []slack.Block
	for range 5 {
		blocks = append(blocks, section(strings.Repeat("x", 2900)))
	}
	if e := checkBlocks(encode(blocks), inMessage); e == nil || e.code != "msg_blocks_too_long" {
		t.Errorf("got %+v", e)
	}
	if e := checkBlocks(encode(blocks[:4]), inMessage); e != nil {
		t.Errorf("got %+v", e)
	}
}

// TestRefusalsSayWhere looks at what the real client makes of a refusal.
func TestRefusalsSayWhere(t *testing.T) {
	t.Parallel()
	s := New(&recorder{T: t})
	_, _, err := client(s).PostMessage(s.Channel("general").ID(), slack.MsgOptionBlocks(slack.NewHeaderBlock(plain(strings.Repeat("x", 151)))))
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) || len(refused.ResponseMetadata.Messages) != 1 ||
		refused.ResponseMetadata.Messages[0] != "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]" {
		t.Errorf("got %#v", err)
	}
}

// TestTheTwoChecksAgree holds our own limits and the published descriptions against each other.
func TestTheTwoChecksAgree(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("REWIND_SPECS")
	if dir == "" {
		t.Skip("REWIND_SPECS is not set")
	}
	specs, err := loadSchemas(dir)
	ok(t, err)
	// What only our own check finds: rules about more than one block, and units.
	ours := map[string]bool{"header of emoji": true, "action_id twice": true, "block_id twice": true, "markdown that is long together": true,
		"blocks": true, "empty section": true, "section of nothing": true, "field": true, "input without end": true}
	for _, row := range blockRows() {
		err := specs.check(object{"blocks": row.blocks}, blocksFile)
		if want := row.problem != "" && !ours[row.what]; (err != nil) != want {
			t.Errorf("%s: the descriptions say %v", row.what, err)
		}
	}
}

func TestInvalidBodiesFailTheTest(t *testing.T) {
	t.Parallel()
	if os.Getenv("REWIND_SPECS") == "" {
		t.Skip("REWIND_SPECS is not set")
	}
	r := &recorder{T: t}
	s := New(r)
	_, _, err := client(s).PostMessage(s.Channel("general").ID(), slack.MsgOptionBlocks(section(strings.Repeat("x", 3001))))
	wantError(t, err, "invalid_blocks")
	if got := r.failures(); !strings.Contains(got, "invalid blocks in chat.postMessage: at '/blocks/0/text/text': maxLength") {
		t.Errorf("the test failed with %q", got)
	}
}

func TestUnknownArgumentsAndMethodsFailTheTest(t *testing.T) {
	t.Parallel()
	r := &recorder{T: t}
	s := New(r)
	api := client(s)
	_, err := api.GetEmoji()
	wantError(t, err, "unknown_method")
	_, _, err = api.PostMessage(s.Channel("general").ID(), slack.MsgOptionText("x", false), slack.UnsafeMsgOptionEndpoint(s.URL()+"chat.postMessage",
		func(v url.Values) { v.Set("nonce", "1") }))
	ok(t, err)
	if got := r.failures(); got != "no method emoji.list\nchat.postMessage has no argument nonce" {
		t.Errorf("the test failed with %q", got)
	}
}

type fatal struct{ text string }

type stopper struct{ *recorder }

func (s stopper) Fatalf(format string, args ...any) { panic(fatal{fmt.Sprintf(format, args...)}) }

func TestDescriptionsThatCannotBeReadAreAFailure(t *testing.T) {
	t.Setenv("REWIND_SPECS", t.TempDir())
	defer func() {
		if f, isFatal := recover().(fatal); !isFatal || !strings.Contains(f.text, "read the descriptions that REWIND_SPECS names") {
			t.Errorf("got %+v", f)
		}
	}()
	New(stopper{&recorder{T: t}})
}
