package slacktest

import "encoding/json"

// validateArguments fails the test if what a request shows people is not as described.
func (s *Server) validateArguments(r *request) {
	if s.specs == nil {
		return
	}
	if blocks := r.args.JSON("blocks"); blocks != nil {
		if err := s.specs.check(object{"blocks": blocksAsDescribed(blocks)}, blocksFile); err != nil {
			s.t.Errorf("invalid blocks in %s: %v", r.method, err)
		}
	}
	if view := r.args.JSON("view"); view != nil {
		s.validateView(view)
	}
	if meta := r.args.JSON("metadata"); meta != nil && r.method != "response_url" && string(meta) != "{}" {
		if err := s.specs.check(meta, eventFile, "MessageMetadata"); err != nil {
			s.t.Errorf("invalid metadata in %s: %v", r.method, err)
		}
	}
}

// validateView fails the test if a view that the app shows is not as described.
func (s *Server) validateView(view json.RawMessage) {
	if s.specs == nil || view == nil {
		return
	}
	var kind struct{ Type string }
	err := json.Unmarshal(view, &kind)
	if err == nil && kind.Type == "home" {
		err = s.specs.check(blocksAsDescribed(view), eventFile, "HomeView")
	} else if err == nil {
		err = s.specs.check(object{"view": blocksAsDescribed(view)}, modalFile)
	}
	if err != nil {
		s.t.Errorf("invalid view: %v", err)
	}
}

// validateEvent fails the test if an event that the server sends is not as described.
func (s *Server) validateEvent(event object) {
	if s.specs == nil {
		return
	}
	if err := s.specs.check(object{"event": asDescribed(event)}, eventFile); err != nil {
		s.t.Errorf("slacktest sends an invalid event %v %v: %v", event["type"], event["subtype"], err)
	}
}

// validateAnswer fails the test if what a method answers is not as described, where there is a description: of messages and users
// by the events that have them.
func (s *Server) validateAnswer(method string, body []byte) {
	if s.specs == nil {
		return
	}
	var a struct {
		Message  object
		Messages []object
		User     json.RawMessage
		Members  []json.RawMessage
	}
	if json.Unmarshal(body, &a) != nil {
		return // where a name means something else it is no message and no user
	}
	if a.Message != nil {
		a.Messages = append(a.Messages, a.Message)
	}
	for _, m := range a.Messages {
		if err := s.specs.check(object{"event": asDescribed(asEvent(m))}, eventFile); err != nil {
			s.t.Errorf("slacktest answers %s with an invalid message: %v", method, err)
		}
	}
	for _, raw := range append(a.Members, a.User) {
		var u object
		if json.Unmarshal(raw, &u) != nil {
			continue // an ID
		}
		if u["locale"] == nil {
			u["locale"] = "en-US" // only where it is asked for
		}
		if u["deleted"] == true {
			continue // has less than described
		}
		if err := s.specs.check(u, eventFile, "UserChangeEvent", "properties", "user"); err != nil {
			s.t.Errorf("slacktest answers %s with an invalid user: %v", method, err)
		}
	}
}
