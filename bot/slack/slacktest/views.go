package slacktest

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"
)

// What holds for views and for the triggers that open them.
// https://docs.slack.dev/surfaces/modals
// https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
const (
	triggerLife    = 3 * time.Second
	mostViews      = 3 // one above the other
	mostViewBytes  = 250_000
	mostViewTitle  = 24
	mostPrivate    = 3000
	mostCallbackID = 255
)

// trigger allows one modal to be opened.
type trigger struct {
	member *Member
	until  time.Time
	used   bool
}

// View is a modal, or what stands in a person's App Home.
type View struct {
	ID              string
	ExternalID      string
	CallbackID      string
	PrivateMetadata string
	Title           string
	Blocks          json.RawMessage
	Hash            string
	Errors          map[string]string // what the app found wrong with the last submission, by block_id

	w       *Workspace
	content object // as it was sent, with block_ids filled in
	root    string
	before  string
	home    bool
}

// newTrigger returns a trigger ID for a person.
func (m *Member) newTrigger() string {
	id := "1." + m.w.s.newID("trigger")
	m.w.s.triggers[id] = &trigger{member: m, until: time.Now().Add(triggerLife)}
	return id
}

// exchange uses up a trigger.
func (s *Server) exchangeTrigger(r *request) (*Member, *apiError) {
	t := s.triggers[r.args.String("trigger_id")]
	switch {
	case r.args.String("trigger_id") == "":
		return nil, refuse("invalid_arguments", "missing required field: trigger_id")
	case t == nil || t.member.w != r.workspace:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case time.Now().After(t.until):
		return nil, refuse("expired_trigger_id")
	}
	t.used = true
	return t.member, nil
}

// readView checks a view and fills in what Slack does.
func (w *Workspace) readView(raw json.RawMessage, kind string) (*View, *apiError) {
	var content object
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&content) != nil || content == nil {
		return nil, refuse("invalid_arguments", "view is not an object")
	}
	if len(raw) > mostViewBytes {
		return nil, refuse("view_too_large")
	}
	c, ok := lookThrough(encode(content["blocks"]), map[string]surface{"modal": inModal, "home": inHome}[kind])
	if !ok || content["blocks"] == nil {
		return nil, refuse("invalid_arguments", finding{"missing required field: blocks", "/view"}.String())
	}
	c.apply("/view", content, []rule{{field: "callback_id", most: mostCallbackID}, {field: "private_metadata", most: mostPrivate},
		{field: "external_id", most: 255}})
	if content["type"] != kind {
		c.find("/view/type", "unsupported type: %v", content["type"])
	}
	if kind == "modal" {
		c.apply("/view", content, []rule{{field: "title", kind: aPlainText, required: true, most: mostViewTitle},
			{field: "submit", kind: aPlainText, most: mostViewTitle}, {field: "close", kind: aPlainText, most: mostViewTitle}})
		if c.inputs > 0 && content["submit"] == nil {
			c.find("/view", "missing required field: submit")
		}
	}
	if len(c.findings) > 0 {
		messages := []string{}
		for _, f := range c.findings {
			messages = append(messages, f.String())
		}
		return nil, refuse("invalid_arguments", messages...)
	}
	content["blocks"] = json.RawMessage("[]")
	v := &View{w: w, content: content, home: kind == "home"}
	var given struct{ Blocks json.RawMessage }
	if json.Unmarshal(raw, &given) == nil {
		if blocks := withBlockIDs(given.Blocks, w.s.newBlockID); blocks != nil {
			content["blocks"] = blocks
		}
	}
	v.fill()
	return v, nil
}

// fill copies out of the content what tests look at.
func (v *View) fill() {
	v.ExternalID, _ = v.content["external_id"].(string)
	v.CallbackID, _ = v.content["callback_id"].(string)
	v.PrivateMetadata, _ = v.content["private_metadata"].(string)
	if title, ok := v.content["title"].(object); ok {
		v.Title, _ = title["text"].(string)
	}
	v.Blocks = v.content["blocks"].(json.RawMessage)
	v.Hash = formatTS(time.Now().UnixMicro()) + "." + v.w.s.newBlockID()
}

