package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot"
)

const (
	// registerPause is how long to wait before commands are registered again; each further wait is twice as long, up to
	// registerMost.
	registerPause = 5 * time.Second
	registerMost  = 10 * time.Minute
)

// register makes Discord's commands those of the table, unless they are already: Discord counts how often that is done. It
// returns when they are, or when ctx is done. Without it everything else works, so that it only says in the log that it
// failed, and tries again.
func register(ctx context.Context, r *rest, application string, clock bot.Clock, log *slog.Logger) {
	for wait := registerPause; ; wait = min(2*wait, registerMost) {
		changed, err := registerOnce(ctx, r, application)
		if err == nil {
			if changed {
				log.Info("commands are registered with discord", "application", application)
			}
			return
		}
		pause := max(wait, failureIn(err).After)
		if ctx.Err() == nil {
			log.Warn("commands are not registered with discord", "error", err, "wait", pause)
		}
		if !passes(ctx, clock, pause) {
			return
		}
	}
}

// registerOnce reports whether there was something to change.
func registerOnce(ctx context.Context, r *rest, application string) (changed bool, err error) {
	wanted := registered()
	known, err := r.commands(ctx, application)
	if err != nil {
		return false, fmt.Errorf("read the commands: %w", err)
	}
	same, err := sameCommands(wanted, known)
	if err != nil || same {
		return false, err
	}
	return true, r.overwriteCommands(ctx, application, "", wanted)
}

// commands returns the application's commands with their translations.
// https://discord.com/developers/docs/interactions/application-commands#get-global-application-commands
func (r *rest) commands(ctx context.Context, application string) ([]*discordgo.ApplicationCommand, error) {
	path := "applications/" + url.PathEscape(application) + "/commands"
	out, err := get[[]*discordgo.ApplicationCommand](ctx, r, path, url.Values{"with_localizations": {"true"}})
	if err != nil {
		return nil, err
	}
	return *out, nil
}

// sameCommands compares two lists of commands in whatever order, without what Discord adds by itself.
func sameCommands(a, b []*discordgo.ApplicationCommand) (bool, error) {
	first, err := essences(a)
	if err != nil {
		return false, err
	}
	second, err := essences(b)
	return slices.Equal(first, second), err
}

func essences(list []*discordgo.ApplicationCommand) ([]string, error) {
	var out []string
	for _, c := range list {
		b, err := json.Marshal(c)
		if err != nil {
			return nil, fmt.Errorf("encode a command: %w", err)
		}
		var fields map[string]any
		if err := json.Unmarshal(b, &fields); err != nil {
			return nil, fmt.Errorf("decode a command: %w", err)
		}
		for _, name := range []string{"id", "application_id", "guild_id", "version", "default_permission", "default_member_permissions", "dm_permission", "nsfw"} {
			delete(fields, name)
		}
		b, err = json.Marshal(pruned(fields))
		if err != nil {
			return nil, fmt.Errorf("encode a command: %w", err)
		}
		out = append(out, string(b))
	}
	slices.Sort(out)
	return out, nil
}

// pruned leaves out fields that say nothing, since Discord may leave them out or not.
func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, field := range v {
			switch field := pruned(field).(type) {
			case nil:
				delete(v, name)
			case bool:
				if !field {
					delete(v, name)
				}
			default:
				v[name] = field
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = pruned(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	}
	return v
}
