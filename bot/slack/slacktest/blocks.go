package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// surface is where blocks are shown.
type surface int

const (
	inMessage surface = iota
	inModal
	inHome
)

// The limits of blocks. Their texts are in blockRules.
// https://docs.slack.dev/reference/block-kit/blocks
const (
	mostBlocks     = 50
	mostViewBlocks = 100
	// mostMarkdown is over all markdown blocks of a message.
	// https://docs.slack.dev/reference/block-kit/blocks/markdown-block
	mostMarkdown = 12_000
	// mostBlockText is over all blocks of a message. It is not documented: https://github.com/slackapi/bolt-js/issues/2509
	mostBlockText = 13_200
	// mostInput is how much somebody can type into an input.
	// https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
	mostInput = 3000
)

// finding is something that Slack does not accept, and where.
type finding struct{ problem, pointer string }

func (f finding) String() string { return f.problem + " [json-pointer:" + f.pointer + "]" }

// checker looks through blocks.
type checker struct {
	surface  surface
	findings []finding
	blockIDs map[string]bool
	tables   int
	markdown int
	total    int
	inputs   int
}

// checkBlocks finds what Slack refuses in blocks, whether or not the published descriptions are at hand.
func checkBlocks(raw json.RawMessage, on surface) *apiError {
	c, ok := lookThrough(raw, on)
	switch {
	case !ok:
		return refuse("invalid_blocks_format")
	case len(c.findings) > 0:
		messages := []string{}
		for _, f := range c.findings {
			messages = append(messages, f.String())
		}
		return refuse("invalid_blocks", messages...)
	case c.total > mostBlockText:
		return refuse("msg_blocks_too_long")
	}
	return nil
}

func lookThrough(raw json.RawMessage, on surface) (*checker, bool) {
	var list []any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&list) != nil {
		return nil, false
	}
	c := &checker{surface: on, blockIDs: map[string]bool{}}
	most, root := mostBlocks, "/blocks"
	if on != inMessage {
		most, root = mostViewBlocks, "/view/blocks"
	}
	if len(list) > most {
		c.find(root, "no more than %d items allowed", most)
	}
	for i, b := range list {
		c.block(root+"/"+strconv.Itoa(i), b)
	}
	if c.markdown > mostMarkdown {
		c.find(root, "must be less than %d characters over all markdown blocks", mostMarkdown+1)
	}
	if c.tables > 1 {
		c.find(root, "only_one_table_allowed")
	}
	return c, true
}

func (c *checker) find(pointer, problem string, args ...any) {
	c.findings = append(c.findings, finding{fmt.Sprintf(problem, args...), pointer})
}

func (c *checker) block(at string, v any) {
	b, ok := v.(object)
	kind, _ := b["type"].(string)
	rules, known := blockRules[kind]
	switch {
	case !ok:
		c.find(at, "must be an object")
		return
	case !known:
		c.find(at, "unsupported type: %s", kind)
		return
	case c.surface != inMessage && (kind == "markdown" || kind == "table"): // which are for messages only
		c.find(at, "unsupported type: %s", kind)
		return
	}
	if id, ok := b["block_id"].(string); ok && id != "" {
		if c.blockIDs[id] {
			c.find(at+"/block_id", "`block_id` %q already exists for another block", id)
		}
		c.blockIDs[id] = true
		c.text(at+"/block_id", id, 0, 255)
	}
	c.apply(at, b, rules)
	actions := map[string]bool{}
	c.actions(at, b, actions)
	c.special(at, kind, b)
}

// special is what no rule about a single field says.
func (c *checker) special(at, kind string, b object) {
	switch kind {
	case "section":
		if b["text"] == nil && b["fields"] == nil {
			c.find(at, "missing required field: fields or text")
		}
	case "markdown":
		text, _ := b["text"].(string)
		c.markdown += length(text)
	case "table":
		c.tables++
		c.table(at, b)
	case "input":
		c.inputs++
		element, _ := b["element"].(object)
		if n, err := strconv.Atoi(fmt.Sprint(element["max_length"])); err == nil && n > mostInput {
			c.find(at+"/element/max_length", "must be less than %d", mostInput+1)
		}
	case "image":
		if b["image_url"] == nil && b["slack_file"] == nil {
			c.find(at, "missing required field: image_url or slack_file")
		}
	}
	c.total += texts(b)
}

// The limits of a table.
// https://docs.slack.dev/reference/block-kit/blocks/table-block
const (
	mostRows      = 100
	mostCells     = 20
	mostTableText = 10_000
)

func (c *checker) table(at string, b object) {
	rows, _ := b["rows"].([]any)
	if len(rows) == 0 {
		c.find(at+"/rows", "must have at least 1 item")
	}
	if len(rows) > mostRows {
		c.find(at+"/rows", "no more than %d items allowed", mostRows)
	}
	for i, row := range rows {
		if cells, _ := row.([]any); len(cells) > mostCells {
			c.find(at+"/rows/"+strconv.Itoa(i), "no more than %d items allowed", mostCells)
		}
	}
	if texts(b) > mostTableText {
		c.find(at, "must be less than %d characters in all cells", mostTableText+1)
	}
}

// texts is the length of all that people read in a block.
func texts(v any) int {
	n := 0
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			n += texts(e)
		}
	case object:
		for k, e := range v {
			if s, ok := e.(string); ok && k == "text" {
				n += length(s)
			} else {
				n += texts(e)
			}
		}
	}
	return n
}

// actions refuses an action_id that stands twice in a block.
func (c *checker) actions(at string, v any, seen map[string]bool) {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			c.actions(at+"/"+strconv.Itoa(i), e, seen)
		}
	case object:
		if id, _ := v["action_id"].(string); id != "" {
			if seen[id] {
				c.find(at+"/action_id", "`action_id` %q already exists for another interactive element", id)
			}
			seen[id] = true
		}
		for _, k := range sortedKeys(v) {
			c.actions(at+"/"+k, v[k], seen)
		}
	}
}

func sortedKeys(o object) []string {
	keys := make([]string, 0, len(o))
	for k := range o {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
