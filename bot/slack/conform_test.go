package slack

import (
	"testing"
	"testing/synctest"

	"rewind/bot/bottest"
)

// TestConforms puts the platform through the suite, over both ways in, with no more scopes and events than the manifest has.
func TestConforms(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"socket", "hooks"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			for _, c := range bottest.Cases() {
				t.Run(c.Name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						c.Check(t, func(t *testing.T) bottest.Subject {
							x := newTown(t, way == "hooks")
							x.mustHappen()
							return x.subject()
						})
					})
				})
			}
		})
	}
}
