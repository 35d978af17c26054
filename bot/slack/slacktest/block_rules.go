package slacktest

// fieldKind is what a field holds.
type fieldKind int

const (
	aString    fieldKind = iota
	aText                // a text object of either type
	aPlainText           // a text object of type plain_text
	aList
	anObject
	aRows // lists of lists, which a table has
)

// rule is what holds for a field of a block or an element. Lengths are of strings and of texts, or numbers of items.
type rule struct {
	field    string
	kind     fieldKind
	required bool
	least    int
	most     int
	text     int      // items are text objects of at most this length
	types    []string // items are elements of these types
	inner    []rule   // items are objects to which these rules apply
}

// The elements that may stand in blocks.
// https://docs.slack.dev/reference/block-kit/block-elements
var (
	selects = []string{"static_select", "external_select", "users_select", "conversations_select", "channels_select",
		"multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select"}
	inActions = append([]string{"button", "checkboxes", "datepicker", "datetimepicker", "overflow", "radio_buttons", "timepicker",
		"workflow_button", "rich_text_input"}, selects...)
	inSection = append([]string{"button", "checkboxes", "datepicker", "image", "overflow", "radio_buttons", "timepicker",
		"workflow_button"}, selects...)
	inInput = append([]string{"plain_text_input", "checkboxes", "datepicker", "datetimepicker", "radio_buttons", "timepicker",
		"email_text_input", "number_input", "url_text_input", "file_input", "rich_text_input"}, selects...)
)

// https://docs.slack.dev/reference/block-kit/composition-objects/option-object
var (
	option      = optionOf(aPlainText) // of menus
	boxedOption = optionOf(aText)      // of checkboxes and radio buttons
)

func optionOf(text fieldKind) []rule {
	return []rule{
		{field: "text", kind: text, required: true, most: 75},
		{field: "value", required: true, most: 150},
		{field: "description", kind: text, most: 75},
		{field: "url", most: 3000},
	}
}

// https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
var confirmation = rule{field: "confirm", kind: anObject, inner: []rule{
	{field: "title", kind: aPlainText, required: true, most: 100},
	{field: "text", kind: aText, required: true, most: 300},
	{field: "confirm", kind: aPlainText, required: true, most: 30},
	{field: "deny", kind: aPlainText, required: true, most: 30},
}}

var actionID = rule{field: "action_id", most: 255}

func options(most int, of []rule) rule {
	return rule{field: "options", kind: aList, required: true, least: 1, most: most, inner: of}
}

// chosen are the rules of an element with which one chooses among things that Slack knows.
var chosen = []rule{actionID, confirmation, {field: "placeholder", kind: aPlainText, most: 150}}

// elementRules are the limits of elements, by type.
// https://docs.slack.dev/reference/block-kit/block-elements
var elementRules = map[string][]rule{
	"button": {actionID, confirmation, {field: "text", kind: aPlainText, required: true, most: 75}, {field: "value", most: 2000},
		{field: "url", most: 3000}, {field: "accessibility_label", most: 75}},
	"checkboxes":           {actionID, confirmation, options(10, boxedOption)},
	"radio_buttons":        {actionID, confirmation, options(10, boxedOption)},
	"overflow":             {actionID, confirmation, options(5, option)},
	"plain_text_input":     {actionID, {field: "placeholder", kind: aPlainText, most: 150}},
	"static_select":        append([]rule{{field: "options", kind: aList, most: 100, inner: option}}, chosen...),
	"multi_static_select":  append([]rule{{field: "options", kind: aList, most: 100, inner: option}}, chosen...),
	"users_select":         chosen,
	"channels_select":      chosen,
	"conversations_select": chosen,
	"datepicker":           chosen,
	"timepicker":           chosen,
	"image":                {{field: "alt_text", required: true, most: 2000}, {field: "image_url", most: 3000}},
}

// blockRules are the limits of blocks, by type. A block of a type that is not here is refused.
// https://docs.slack.dev/reference/block-kit/blocks
var blockRules = map[string][]rule{
	"actions": {{field: "elements", kind: aList, required: true, least: 1, most: 25, types: inActions}},
	"alert":   {{field: "text", kind: aText, required: true, most: 200}},
	"context": {{field: "elements", kind: aList, required: true, least: 1, most: 10, inner: []rule{{field: "text", most: 3000},
		{field: "alt_text", most: 2000}}}},
	"context_actions": {{field: "elements", kind: aList, required: true, least: 1, most: 5, inner: []rule{actionID}}},
	"divider":         {},
	"file":            {{field: "external_id", required: true}},
	"header":          {{field: "text", kind: aPlainText, required: true, most: 150}},
	"image": {{field: "alt_text", required: true, most: 2000}, {field: "image_url", most: 3000},
		{field: "title", kind: aPlainText, most: 2000}},
	"input": {{field: "label", kind: aPlainText, required: true, most: 2000}, {field: "hint", kind: aPlainText, most: 2000},
		{field: "element", kind: anObject, required: true, types: inInput}},
	"markdown":  {{field: "text", required: true, least: 1, most: 12_000}},
	"rich_text": {{field: "elements", kind: aList, required: true, most: 1_000_000, inner: []rule{{field: "type", required: true}}}},
	"section": {{field: "text", kind: aText, most: 3000}, {field: "fields", kind: aList, least: 1, most: 10, text: 2000},
		{field: "accessory", kind: anObject, types: inSection}},
	"table": {{field: "rows", kind: aRows, required: true}},
	"video": {{field: "alt_text", required: true, most: 200}, {field: "title", kind: aPlainText, required: true, most: 200}},
}
