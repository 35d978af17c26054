package discord

import (
	"context"
	"net/http"
	"net/url"

	"github.com/bwmarrin/discordgo"
)

// threadBody begins a thread.
// https://discord.com/developers/docs/resources/channel#start-thread-from-message
type threadBody struct {
	Name    string   `json:"name"`
	Minutes int      `json:"auto_archive_duration,omitempty"` // 60, 1440, 4320 or 10080
	Tags    []string `json:"applied_tags,omitempty"`
	Message *body    `json:"message,omitempty"`
}

// createThread begins the one thread that a message can have. Its ID is the message's, also if it was there already.
func (r *rest) createThread(ctx context.Context, parent, message, name string, minutes int) (*channel, error) {
	out := &channel{}
	err := r.do(ctx, call{
		method: http.MethodPost, path: messagePath(parent, message) + "/threads",
		body: threadBody{Name: name, Minutes: minutes}, doing: "create threads here",
	}, out)
	if codeOf(err) == codeThreadExists {
		return &channel{ID: message, ParentID: parent, Type: channelPublicThread}, nil
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// createPost begins a post in a forum: a thread with a first message, which has the thread's ID. Discord does not know a
// second one for the same: whoever repeats it looks into the forum first.
// https://discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel
func (r *rest) createPost(ctx context.Context, forum, name string, minutes int, tags []string, d draft) (*channel, error) {
	d.Key = "" // it is not taken here
	b := d.body()
	out := &channel{}
	err := r.do(ctx, call{
		method: http.MethodPost, path: "channels/" + url.PathEscape(forum) + "/threads",
		body:  threadBody{Name: name, Minutes: minutes, Tags: tags, Message: &b},
		files: d.Files, doing: "create posts here", says: true,
	}, out)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// threadChange is what to change of a thread; nil stays as it is.
type threadChange struct {
	Archived *bool `json:"archived,omitempty"`
	Flags    *int  `json:"flags,omitempty"` // of a post in a forum
}

// changeThread changes a thread.
// https://discord.com/developers/docs/resources/channel#modify-channel-json-params-thread
func (r *rest) changeThread(ctx context.Context, id string, change threadChange) (*channel, error) {
	out := &channel{}
	err := r.do(ctx, call{method: http.MethodPatch, path: "channels/" + url.PathEscape(id), body: change, doing: "manage threads here"}, out)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// activeThreads returns the threads of a guild that are not archived and that the bot can see.
// https://discord.com/developers/docs/resources/guild#list-active-guild-threads
func (r *rest) activeThreads(ctx context.Context, guild string) ([]channel, error) {
	out, err := get[struct {
		Threads []channel `json:"threads"`
	}](ctx, r, "guilds/"+url.PathEscape(guild)+"/threads/active", nil)
	if err != nil {
		return nil, err
	}
	return out.Threads, nil
}

// channel returns a channel or thread.
func (r *rest) channel(ctx context.Context, id string) (*channel, error) {
	return get[channel](ctx, r, "channels/"+url.PathEscape(id), nil)
}

// guild returns a guild with its roles.
func (r *rest) guild(ctx context.Context, id string) (*guild, error) {
	return get[guild](ctx, r, "guilds/"+url.PathEscape(id), nil)
}

// member returns a member of a guild.
func (r *rest) member(ctx context.Context, guild, user string) (*member, error) {
	return get[member](ctx, r, "guilds/"+url.PathEscape(guild)+"/members/"+url.PathEscape(user), nil)
}

// private returns the private conversation with a user, which is opened if there is none.
// https://discord.com/developers/docs/resources/user#create-dm
func (r *rest) private(ctx context.Context, user string) (*channel, error) {
	out := &channel{}
	err := r.do(ctx, call{
		method: http.MethodPost, path: "users/@me/channels", doing: "write to this person",
		body: map[string]string{"recipient_id": user},
	}, out)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// gateway returns where the gateway is, and how often the bot may still identify there.
// https://discord.com/developers/docs/events/gateway#get-gateway-bot
func (r *rest) gateway(ctx context.Context) (*discordgo.GatewayBotResponse, error) {
	return get[discordgo.GatewayBotResponse](ctx, r, "gateway/bot", nil)
}

// overwriteCommands makes the application's commands exactly these: those of a guild, or where it is "" those of all.
// https://discord.com/developers/docs/interactions/application-commands#bulk-overwrite-global-application-commands
func (r *rest) overwriteCommands(ctx context.Context, application, guild string, commands []*discordgo.ApplicationCommand) error {
	if commands == nil {
		commands = []*discordgo.ApplicationCommand{} // else it would be null, which is no list
	}
	path := "applications/" + url.PathEscape(application)
	if guild != "" {
		path += "/guilds/" + url.PathEscape(guild)
	}
	return r.do(ctx, call{method: http.MethodPut, path: path + "/commands", body: commands, doing: "register commands"}, nil)
}
