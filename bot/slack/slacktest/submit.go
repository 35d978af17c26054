package slacktest

import (
	"encoding/json"
	"strconv"
)

// Submit fills in and submits the modal on top. The values are named by block_id or action_id, and are those to choose where there
// is a choice. The app may answer with errors, which the view then has, or with another view.
// https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
func (m *Member) Submit(v View, values map[string][]string) *Interaction {
	s := m.w.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	open := m.open(v)
	if open.content["submit"] == nil {
		s.t.Fatalf("the modal %q cannot be submitted", open.Title)
	}
	i := &Interaction{}
	j := m.about("view_submission", i)
	view := open.json()
	view["state"] = object{"values": m.fillIn(open, values)}
	j["view"], j["response_urls"] = view, []any{}
	return m.tell(i, interactive, j, true, func(payload []byte) { m.submitted(open, payload) })
}

// fillIn makes the state of a view out of what somebody typed.
func (m *Member) fillIn(v *View, values map[string][]string) object {
	s := m.w.s
	s.t.Helper()
	state, used := object{}, 0
	var blocks []struct {
		BlockID  string `json:"block_id"`
		Type     string `json:"type"`
		Optional bool   `json:"optional"`
		Element  object `json:"element"`
	}
	if err := json.Unmarshal(v.Blocks, &blocks); err != nil {
		s.t.Fatalf("read the blocks of a view: %v", err)
	}
	for _, b := range blocks {
		if b.Type != "input" {
			continue
		}
		action, _ := b.Element["action_id"].(string)
		value, ok := values[b.BlockID]
		if !ok {
			value, ok = values[action]
		}
		if ok {
			used++
		}
		given := object{"type": b.Element["type"]}
		if ok && len(value) > 0 {
			m.bounds(b.BlockID, b.Element, value[0])
			m.choose(given, b.Element, value)
		} else if !m.initial(given, b.Element) && !b.Optional {
			s.t.Fatalf("the input %s is required", b.BlockID)
		}
		state[b.BlockID] = object{action: given}
	}
	if used != len(values) {
		s.t.Fatalf("the view %q has no inputs for some of %v", v.Title, values)
	}
	return state
}

// initial sets what an input had before anybody touched it, and says whether that was anything.
func (m *Member) initial(to, e object) bool {
	for from, name := range map[string]string{"initial_value": "value", "initial_option": "selected_option",
		"initial_options": "selected_options", "initial_user": "selected_user", "initial_users": "selected_users",
		"initial_conversation": "selected_conversation", "initial_channel": "selected_channel", "initial_date": "selected_date",
		"initial_time": "selected_time"} {
		if e[from] != nil {
			to[name] = e[from]
			return true
		}
	}
	kind, _ := e["type"].(string)
	switch kind {
	case "checkboxes", "multi_static_select":
		to["selected_options"] = []any{}
	case "plain_text_input":
		to["value"] = nil
	default:
		to["selected_option"] = nil
	}
	return false
}

// bounds fails the test if a text is one that Slack's own client would not take.
func (m *Member) bounds(block string, e object, value string) {
	s := m.w.s
	s.t.Helper()
	number := func(name string, without int) int {
		if n, err := strconv.Atoi(string(encode(e[name]))); err == nil {
			return n
		}
		return without
	}
	if e["type"] != "plain_text_input" {
		return
	}
	if n := length(value); n < number("min_length", 0) || n > number("max_length", mostInput) {
		s.t.Fatalf("%d characters do not fit into the input %s", n, block)
	}
}

// submitted takes the app's answer to a submission.
// https://docs.slack.dev/surfaces/modals#response_actions
func (m *Member) submitted(v *View, payload []byte) {
	s := m.w.s
	args := Args{}
	if len(payload) > 0 {
		_ = json.Unmarshal(payload, &args) // what is no object says nothing
	}
	switch action := args.String("response_action"); action {
	case "":
		m.close(v)
	case "errors":
		var errors map[string]string
		if json.Unmarshal(args["errors"], &errors) != nil || len(errors) == 0 {
			m.notice("the errors of a submission are not understood")
			return
		}
		for block := range errors {
			if !v.has(block) {
				m.notice("an error is of the block " + block + ", which the view does not have")
			}
		}
		v.Errors = errors
		s.touch()
	case "clear":
		m.modals = nil
		s.touch()
	case "update", "push":
		s.validateView(args.JSON("view"))
		next, e := m.w.readView(args.JSON("view"), "modal")
		switch {
		case e != nil:
			m.notice("the view in the answer to a submission was refused: " + e.code)
		case action == "update":
			v.replace(next)
		case len(m.modals) >= mostViews:
			m.notice("the view in the answer to a submission was refused: push_limit_reached")
		default:
			m.show(next)
		}
	default:
		m.notice("there is no response_action " + action)
	}
}

// has says whether a view has a block.
func (v *View) has(block string) bool {
	var blocks []struct {
		BlockID string `json:"block_id"`
	}
	if json.Unmarshal(v.Blocks, &blocks) != nil {
		return false
	}
	for _, b := range blocks {
		if b.BlockID == block {
			return true
		}
	}
	return false
}

// Close closes the modal on top without submitting it. The app is told if it asked for that.
func (m *Member) Close(v View) {
	s := m.w.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	open := m.open(v)
	m.close(open)
	if notify, _ := open.content["notify_on_close"].(bool); notify {
		j := m.about("view_closed", &Interaction{})
		delete(j, "trigger_id")
		j["view"], j["is_cleared"] = open.json(), false
		m.tell(&Interaction{}, interactive, j, false, nil)
	}
}
