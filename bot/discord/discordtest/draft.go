package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// draft is a message as it is sent, by the bot or by a person. Fields that an edit leaves out stay as they were.
type draft struct {
	Content         *string         `json:"content"`
	Embeds          *[]Embed        `json:"embeds"`
	Components      *[]Component    `json:"components"`
	Flags           *int            `json:"flags"`
	AllowedMentions *mentions       `json:"allowed_mentions"`
	Attachments     *[]kept         `json:"attachments"`
	Reference       *Reference      `json:"message_reference"`
	Nonce           json.RawMessage `json:"nonce"`
	EnforceNonce    bool            `json:"enforce_nonce"`
	StickerIDs      []string        `json:"sticker_ids"`
	files           map[string]upload
}

// kept names an attachment: a new one by the index of its file, or one that the message has.
type kept struct {
	ID          json.RawMessage `json:"id"`
	Filename    string          `json:"filename"`
	Description string          `json:"description"`
}

// mentions restricts whom a message pings. Without it, it pings all whom it mentions.
// https://discord.com/developers/docs/resources/message#allowed-mentions-object
type mentions struct {
	Parse []string `json:"parse"`
	Users []string `json:"users"`
	Roles []string `json:"roles"`
}

// check finds what Discord refuses in a draft, whether or not the published descriptions are at hand.
// https://discord.com/developers/docs/resources/message#create-message
func (d *draft) check() *apiError {
	if d.Content != nil && length(*d.Content) > 2000 {
		return invalid("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
	}
	if n, err := d.nonce(); err != nil || length(fmt.Sprint(n)) > 25 {
		return invalid("nonce", "NONCE_TYPE_TOO_LONG", "Nonces can be at most 25 characters.")
	}
	if d.Embeds != nil {
		if err := checkEmbeds(*d.Embeds); err != nil {
			return err
		}
	}
	if d.Components != nil {
		flags := 0
		if d.Flags != nil {
			flags = *d.Flags
		}
		if flags&FlagComponentsV2 != 0 && (d.Content != nil && *d.Content != "" || d.Embeds != nil && len(*d.Embeds) > 0) {
			return invalid("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
		}
		if err := checkComponents(*d.Components, flags); err != nil {
			return err
		}
	}
	if m := d.AllowedMentions; m != nil && (slices.Contains(m.Parse, "users") && len(m.Users) > 0 || slices.Contains(m.Parse, "roles") && len(m.Roles) > 0) {
		return invalid("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[\"users\"] and users: [ids...] are mutually exclusive.")
	}
	if len(d.files) > 10 {
		return invalid("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
	}
	return nil
}

// checkEmbeds keeps embeds to their limits.
// https://discord.com/developers/docs/resources/message#embed-object-embed-limits
func checkEmbeds(embeds []Embed) *apiError {
	total := 0
	part := func(n, most int) bool { total += n; return n <= most }
	for _, e := range embeds {
		ok := part(length(e.Title), 256) && part(length(e.Description), 4096) && len(e.Fields) <= 25
		if e.Footer != nil {
			ok = ok && part(length(e.Footer.Text), 2048)
		}
		if e.Author != nil {
			ok = ok && part(length(e.Author.Name), 256)
		}
		for _, f := range e.Fields {
			ok = ok && f.Name != "" && f.Value != "" && part(length(f.Name), 256) && part(length(f.Value), 1024)
		}
		if !ok {
			return invalid("embeds", "BASE_TYPE_MAX_LENGTH", "An embed is longer than allowed.")
		}
	}
	if len(embeds) > 10 || total > 6000 {
		return invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
	}
	return nil
}

func (d *draft) nonce() (any, error) {
	if len(d.Nonce) == 0 || string(d.Nonce) == "null" {
		return nil, nil
	}
	if n, err := strconv.ParseInt(string(d.Nonce), 10, 64); err == nil {
		return n, nil
	}
	var text string
	err := json.Unmarshal(d.Nonce, &text)
	return text, err
}
