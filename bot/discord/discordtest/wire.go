package discordtest

import "time"

// User is an account as Discord sends it.
// https://discord.com/developers/docs/resources/user#user-object
type User struct {
	ID            string    `json:"id"`
	Username      string    `json:"username"`
	GlobalName    *string   `json:"global_name"`
	Discriminator string    `json:"discriminator"`
	Avatar        *string   `json:"avatar"`
	Flags         int       `json:"flags"`
	PublicFlags   int       `json:"public_flags"`
	PrimaryGuild  *struct{} `json:"primary_guild"`
	Bot           bool      `json:"bot,omitempty"`
}

// Message is a message as Discord sends it, and as people see it.
// https://discord.com/developers/docs/resources/message#message-object
type Message struct {
	ID                string        `json:"id"`
	ChannelID         string        `json:"channel_id"`
	Type              int           `json:"type"`
	Content           string        `json:"content"`
	Author            User          `json:"author"`
	Timestamp         time.Time     `json:"timestamp"`
	EditedTimestamp   *time.Time    `json:"edited_timestamp"`
	TTS               bool          `json:"tts"`
	MentionEveryone   bool          `json:"mention_everyone"`
	Mentions          []User        `json:"mentions"`
	MentionRoles      []string      `json:"mention_roles"`
	Attachments       []Attachment  `json:"attachments"`
	Embeds            []Embed       `json:"embeds"`
	Components        []Component   `json:"components"`
	Pinned            bool          `json:"pinned"`
	Flags             int           `json:"flags"`
	Nonce             any           `json:"nonce,omitempty"` // a string or a whole number, as it was sent
	ApplicationID     string        `json:"application_id,omitempty"`
	WebhookID         string        `json:"webhook_id,omitempty"`
	Reference         *Reference    `json:"message_reference,omitempty"`
	Interaction       *cause        `json:"interaction_metadata,omitempty"`
	Thread            any           `json:"thread,omitempty"` // filled in as the message is sent
	Reactions         []reactionSum `json:"reactions,omitempty"`
	ReferencedMessage *Message      `json:"referenced_message,omitempty"`

	// Notified names whom the message pinged: "everyone", "role:ID", "user:ID".
	Notified []string `json:"-"`

	by       string // whose it is to edit and delete: the author, or the bot for replies to interactions
	only     string // whom an ephemeral message is shown to, "" for others
	who      []reaction
	pinnedAt time.Time
}

// The message flags in use here.
// https://discord.com/developers/docs/resources/message#message-object-message-flags
const (
	FlagSuppressEmbeds        = 1 << 2
	FlagHasThread             = 1 << 5
	FlagEphemeral             = 1 << 6
	FlagLoading               = 1 << 7
	FlagSuppressNotifications = 1 << 12
	FlagComponentsV2          = 1 << 15
)

// Ephemeral says that only one person sees the message.
func (m Message) Ephemeral() bool { return m.Flags&FlagEphemeral != 0 }

// Loading says that the message still reads "the bot is thinking".
func (m Message) Loading() bool { return m.Flags&FlagLoading != 0 }

// Find returns the component with the custom ID, wherever in the message it is.
func (m Message) Find(customID string) (Component, bool) { return find(m.Components, customID) }

// Buttons returns the message's buttons in order.
func (m Message) Buttons() []Component {
	var buttons []Component
	walk(m.Components, func(c *Component) {
		if c.Type == typeButton {
			buttons = append(buttons, *c)
		}
	})
	return buttons
}

// Reference says which message another answers or forwards.
type Reference struct {
	Type      int    `json:"type"`
	MessageID string `json:"message_id,omitempty"`
	ChannelID string `json:"channel_id"`
	GuildID   string `json:"guild_id,omitempty"`
}

// Attachment is a file of a message. Its URL is served by the server, like everything else.
type Attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Size        int    `json:"size"`
	URL         string `json:"url"`
	ProxyURL    string `json:"proxy_url"`
	ContentType string `json:"content_type,omitempty"`
	Description string `json:"description,omitempty"`
	Ephemeral   bool   `json:"ephemeral,omitempty"`
}

