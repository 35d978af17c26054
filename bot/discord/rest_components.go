package discord

import "encoding/json"

// The types of components that matter here.
// https://discord.com/developers/docs/components/reference#component-object-component-types
const (
	componentRow    = 1
	componentButton = 2
	componentInput  = 4
	componentLabel  = 18
)

// The styles of buttons and inputs.
// https://discord.com/developers/docs/components/reference#button-button-styles
const (
	buttonPrimary   = 1
	buttonSecondary = 2
	inputParagraph  = 2
)

// component is a part of a message or a form, whatever its type: a field that a type does not have is empty.
// https://discord.com/developers/docs/components/reference
type component struct {
	Type        int         `json:"type"`
	CustomID    string      `json:"custom_id,omitempty"`
	Style       int         `json:"style,omitempty"`
	Label       string      `json:"label,omitempty"`
	Description string      `json:"description,omitempty"` // of a label
	Value       string      `json:"value,omitempty"`       // of an input
	MaxLength   int         `json:"max_length,omitempty"`
	Required    *bool       `json:"required,omitempty"` // nil is true
	Components  []component `json:"components,omitempty"`
	Component   *component  `json:"component,omitempty"` // of a label
}

// UnmarshalJSON reads what it can: of types to come a field may mean something else.
func (c *component) UnmarshalJSON(b []byte) error {
	var fields map[string]json.RawMessage
	if json.Unmarshal(b, &fields) != nil {
		return nil // it is no component at all
	}
	readField(fields, "type", &c.Type)
	readField(fields, "custom_id", &c.CustomID)
	readField(fields, "style", &c.Style)
	readField(fields, "label", &c.Label)
	readField(fields, "value", &c.Value)
	readField(fields, "components", &c.Components)
	readField(fields, "component", &c.Component)
	return nil
}

// walk calls f for each component, outer ones first.
func walk(list []component, f func(component)) {
	for _, c := range list {
		f(c)
		walk(c.Components, f)
		if c.Component != nil {
			walk([]component{*c.Component}, f)
		}
	}
}
