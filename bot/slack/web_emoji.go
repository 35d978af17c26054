package slack

import "strings"

// emojiNames are Slack's names of emoji that the bot sets, or that people often choose.
var emojiNames = map[string]string{
	"✅": "white_check_mark", "☑": "ballot_box_with_check", "✔": "heavy_check_mark", "❌": "x", "❓": "question", "❗": "exclamation",
	"👍": "+1", "👎": "-1", "👏": "clap", "🙌": "raised_hands", "🙏": "pray", "👌": "ok_hand", "💪": "muscle", "👀": "eyes",
	"❤": "heart", "🔥": "fire", "🎉": "tada", "💯": "100", "⭐": "star", "🌟": "star2", "🏆": "trophy", "🥇": "first_place_medal",
	"💡": "bulb", "📌": "pushpin", "📝": "memo", "🚩": "triangular_flag_on_post", "⏰": "alarm_clock", "⏳": "hourglass_flowing_sand",
	"🔒": "lock", "🔓": "unlock", "🤔": "thinking_face", "😂": "joy", "😄": "smile", "😍": "heart_eyes", "😢": "cry", "😮": "open_mouth",
	"🚀": "rocket", "🙂": "slightly_smiling_face", "➕": "heavy_plus_sign", "➖": "heavy_minus_sign",
}

// emojiAliases are further names that Slack has for one emoji.
var emojiAliases = map[string]string{"thumbsup": "+1", "thumbsdown": "-1", "thinking": "thinking_face"}

var emojiByName = func() map[string]string {
	m := map[string]string{}
	for emoji, name := range emojiNames {
		m[name] = emoji
	}
	return m
}()

// presentation asks for an emoji to be shown in colours; it stands behind some of them, or does not.
const presentation = "\ufe0f"

// nameOfEmoji is Slack's name of an emoji, which may also be given as ":name:".
func nameOfEmoji(emoji string) (name string, ok bool) {
	emoji = strings.TrimSpace(strings.ReplaceAll(emoji, presentation, ""))
	if name, ok = emojiNames[emoji]; ok {
		return name, true
	}
	name = strings.Trim(emoji, ":")
	return name, name != "" && emoji == ":"+name+":"
}

// emojiOfName is an emoji as text: itself, or ":name:" where it is one of the workspace's own or not known here. Shades of
// skin make no difference.
func emojiOfName(name string) string {
	plain, _, _ := strings.Cut(name, "::")
	if alias, ok := emojiAliases[plain]; ok {
		plain = alias
	}
	if emoji, ok := emojiByName[plain]; ok {
		return emoji
	}
	return ":" + plain + ":"
}
