package discordtest

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
