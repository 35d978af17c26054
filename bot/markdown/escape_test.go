package markdown

import "testing"

// TestEscape holds that an escaped text is read as it was written, and shown so where it is not read at all.
func TestEscape(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Mina", "미나", "__mina__", "*a* _b_ ~~c~~", "[free](https://evil.example)", "<@1> <b>", "a|b||c||", "`code`", `back\slash\`, "1. x", "",
	} {
		said := "Place 1: " + Escape(name) + " wins"
		if got := Plain(Inlines(said)); got != "Place 1: "+name+" wins" {
			t.Errorf("%q is read as %q", name, got)
		}
		if got := Unescape(said); got != "Place 1: "+name+" wins" {
			t.Errorf("%q is shown as %q", name, got)
		}
	}
	for _, code := range []string{"`a\\*b`", "```\nprintf(\"\\\\n\")\n```\nafter", `a \n b`} {
		if got := Unescape(code); got != code {
			t.Errorf("code %q is shown as %q", code, got)
		}
	}
}
