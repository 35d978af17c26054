package discordtest

// The component types in use here.
// https://discord.com/developers/docs/components/reference#component-object-component-types
const (
	typeActionRow    = 1
	typeButton       = 2
	typeStringSelect = 3
	typeTextInput    = 4
	typeLabel        = 18
)

// Component is a part of a message or of a modal. Which fields it has depends on its type.
type Component struct {
	Type        int            `json:"type"`
	ID          int            `json:"id,omitempty"`
	CustomID    string         `json:"custom_id,omitempty"`
	Style       int            `json:"style,omitempty"`
	Label       string         `json:"label,omitempty"`
	Description string         `json:"description,omitempty"`
	Emoji       *Emoji         `json:"emoji,omitempty"`
	URL         string         `json:"url,omitempty"`
	Disabled    bool           `json:"disabled,omitempty"`
	Placeholder string         `json:"placeholder,omitempty"`
	MinValues   *int           `json:"min_values,omitempty"`
	MaxValues   *int           `json:"max_values,omitempty"`
	Options     []SelectOption `json:"options,omitempty"`
	Value       string         `json:"value,omitempty"`
	Required    *bool          `json:"required,omitempty"`
	MinLength   *int           `json:"min_length,omitempty"`
	MaxLength   *int           `json:"max_length,omitempty"`
	Content     string         `json:"content,omitempty"`
	AccentColor *int           `json:"accent_color,omitempty"`
	Spoiler     *bool          `json:"spoiler,omitempty"`
	Divider     *bool          `json:"divider,omitempty"`
	Spacing     int            `json:"spacing,omitempty"`
	Items       []any          `json:"items,omitempty"`
	Components  []Component    `json:"components,omitempty"`
	Component   *Component     `json:"component,omitempty"`
	Accessory   *Component     `json:"accessory,omitempty"`
	File        *EmbedImage    `json:"file,omitempty"`
	Media       *EmbedImage    `json:"media,omitempty"`
}

// SelectOption is a line of a select menu.
type SelectOption struct {
	Label       string `json:"label"`
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
	Emoji       *Emoji `json:"emoji,omitempty"`
	Default     bool   `json:"default,omitempty"`
}

// walk calls f for each component, parents before what is in them.
func walk(components []Component, f func(*Component)) {
	for i := range components {
		c := &components[i]
		f(c)
		walk(c.Components, f)
		for _, one := range []*Component{c.Component, c.Accessory} {
			if one != nil {
				f(one)
				walk(one.Components, f)
			}
		}
	}
}

func find(components []Component, customID string) (found Component, ok bool) {
	walk(components, func(c *Component) {
		if c.CustomID == customID && !ok {
			found, ok = *c, true
		}
	})
	return found, ok
}

// number fills in what Discord fills in: each component's ID, and the defaults that its answers always show.
func number(components []Component) {
	used, next := map[int]bool{}, 1
	walk(components, func(c *Component) { used[c.ID] = true })
	walk(components, func(c *Component) {
		if c.ID == 0 {
			for used[next] {
				next++
			}
			c.ID, used[next] = next, true
		}
		if c.Type == typeStringSelect {
			one, least := 1, 1
			if c.MinValues == nil {
				c.MinValues = &least
			}
			if c.MaxValues == nil {
				c.MaxValues = &one
			}
		}
	})
}

// checkComponents finds what the published schemas do not say: custom IDs are unique, rows hold five buttons or one menu.
// https://discord.com/developers/docs/components/reference#anatomy-of-a-component
func checkComponents(components []Component, flags int) *apiError {
	seen, count := map[string]bool{}, 0
	var bad *apiError
	walk(components, func(c *Component) {
		count++
		if c.CustomID != "" && seen[c.CustomID] {
			bad = invalid("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
		}
		seen[c.CustomID] = true
		switch {
		case c.CustomID != "" && length(c.CustomID) > 100:
			bad = invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
		case c.Type == typeActionRow && !rowFits(c.Components):
			bad = invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
		case c.Type == typeButton && c.Style == 5 && (c.URL == "" || c.CustomID != ""):
			bad = invalid("components", "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
		case c.Type == typeButton && c.Style < 5 && c.CustomID == "":
			bad = invalid("components", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
		case c.Type == typeButton && c.Label == "" && c.Emoji == nil:
			bad = invalid("components", "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or emoji is required")
		case c.Type == typeButton && length(c.Label) > 80:
			bad = invalid("components", "BASE_TYPE_MAX_LENGTH", "Must be 80 or fewer in length.")
		}
	})
	switch {
	case bad != nil:
		return bad
	case flags&FlagComponentsV2 == 0 && len(components) > 5:
		return invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	case count > 40:
		return invalid("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The maximum number of components is 40")
	}
	for _, c := range components {
		if v2 := c.Type != typeActionRow; v2 && flags&FlagComponentsV2 == 0 {
			return invalid("components", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).")
		}
	}
	return nil
}

func rowFits(in []Component) bool {
	if len(in) == 0 || len(in) > 5 {
		return false
	}
	for _, c := range in {
		if c.Type != typeButton && len(in) > 1 {
			return false
		}
	}
	return true
}
