package slacktest

import (
	"encoding/json"
	"testing"
)

// TestRichTextAsDescribed has what rich text has by the documentation alone. What is not of its type stays, to be found wrong.
func TestRichTextAsDescribed(t *testing.T) {
	t.Parallel()
	const list, code = `{"type":"rich_text_list","style":"ordered","elements":[]`, `{"type":"rich_text_preformatted","elements":[]`
	in := `[{"type":"rich_text","elements":[` + list + `,"offset":2},` + list + `,"offset":"2"},` + code + `,"language":"go"},` + code + `,"language":1}]}]`
	want := `[{"type":"rich_text","elements":[` + list + `},` + list + `,"offset":"2"},` + code + `},` + code + `,"language":1}]}]`
	var expected any
	if err := json.Unmarshal([]byte(want), &expected); err != nil {
		t.Fatal(err)
	}
	if got := encode(blocksAsDescribed(json.RawMessage(in))); string(got) != string(encode(expected)) {
		t.Errorf("got  %s\nwant %s", got, encode(expected))
	}
}
