package discordtest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot/discord/discordtest"
)

const postMessage = "POST /channels/{channel_id}/messages"

// send posts a message by hand, so that the answer's headers can be seen.
func send(s *discordtest.Server, channel string) (*http.Response, string, error) {
	q, err := http.NewRequest("POST", "https://discord.com/api/v10/channels/"+channel+"/messages", strings.NewReader(`{"content":"x"}`))
	if err != nil {
		return nil, "", err
	}
	q.Header.Set("Authorization", s.Token())
	q.Header.Set("Content-Type", "application/json")
	t := s.Transport()
	resp, err := t.RoundTrip(q)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

func TestBucketsRunOutAndFill(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		one, two := g.Text("one"), g.Text("two")
		s.SetLimit(postMessage, discordtest.Limit{Requests: 2, Per: 5 * time.Second})
		for _, left := range []string{"1", "0"} {
			resp, _, err := send(s, one.ID)
			if err != nil || resp.StatusCode != 200 || resp.Header.Get("X-RateLimit-Remaining") != left || resp.Header.Get("X-RateLimit-Limit") != "2" {
				t.Fatalf("%v %v, want %s left", resp.Status, resp.Header, left)
			}
		}
		time.Sleep(1500 * time.Millisecond)
		resp, body, err := send(s, one.ID)
		if err != nil || resp.StatusCode != 429 {
			t.Fatalf("the third in five seconds: %v %v", resp, err)
		}
		for name, want := range map[string]string{"Retry-After": "4", "X-Ratelimit-Reset-After": "3.500", "X-Ratelimit-Scope": "user", "X-Ratelimit-Global": ""} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		if !strings.Contains(body, `"retry_after":3.5`) || !strings.Contains(body, `"global":false`) {
			t.Errorf("the body is %s", body)
		}
		if resp, _, _ := send(s, two.ID); resp.StatusCode != 200 {
			t.Error("another channel has the same bucket")
		}
		time.Sleep(3500 * time.Millisecond)
		if resp, _, _ := send(s, one.ID); resp.StatusCode != 200 {
			t.Error("the bucket did not fill again")
		}
		if got := s.InvalidRequests(); got != 1 {
			t.Errorf("%d invalid requests, want 1", got)
		}
	})
}

func TestGlobalLimitSparesInteractions(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		w := answering(t, s, func(c *discordgo.Session, i *discordgo.InteractionCreate) {
			if err := respond(c, i, discordgo.InteractionResponseChannelMessageWithSource, &discordgo.InteractionResponseData{Content: "x"}); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Minute)
		var resp *http.Response
		for range 51 {
			got, _, err := send(s, w.g.Text("one of many").ID)
			if err != nil {
				t.Fatal(err)
			}
			resp = got
		}
		if resp.StatusCode != 429 || resp.Header.Get("X-RateLimit-Global") != "true" || resp.Header.Get("X-RateLimit-Scope") != "global" {
			t.Errorf("the 51st in a second: %s %v", resp.Status, resp.Header)
		}
		w.mina.Slash(w.ch, "quiz schedule add", nil).Reply()
		time.Sleep(time.Second)
		if resp, _, _ := send(s, w.ch.ID); resp.StatusCode != 200 {
			t.Error("a second later it is still limited")
		}
	})
}

func TestTooManyInvalidRequestsEndInABan(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		s.SetInvalidLimit(discordtest.Limit{Requests: 3, Per: 10 * time.Minute})
		ch := s.Guild("Study").Text("daily")
		ch.DenyBot(discordtest.ViewChannel)
		for range 3 {
			if resp, _, _ := send(s, ch.ID); resp.StatusCode != 403 {
				t.Fatalf("%s", resp.Status)
			}
		}
		ch.AllowBot()
		resp, body, err := send(s, ch.ID)
		if err != nil || resp.StatusCode != 429 || !strings.Contains(body, "1015") || resp.Header.Get("X-RateLimit-Bucket") != "" {
			t.Errorf("after three: %v %s", resp.Header, body)
		}
		time.Sleep(10 * time.Minute)
		if resp, _, _ := send(s, ch.ID); resp.StatusCode != 200 {
			t.Error("the ban does not end")
		}
	})
}