// json is a view as Slack sends it.
// https://docs.slack.dev/reference/views
func (v *View) json() object {
	j := object{"callback_id": "", "private_metadata": "", "external_id": "", "clear_on_close": false, "notify_on_close": false,
		"close": nil, "submit": nil}
	if v.home {
		j = object{"callback_id": "", "private_metadata": "", "external_id": "", "clear_on_close": false, "notify_on_close": false}
	}
	for k, x := range v.content {
		j[k] = x
	}
	j["id"], j["team_id"], j["app_id"], j["app_installed_team_id"], j["bot_id"] = v.ID, v.w.id, v.w.s.app.id, v.w.id, v.w.botID
	j["hash"], j["root_view_id"], j["previous_view_id"] = v.Hash, v.root, nil
	if v.before != "" {
		j["previous_view_id"] = v.before
	}
	j["state"] = object{"values": object{}}
	return j
}

// show puts a modal on top of others.
func (m *Member) show(v *View) {
	v.ID = m.w.s.newID("V")
	v.root = v.ID
	if n := len(m.modals); n > 0 {
		v.root, v.before = m.modals[0].ID, m.modals[n-1].ID
	}
	m.modals = append(m.modals, v)
	m.w.s.touch()
}

// openView is views.open. A modal that is opened while another stands takes its place with all that is above it.
// https://docs.slack.dev/reference/methods/views.open
func (s *Server) openView(r *request) (object, *apiError) { return s.addView(r, false) }

// pushView is views.push.
// https://docs.slack.dev/reference/methods/views.push
func (s *Server) pushView(r *request) (object, *apiError) { return s.addView(r, true) }

func (s *Server) addView(r *request, above bool) (object, *apiError) {
	v, e := r.workspace.readView(r.args.JSON("view"), "modal")
	if e != nil {
		return nil, e
	}
	if v.ExternalID != "" && r.workspace.view("", v.ExternalID) != nil {
		return nil, refuse("duplicate_external_id")
	}
	m, e := s.exchangeTrigger(r)
	switch {
	case e != nil:
		return nil, e
	case above && len(m.modals) >= mostViews:
		return nil, refuse("push_limit_reached")
	case !above:
		m.modals = nil
	}
	m.show(v)
	return object{"view": v.json()}, nil
}

// view finds an open modal.
func (w *Workspace) view(id, external string) *View {
	for _, m := range w.members {
		for _, v := range m.modals {
			if id != "" && v.ID == id || external != "" && v.ExternalID == external {
				return v
			}
		}
	}
	return nil
}

// updateView is views.update.
// https://docs.slack.dev/reference/methods/views.update
func (s *Server) updateView(r *request) (object, *apiError) {
	next, e := r.workspace.readView(r.args.JSON("view"), "modal")
	if e != nil {
		return nil, e
	}
	v := r.workspace.view(r.args.String("view_id"), r.args.String("external_id"))
	switch {
	case v == nil:
		return nil, refuse("not_found")
	case r.args.String("hash") != "" && r.args.String("hash") != v.Hash:
		return nil, refuse("hash_conflict")
	}
	v.replace(next)
	return object{"view": v.json()}, nil
}

// replace gives a view another content.
func (v *View) replace(next *View) {
	v.content, v.Errors = next.content, nil
	v.fill()
	v.w.s.touch()
}

// publishView is views.publish.
// https://docs.slack.dev/reference/methods/views.publish
func (s *Server) publishView(r *request) (object, *apiError) {
	m := r.workspace.member(r.args.String("user_id"))
	if m == nil {
		return nil, refuse("user_not_found")
	}
	v, e := r.workspace.readView(r.args.JSON("view"), "home")
	if e != nil {
		return nil, e
	}
	if m.home == nil {
		v.ID = s.newID("V")
		v.root = v.ID
		m.home = v
		s.touch()
		return object{"view": v.json()}, nil
	}
	if hash := r.args.String("hash"); hash != "" && hash != m.home.Hash {
		return nil, refuse("hash_conflict")
	}
	m.home.replace(v)
	return object{"view": m.home.json()}, nil
}

// close takes a view and all above it from the screen.
func (m *Member) close(v *View) {
	if i := slices.Index(m.modals, v); i >= 0 {
		m.modals = m.modals[:i]
		m.w.s.touch()
	}
}
