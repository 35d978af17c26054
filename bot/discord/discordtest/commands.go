package discordtest

import (
	"slices"
	"strconv"
)

// The types of commands and of their options.
const (
	commandChat       = 1
	commandMessage    = 3
	optionSubcommand  = 1
	optionGroup       = 2
	optionString      = 3
	optionInteger     = 4
	optionBoolean     = 5
	optionUser        = 6
	optionChannel     = 7
	optionRole        = 8
	optionNumber      = 10
	optionAttachment  = 11
	contextGuild      = 0
	contextBotDM      = 1
	maxChatCommands   = 100
	maxMessageCommand = 15
)

// commandsFor checks that the request is about the bot's own application. The key is the guild, "" for all.
func (s *Server) commandsFor(r *request) (string, *apiError) {
	if r.params["application_id"] != s.bot.ID {
		return "", refuse(MissingAccess)
	}
	guild := r.params["guild_id"]
	if guild != "" {
		if _, err := s.guildFor(r); err != nil {
			return "", refuse(MissingAccess)
		}
	}
	return guild, nil
}

// listCommands leaves the translations out unless they are asked for.
func (s *Server) listCommands(r *request) (any, *apiError) {
	guild, err := s.commandsFor(r)
	if err != nil {
		return nil, err
	}
	full, _ := strconv.ParseBool(r.query.Get("with_localizations"))
	out := []Command{}
	for _, c := range s.commands[guild] {
		one := *c
		if !full {
			one.NameLocalizations, one.DescriptionLocalizations = nil, nil
			one.Options = untranslated(one.Options)
		}
		out = append(out, one)
	}
	return out, nil
}

func untranslated(options []CommandOption) []CommandOption {
	options = slices.Clone(options)
	for i := range options {
		o := &options[i]
		o.NameLocalizations, o.DescriptionLocalizations = nil, nil
		o.Options = untranslated(o.Options)
	}
	return options
}

// putCommands replaces all commands at once. A command of the same name and type keeps its ID.
func (s *Server) putCommands(r *request) (any, *apiError) {
	guild, err := s.commandsFor(r)
	if err != nil {
		return nil, err
	}
	var list []*Command
	if err := r.read(&list); err != nil {
		return nil, err
	}
	counts := map[int]int{}
	for _, c := range list {
		if err := s.adopt(guild, c); err != nil {
			return nil, err
		}
		counts[c.Type]++
	}
	if counts[commandChat] > maxChatCommands || counts[commandMessage] > maxMessageCommand {
		return nil, refuse(TooManyCommands)
	}
	s.commands[guild] = list
	return append([]*Command{}, list...), nil
}

// adopt fills in what the server knows of a command.
func (s *Server) adopt(guild string, c *Command) *apiError {
	if c.Type == 0 {
		c.Type = commandChat
	}
	if err := c.check(); err != nil {
		return err
	}
	c.ID, c.ApplicationID, c.GuildID, c.Version = s.snowflake(), s.bot.ID, guild, s.snowflake()
	for _, old := range s.commands[guild] {
		if old.Name == c.Name && old.Type == c.Type {
			c.ID = old.ID
		}
	}
	return nil
}

func (s *Server) createCommand(r *request) (any, *apiError) {
	guild, err := s.commandsFor(r)
	if err != nil {
		return nil, err
	}
	c := &Command{}
	if err := r.read(c); err != nil {
		return nil, err
	}
	if err := s.adopt(guild, c); err != nil {
		return nil, err
	}
	before := len(s.commands[guild])
	s.commands[guild] = append(slices.DeleteFunc(s.commands[guild], func(old *Command) bool { return old.ID == c.ID }), c)
	if len(s.commands[guild]) > before {
		return created{c}, nil
	}
	return c, nil
}

func (s *Server) commandFor(r *request) (string, *Command, *apiError) {
	guild, err := s.commandsFor(r)
	if err != nil {
		return "", nil, err
	}
	for _, c := range s.commands[guild] {
		if c.ID == r.params["command_id"] {
			return guild, c, nil
		}
	}
	return "", nil, refuse(UnknownCommand)
}

func (s *Server) getCommand(r *request) (any, *apiError) {
	_, c, err := s.commandFor(r)
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (s *Server) patchCommand(r *request) (any, *apiError) {
	_, c, err := s.commandFor(r)
	if err != nil {
		return nil, err
	}
	next := *c
	if err := r.read(&next); err != nil {
		return nil, err
	}
	next.ID, next.ApplicationID, next.GuildID, next.Version, next.Type = c.ID, c.ApplicationID, c.GuildID, s.snowflake(), c.Type
	if err := next.check(); err != nil {
		return nil, err
	}
	*c = next
	return c, nil
}

func (s *Server) deleteCommand(r *request) (any, *apiError) {
	guild, c, err := s.commandFor(r)
	if err != nil {
		return nil, err
	}
	s.commands[guild] = slices.DeleteFunc(s.commands[guild], func(o *Command) bool { return o == c })
	return nil, nil
}

// Commands returns the commands that are registered for all guilds.
func (s *Server) Commands() []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Command{}
	for _, c := range s.commands[""] {
		out = append(out, *c)
	}
	return out
}

// usable says whether a command is offered to a person in a channel.
func (s *Server) usable(c *Command, user string, ch *channel) bool {
	where := contextGuild
	if ch.guild == nil {
		where = contextBotDM
	}
	switch {
	case c.Contexts != nil && !slices.Contains(c.Contexts, where):
		return false
	case ch.guild == nil:
		return c.Contexts != nil || c.DMPermission == nil || *c.DMPermission
	}
	has := s.permissions(user, ch)
	p := c.DefaultMemberPermissions
	switch {
	case has&UseCommands == 0:
		return false
	case p == nil || has&Administrator != 0:
		return true
	case *p == 0:
		return false // for administrators only
	}
	return has&*p == *p
}
