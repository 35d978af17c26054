package slack

import (
	"encoding/json"
	"testing"

	"rewind/bot"
)

func mustJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// FuzzRender has Slack take whatever anybody writes: all letters arrive, and nobody is called.
func FuzzRender(f *testing.F) {
	for _, c := range goldens {
		f.Add(c.in, "질문", uint8(1))
		f.Add(c.in, c.in, uint8(40))
	}
	f.Fuzz(func(t *testing.T, s, around string, times uint8) {
		text := ""
		for range min(int(times), 20_000/(len(s)+1)) + 1 {
			text += s + "\n"
		}
		m := bot.Message{Text: text, Title: around, Footer: around, Topics: []string{around}, Actions: []bot.Action{{Label: around, Command: "answer"}}}
		checkParts(t, text, render(m))
		onWeb(t, func(t *testing.T, x *webTest) {
			d := x.text("fuzz", "")
			d.Body = m
			if _, err := x.deliver(t.Context(), d, render); err != nil {
				t.Errorf("Slack refuses it: %v", err)
			}
			for _, said := range x.room.Messages() {
				if who := said.Mentions(); len(who) > 0 {
					t.Errorf("%q are notified", who)
				}
			}
		})
	})
}
