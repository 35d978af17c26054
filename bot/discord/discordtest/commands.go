package discordtest

import (
	"slices"
	"strconv"
)

// Command is an application command as it is registered.
// https://discord.com/developers/docs/interactions/application-commands#application-command-object
type Command struct {
	ID                       string            `json:"id"`
	ApplicationID            string            `json:"application_id"`
	GuildID                  string            `json:"guild_id,omitempty"`
	Version                  string            `json:"version"`
	Type                     int               `json:"type"`
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations,omitempty"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations,omitempty"`
	Options                  []CommandOption   `json:"options,omitempty"`
	DefaultMemberPermissions *Permission       `json:"default_member_permissions"`
	DMPermission             *bool             `json:"dm_permission,omitempty"`
	Contexts                 []int             `json:"contexts,omitempty"`
	IntegrationTypes         []int             `json:"integration_types,omitempty"`
	NSFW                     bool              `json:"nsfw"`
}

// CommandOption is a subcommand, a group of them, or a parameter.
type CommandOption struct {
	Type                     int               `json:"type"`
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations,omitempty"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations,omitempty"`
	Required                 bool              `json:"required,omitempty"`
	Autocomplete             bool              `json:"autocomplete,omitempty"`
	Choices                  []Choice          `json:"choices,omitempty"`
	Options                  []CommandOption   `json:"options,omitempty"`
	MinValue                 *float64          `json:"min_value,omitempty"`
	MaxValue                 *float64          `json:"max_value,omitempty"`
	MinLength                *int              `json:"min_length,omitempty"`
	MaxLength                *int              `json:"max_length,omitempty"`
	ChannelTypes             []int             `json:"channel_types,omitempty"`
}

// Choice is one of the values that a parameter can have.
type Choice struct {
	Name              string            `json:"name"`
	NameLocalizations map[string]string `json:"name_localizations,omitempty"`
	Value             any               `json:"value"`
}

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

// check keeps a command to its limits.
// https://discord.com/developers/docs/interactions/application-commands#application-command-object
func (c *Command) check() *apiError {
	if c.Type == commandChat && (c.Description == "" || length(c.Description) > 100) {
		return invalid("description", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	}
	if length(c.Name) < 1 || length(c.Name) > 32 {
		return invalid("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
	if c.Type != commandChat && (c.Description != "" || len(c.Options) > 0) {
		return invalid("description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED", "Context menu commands cannot have description")
	}
	if total := length(c.Name) + length(c.Description) + sizeOf(c.Options); total > 8000 {
		return invalid("options", "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
	}
	return checkOptions(c.Options)
}

func sizeOf(options []CommandOption) int {
	n := 0
	for _, o := range options {
		n += length(o.Name) + length(o.Description) + sizeOf(o.Options)
		for _, c := range o.Choices {
			n += length(c.Name)
		}
	}
	return n
}

func checkOptions(options []CommandOption) *apiError {
	if len(options) > 25 {
		return invalid("options", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
	}
	optional, seen := false, map[string]bool{}
	for _, o := range options {
		switch {
		case seen[o.Name]:
			return invalid("options", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		case o.Required && optional:
			return invalid("options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		case len(o.Choices) > 25:
			return invalid("options", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
		case o.Autocomplete && len(o.Choices) > 0:
			return invalid("options", "APPLICATION_COMMAND_AUTOCOMPLETE_INVALID", "Autocomplete and choices cannot be used together")
		}
		seen[o.Name] = true
		optional = optional || !o.Required && o.Type > optionGroup
		if err := checkOptions(o.Options); err != nil {
			return err
		}
	}
	return nil
}

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