// Embed is a framed part of a message.
// https://discord.com/developers/docs/resources/message#embed-object
type Embed struct {
	Type        string       `json:"type"`
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	URL         string       `json:"url,omitempty"`
	Timestamp   string       `json:"timestamp,omitempty"`
	Color       int          `json:"color,omitempty"`
	Footer      *EmbedPart   `json:"footer,omitempty"`
	Author      *EmbedPart   `json:"author,omitempty"`
	Image       *EmbedImage  `json:"image,omitempty"`
	Thumbnail   *EmbedImage  `json:"thumbnail,omitempty"`
	Fields      []EmbedField `json:"fields,omitempty"`
}

// EmbedPart is an embed's footer, which has a text, or its author, who has a name.
type EmbedPart struct {
	Text    string `json:"text,omitempty"`
	Name    string `json:"name,omitempty"`
	URL     string `json:"url,omitempty"`
	IconURL string `json:"icon_url,omitempty"`
}

// EmbedImage is a picture in an embed.
type EmbedImage struct {
	URL string `json:"url"`
}

// EmbedField is a name and a value in an embed.
type EmbedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline"`
}

// Emoji is a reaction's or a button's picture: a Unicode one has a name and no ID.
type Emoji struct {
	ID       *string `json:"id"`
	Name     *string `json:"name"`
	Animated bool    `json:"animated,omitempty"`
}

// reactionSum is what a message shows of one emoji.
type reactionSum struct {
	Count        int      `json:"count"`
	CountDetails counts   `json:"count_details"`
	Me           bool     `json:"me"`
	MeBurst      bool     `json:"me_burst"`
	Emoji        Emoji    `json:"emoji"`
	BurstColors  []string `json:"burst_colors"`
}

type counts struct {
	Burst  int `json:"burst"`
	Normal int `json:"normal"`
}

// reaction is one person's.
type reaction struct {
	emoji string
	user  string
}

// member is a person in a guild as Discord sends them.
type member struct {
	User     *User     `json:"user,omitempty"`
	Nick     *string   `json:"nick"`
	Avatar   *string   `json:"avatar"`
	Banner   *string   `json:"banner"`
	Roles    []string  `json:"roles"`
	JoinedAt time.Time `json:"joined_at"`
	Premium  *string   `json:"premium_since"`
	Deaf     bool      `json:"deaf"`
	Mute     bool      `json:"mute"`
	Flags    int       `json:"flags"`
	Pending  bool      `json:"pending"`
	Timeout  *string   `json:"communication_disabled_until"`
	// Permissions is set only in interactions.
	Permissions *Permission `json:"permissions,omitempty"`
}

// Role is a set of permissions that members can have.
type Role struct {
	ID           string     `json:"id"`
	Name         string     `json:"name"`
	Color        int        `json:"color"`
	Colors       roleColors `json:"colors"`
	Hoist        bool       `json:"hoist"`
	Icon         *string    `json:"icon"`
	UnicodeEmoji *string    `json:"unicode_emoji"`
	Position     int        `json:"position"`
	Permissions  Permission `json:"permissions"`
	Managed      bool       `json:"managed"`
	Mentionable  bool       `json:"mentionable"`
	Flags        int        `json:"flags"`
}

type roleColors struct {
	Primary   int  `json:"primary_color"`
	Secondary *int `json:"secondary_color"`
	Tertiary  *int `json:"tertiary_color"`
}

// Overwrite changes a role's or a member's permissions in one channel.
type Overwrite struct {
	ID    string     `json:"id"`
	Type  int        `json:"type"` // 0 for a role, 1 for a member
	Allow Permission `json:"allow"`
	Deny  Permission `json:"deny"`
}

// Tag is what a post of a forum channel can be marked with.
type Tag struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Moderated bool    `json:"moderated"`
	EmojiID   *string `json:"emoji_id"`
	EmojiName *string `json:"emoji_name"`
}

// cause says which interaction a message answers.
type cause struct {
	ID         string            `json:"id"`
	Type       int               `json:"type"`
	User       User              `json:"user"`
	Owners     map[string]string `json:"authorizing_integration_owners"`
	Original   string            `json:"original_response_message_id,omitempty"`
	Message    string            `json:"interacted_message_id,omitempty"`
	Target     string            `json:"target_message_id,omitempty"`
	Triggering *cause            `json:"triggering_interaction_metadata,omitempty"`
}
