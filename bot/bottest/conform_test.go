package bottest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot/bottest"
)

// kinds are the platforms that a Memory can be.
var kinds = map[string]bottest.Options{
	"keys and history": {},
	"history only":     {Window: -1},                           // as Slack
	"keys only":        {Blind: true},                          // as Discord without the permission to read
	"neither":          {Window: -1, Blind: true},              // nothing can tell what landed
	"short messages":   {Limit: 64},                            // the smallest there may be
	"as Discord":       {Limit: 2000, Window: 2 * time.Minute}, // its documented limit
}

func TestMemoryConforms(t *testing.T) {
	t.Parallel()
	for name, o := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range bottest.Cases() {
				t.Run(c.Name, func(t *testing.T) {
					if c.Needs != nil && c.Needs(bottest.NewMemory(nil, o).Subject()) != "" {
						t.Skipf("this kind has no %s", c.Needs(bottest.NewMemory(nil, o).Subject()))
					}
					synctest.Test(t, func(t *testing.T) { c.Run(t, bottest.NewMemory(nil, o).Subject()) })
				})
			}
		})
	}
}

// On the machine's time the suite is as it is for real adapters.
func TestMemoryConformsInRealTime(t *testing.T) {
	t.Parallel()
	bottest.Conform(t, func(*testing.T) bottest.Subject { return bottest.NewMemory(nil, bottest.Options{Limit: 500}).Subject() })
}

// Names are how a report speaks of cases.
func TestCasesHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range bottest.Cases() {
		if c.Name == "" || seen[c.Name] {
			t.Errorf("the name %q is empty or used twice", c.Name)
		}
		seen[c.Name] = true
	}
}