func TestTroubleWithRequests(t *testing.T) {
	for _, odd := range []struct {
		fault  discordtest.Fault
		status int // 0 if there is no answer
		posted bool
		scope  string
		valid  bool // it does not count as an invalid request
	}{
		{discordtest.Fault{Kind: discordtest.LimitUser, After: time.Second}, 429, false, "user", false},
		{discordtest.Fault{Kind: discordtest.LimitGlobal, After: time.Second}, 429, false, "global", false},
		{discordtest.Fault{Kind: discordtest.LimitShared, After: time.Second}, 429, false, "shared", true},
		{discordtest.Fault{Kind: discordtest.LimitCloudflare}, 429, false, "", false},
		{discordtest.Fault{Kind: discordtest.ErrorBefore}, 500, false, "", true},
		{discordtest.Fault{Kind: discordtest.ErrorBefore, Status: 503}, 503, false, "", true},
		{discordtest.Fault{Kind: discordtest.ErrorAfter, Status: 502}, 502, true, "", true},
		{discordtest.Fault{Kind: discordtest.ResetBefore}, 0, false, "", true},
		{discordtest.Fault{Kind: discordtest.ResetAfter}, 0, true, "", true},
		{discordtest.Fault{Kind: discordtest.SilentBefore}, 0, false, "", true},
		{discordtest.Fault{Kind: discordtest.SilentAfter}, 0, true, "", true},
		{discordtest.Fault{Kind: discordtest.Refuse, Code: discordtest.MissingAccess}, 403, false, "", false},
		{discordtest.Fault{Kind: discordtest.Slow, After: time.Minute}, 200, true, "", true},
	} {
		t.Run(string(odd.fault.Kind), func(t *testing.T) {
			try := func(t *testing.T, s *discordtest.Server, patience time.Duration) {
				ch := s.Guild("Study").Text("daily")
				odd.fault.Route = postMessage
				o := s.Order(odd.fault)
				c := &http.Client{Transport: s.Transport(), Timeout: patience}
				q, _ := http.NewRequest("POST", "https://discord.com/api/v10/channels/"+ch.ID+"/messages", strings.NewReader(`{"content":"x"}`))
				q.Header.Set("Authorization", s.Token())
				resp, err := c.Do(q)
				status := 0
				if err == nil {
					status = resp.StatusCode
					defer resp.Body.Close()
					if got := resp.Header.Get("X-RateLimit-Scope"); got != odd.scope {
						t.Errorf("the scope is %q, want %q", got, odd.scope)
					}
				}
				if status != odd.status {
					t.Errorf("answered with %d (%v), want %d", status, err, odd.status)
				}
				if got := len(ch.Messages()) == 1; got != odd.posted {
					t.Errorf("posted: %v, want %v", got, odd.posted)
				}
				if got := s.InvalidRequests() == 0; got != odd.valid {
					t.Errorf("counts as valid: %v, want %v", got, odd.valid)
				}
				if got := o.Count(); got != 1 {
					t.Errorf("it happened %d times, want once", got)
				}
				if resp, _, _ := send(s, ch.ID); resp.StatusCode != 200 {
					t.Errorf("it goes on: %s", resp.Status)
				}
			}
			bubble(t, func(t *testing.T, s *discordtest.Server) { try(t, s, 2*time.Minute) })
			if odd.fault.Kind != discordtest.Slow {
				t.Run("loopback", func(t *testing.T) { try(t, discordtest.New(t), 100*time.Millisecond) })
			}
		})
	}
}

func TestFaultsAreTakenInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		ch := s.Guild("Study").Text("daily")
		first := s.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Status: 503, Route: postMessage, Skip: 1, Times: 2})
		never := s.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, If: func(_ string, body []byte) bool { return strings.Contains(string(body), "no") }})
		always := s.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Status: 500, Times: -1})
		got := []int{}
		for range 5 {
			resp, _, err := send(s, ch.ID)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, resp.StatusCode)
		}
		always.Stop()
		if resp, _, _ := send(s, ch.ID); resp.StatusCode != 200 {
			t.Error("a stopped fault happens")
		}
		want := []int{500, 503, 503, 500, 500} // the skipped one falls to the next that fits
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("answers %v, want %v", got, want)
				break
			}
		}
		if first.Count() != 2 || never.Count() != 0 || always.Count() != 3 {
			t.Errorf("happened %d, %d, %d times", first.Count(), never.Count(), always.Count())
		}
		if got := s.Requests(postMessage); got != 6 {
			t.Errorf("%d requests, want 6", got)
		}
	})
}

func TestSilenceEndsWithTheServer(t *testing.T) {
	s := discordtest.NewInMemory(t)
	ch := s.Guild("Study").Text("daily")
	o := s.Order(discordtest.Fault{Kind: discordtest.SilentBefore})
	ended := make(chan error)
	go func() {
		_, _, err := send(s, ch.ID)
		ended <- err
	}()
	s.Until("the request to arrive", func() bool { return o.Count() == 1 })
	s.Close()
	if err := <-ended; err == nil {
		t.Error("it was answered")
	}
	_, _, err := send(s, ch.ID)
	if err == nil || errors.Is(err, io.EOF) {
		t.Errorf("a closed server takes connections: %v", err)
	}
}

// TestAThousandChannelsOnAFakeClock paces posts as a client's limiter does, once within the global limit and once beyond.
func TestAThousandChannelsOnAFakeClock(t *testing.T) {
	for _, odd := range []struct {
		perSecond int
		refused   bool
	}{{45, false}, {90, true}} {
		bubble(t, func(t *testing.T, s *discordtest.Server) {
			g, c := s.Guild("Study"), rest(s)
			channels := []*discordtest.Channel{}
			for i := range 1000 {
				channels = append(channels, g.Text(fmt.Sprint("channel ", i)))
			}
			begun := time.Now()
			var all sync.WaitGroup
			for _, ch := range channels {
				all.Go(func() {
					_, err := post(c, ch.ID, nonced{&discordgo.MessageSend{Content: "question"}, ch.ID, true})
					if limited := (*discordgo.RateLimitError)(nil); err != nil && !errors.As(err, &limited) {
						t.Error(err)
					}
				})
				time.Sleep(time.Second / time.Duration(odd.perSecond))
			}
			all.Wait()
			posted := 0
			for _, ch := range channels {
				posted += len(ch.Messages())
			}
			if odd.refused == (posted == 1000) || odd.refused == (s.InvalidRequests() == 0) {
				t.Errorf("%d a second: %d posted, %d refused", odd.perSecond, posted, s.InvalidRequests())
			}
			if took, want := time.Since(begun), 1000*time.Second/time.Duration(odd.perSecond); took.Round(time.Second) != want.Round(time.Second) {
				t.Errorf("it took %v, want %v", took, want)
			}
		})
	}
}
