package discord

import (
	"encoding/json"
	"testing"
)

// FuzzMessagesAreRead decodes messages with components of any kind: whatever they are, the rest of the message is read.
func FuzzMessagesAreRead(f *testing.F) {
	for _, seed := range []string{`{"type":1}`, `[]`, `null`, `{"type":"x","components":[{"type":2,"custom_id":7}]}`, `{"type":18,"component":{"type":4,"value":"a"}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, one string) {
		if !json.Valid([]byte(one)) {
			t.Skip()
		}
		var m message
		err := json.Unmarshal([]byte(`{"components":[`+one+`],"author":{"id":"1"},"content":"x","nonce":`+one+`}`), &m)
		if err != nil || m.Author == nil || m.Content != "x" {
			t.Errorf("read as %+v, %v", m, err)
		}
		walk(m.Components, func(c component) { _ = c.CustomID })
	})
}
