package slack

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

func (x *webTest) sees(user string) person {
	x.t.Helper()
	p, f := x.person(x.t.Context(), user)
	if f != nil {
		x.t.Fatal(f)
	}
	return p
}

func TestPeopleAreRemembered(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		ana := x.Member("ana")
		ana.Set(func(p *slacktest.Profile) {
			p.DisplayName, p.Locale, p.TZ, p.Owner = " 아나 ", "ko-KR", "Asia/Seoul", true
		})
		want := person{id: ana.ID(), name: "아나", lang: "ko", zone: "Asia/Seoul", admin: true}
		for range 3 {
			if p := x.sees(ana.ID()); p != want {
				t.Errorf("ana is %+v", p)
			}
		}
		if n := x.Requests("users.info"); n != 1 {
			t.Errorf("asked %d times", n)
		}
		ana.Set(func(p *slacktest.Profile) { p.DisplayName, p.RealName, p.Owner = "", "Ana Real", false })
		if p := x.sees(ana.ID()); p != want {
			t.Errorf("ana is %+v before anybody knows better", p)
		}
		x.changed(ana.ID())
		if p := x.sees(ana.ID()); p.name != "Ana Real" || p.admin {
			t.Errorf("ana is %+v after she changed", p)
		}
		time.Sleep(personLife)
		x.sees(ana.ID())
		if n := x.Requests("users.info"); n != 3 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestPeopleOfWhomSlackDoesNotTell(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		for range 2 {
			if p := x.sees("U0STRANGER"); p != (person{id: "U0STRANGER"}) {
				t.Errorf("a stranger is %+v", p)
			}
		}
		ana := x.Member("ana")
		lost := x.Order(slacktest.Fault{Kind: slacktest.ResetBefore, Method: "users.info"})
		if _, f := x.person(t.Context(), ana.ID()); f == nil || f.Outcome != bot.NotDone {
			t.Errorf("a lost answer: %v", f)
		}
		happened(t, lost, 1)
		x.WithoutScope("users:read")
		if p := x.sees(ana.ID()); p.name != "" {
			t.Errorf("without the scope ana is %+v", p)
		}
		x.RefuseToken("token_revoked")
		if _, f := x.person(t.Context(), x.Member("bob").ID()); f == nil || !f.Wide {
			t.Errorf("without a token: %v", f)
		}
	})
}

func TestRoles(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		ana, bob := x.Member("ana"), x.Member("bob")
		backend, team := x.Group("backend", ana), x.Group("team", ana, bob)
		old := x.Group("old", bob)
		old.Disable()
		check := func(m *slacktest.Member, want ...string) {
			t.Helper()
			got, f := x.roles(t.Context(), m.ID())
			if f != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s is in %v, %v; want %v", m.Name(), got, f, want)
			}
		}
		check(ana, backend.ID(), team.ID())
		check(bob, team.ID())
		check(x.Member("eve"))
		if n := x.Requests("usergroups.list"); n != 1 {
			t.Errorf("asked %d times", n)
		}
		x.Group("backend", bob)
		check(bob, team.ID())
		time.Sleep(groupsLife)
		check(bob, backend.ID(), team.ID())

		x.Group("backend")
		time.Sleep(groupsLife)
		lost := x.Order(slacktest.Fault{Kind: slacktest.ResetBefore, Method: "usergroups.list"})
		check(bob, backend.ID(), team.ID()) // as it was
		happened(t, lost, 1)
		time.Sleep(strangerLife)
		check(bob, team.ID())

		time.Sleep(2 * groupsStale)
		lost = x.Order(slacktest.Fault{Kind: slacktest.ErrorBefore, Method: "usergroups.list"})
		if got, f := x.roles(t.Context(), bob.ID()); f == nil || f.Outcome != bot.NotDone || got != nil {
			t.Errorf("nobody knows: %v, %v", got, f)
		}
		happened(t, lost, 1)
		x.WithoutScope("usergroups:read")
		check(bob)
	})
}

func TestCachesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache[int](bot.MachineClock{}, 100, time.Minute)
		for n := range 1000 {
			c.put(fmt.Sprint(n), n)
			if v, ok := c.get(fmt.Sprint(n)); !ok || v != n {
				t.Fatalf("%d is %d, %v", n, v, ok)
			}
			if len(c.entries) > 100 {
				t.Fatalf("%d entries", len(c.entries))
			}
		}
		if len(c.entries) < 80 {
			t.Errorf("%d entries are left", len(c.entries))
		}
		time.Sleep(time.Minute)
		if _, ok := c.get("999"); ok {
			t.Error("it is over")
		}
		c.put("new", 1)
		c.drop("new")
		if _, ok := c.get("new"); ok || len(c.entries) > 100 {
			t.Error("it was dropped")
		}
		one := newCache[int](bot.MachineClock{}, 1, time.Minute)
		one.put("a", 1)
		one.put("b", 2)
		if v, ok := one.get("b"); !ok || v != 2 || len(one.entries) != 1 {
			t.Errorf("%d, %v of %d", v, ok, len(one.entries))
		}
	})
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{"ko-KR": "ko", "en-US": "en", "EN_gb": "en", "ja": "ja", "": ""} {
		if got := langOf(locale); got != want {
			t.Errorf("%q is %q, want %q", locale, got, want)
		}
	}
}
