package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"rewind/bot"
)

type serveCmd struct {
	Zone  zone          `env:"REWIND_ZONE" placeholder:"ZONE" help:"zone_serve"`
	Notes string        `placeholder:"FOLDER" help:"notes_serve"`
	Every time.Duration `default:"2s" hidden:""`
	database
}

const (
	// drainWithin is how long stopping may take in all.
	drainWithin = 10 * time.Second
	// answersWithin is how much of it commands under way on the socket get before they are broken off; the bot takes up to
	// five seconds more for the deliveries in flight, and what is left is the store's, which cannot close while somebody
	// reads it.
	answersWithin = 3 * time.Second
)

// Run keeps the store and answers commands for it on its socket until ctx is done, then drains.
func (c *serveCmd) Run(ctx context.Context, sh *shell) error {
	log := slog.New(slog.NewJSONHandler(sh.err, nil))
	platforms, err := platformsIn(sh.getenv, log)
	if err != nil {
		return err
	}
	notes, err := c.follower(sh, log)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, c.file())
	if err != nil {
		return err
	}
	if err := importStarter(ctx, s, time.Now().UTC()); err != nil {
		return errors.Join(err, s.Close())
	}
	l, err := listenSocket(c.file())
	if err != nil {
		return errors.Join(err, s.Close())
	}
	server := newSocketServer(local{s}, log)
	ended := make(chan error, 1)
	var serving sync.WaitGroup
	serving.Go(func() { ended <- server.Serve(l) })
	defer serving.Wait() // it ends with the socket

	following := notes.start(ctx, local{s})
	playing := play(ctx, bot.New(bot.Options{Store: s, Log: log, Platforms: platforms, Lang: sh.words.Lang(), Zone: c.zone(sh)}))
	sh.say("cli_serve_ready", bot.Values{"DB": c.file(), "Socket": socketPath(c.file())})
	if len(platforms) == 0 {
		sh.say("cli_serve_no_platform")
	}
	log.Info("serving", "store", c.file(), "version", versionName(), "platforms", namesOf(platforms))
	select {
	case <-ctx.Done():
		err = nil
	case err = <-ended:
		err = fmt.Errorf("listen on %s: %w", socketPath(c.file()), err)
	case <-playing.over:
		err = playing.err
	}
	log.Info("stopping", "within", drainWithin.String())
	err = errors.Join(err, drain(context.WithoutCancel(ctx),
		step{"the bot", playing.stop},
		step{"the notes", following},
		step{"the socket", func(ctx context.Context) error { return hangUp(ctx, server, socketPath(c.file()), answersWithin) }},
		step{"the store", func(context.Context) error { return s.Close() }},
	))
	log.Info("stopped")
	return err
}

// zone is where new groups live until they say otherwise.
func (c *serveCmd) zone(sh *shell) string {
	if c.Zone.Location != nil {
		return c.Zone.String()
	}
	return machineZone(sh.getenv, localtime).String()
}

func namesOf(platforms []bot.Platform) []string {
	names := make([]string, len(platforms))
	for i, p := range platforms {
		names[i] = p.Name()
	}
	return names
}

// playing is a bot at work.
type playing struct {
	over chan struct{} // closed when it has ended
	err  error         // why, where nobody stopped it; to be read once it is over
	end  context.CancelFunc
}

// play lets the bot work until ctx is done, it is stopped, or a platform says that nothing will work.
func play(ctx context.Context, b *bot.Bot) *playing {
	ctx, end := context.WithCancel(ctx)
	p := &playing{over: make(chan struct{}), end: end}
	go func() {
		defer close(p.over)
		defer end()
		p.err = b.Run(ctx)
	}()
	return p
}

// stop lets the deliveries in flight end and waits for them.
func (p *playing) stop(context.Context) error {
	p.end()
	<-p.over
	return nil
}

// servedNotes are the notes that serve follows, nil if it follows none.
type servedNotes struct {
	*follower
	folder string
	every  time.Duration
}

func (c *serveCmd) follower(sh *shell, log *slog.Logger) (*servedNotes, error) {
	if c.Notes == "" {
		return nil, nil
	}
	f, err := newFollower(c.Notes, sh.words)
	if err != nil {
		return nil, err
	}
	f.tell = func(key string, values ...bot.Values) {
		log.Info("followed the notes", "said", sh.words.Say(key, values...))
	}
	return &servedNotes{f, c.Notes, c.Every}, nil
}

// start follows the notes until ctx is done or the returned step is taken, which waits for an import under way.
func (n *servedNotes) start(ctx context.Context, l local) (stop func(context.Context) error) {
	if n == nil {
		return func(context.Context) error { return nil }
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	n.give = l.Import
	go func() {
		defer close(ended)
		n.follow(ctx, n.folder, n.every)
	}()
	return func(context.Context) error {
		cancel()
		<-ended
		return nil
	}
}

// hangUp lets commands under way end, breaks off those that take longer, and takes the socket's name away.
func hangUp(ctx context.Context, server *http.Server, path string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return errors.Join(err, os.Remove(path))
}

// step is a part of stopping.
type step struct {
	what string
	do   func(ctx context.Context) error
}

// drain takes the steps in their order, all within drainWithin. A step that does not end is left behind with all that
// come after it: the process ends, and a store that was not closed is as sound as after a power cut.
func drain(ctx context.Context, steps ...step) error {
	ctx, cancel := context.WithTimeout(ctx, drainWithin)
	defer cancel()
	var failed error
	for _, s := range steps {
		ended := make(chan error, 1)
		go func() { ended <- s.do(ctx) }()
		select {
		case err := <-ended:
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("stop %s: %w", s.what, err))
			}
		case <-ctx.Done():
			return errors.Join(failed, fmt.Errorf("stop %s: it did not end within %s", s.what, drainWithin))
		}
	}
	return failed
}
