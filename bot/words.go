package bot

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"text/template"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	i18ntemplate "github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"

	"rewind/questions"
)

//go:embed words/*.toml
var wordFiles embed.FS

// loadWords reads every sentence once: words/TOPIC.LANG.toml. A broken catalogue is a broken build, which a test finds.
var loadWords = sync.OnceValue(func() *i18n.Bundle {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	files, err := fs.Glob(wordFiles, "words/*.toml")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		if _, err := bundle.LoadMessageFileFS(wordFiles, f); err != nil {
			panic(fmt.Sprintf("read the sentences in %s: %v", f, err))
		}
	}
	return bundle
})

// Words makes sentences in one language.
type Words struct {
	lang      questions.Lang
	localizer *i18n.Localizer
}

// Values fill the blanks of a sentence.
type Values map[string]any

// Speak returns the words of a language; of English where Rewind does not speak it.
func Speak(lang questions.Lang) Words {
	if lang != questions.Korean {
		lang = questions.English
	}
	return Words{lang, i18n.NewLocalizer(loadWords(), string(lang))}
}

// Lang is the language of the words.
func (w Words) Lang() questions.Lang { return w.lang }

// Say returns the sentence under the key with its blanks filled. A value called Count chooses between one and many.
func (w Words) Say(key string, values ...Values) string {
	all := Values{}
	for _, v := range values {
		for k, x := range v {
			all[k] = x
		}
	}
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: all, TemplateParser: wordParser}
	if n, ok := all["Count"]; ok {
		config.PluralCount = n
	}
	s, err := w.localizer.Localize(config)
	if err != nil {
		return "⟦" + key + "⟧" // a test walks every key in both languages, so nobody sees this
	}
	return strings.TrimRight(s, "\n")
}

// blanks parses a sentence's blanks once. i18n's own does so each time it is said as soon as it has functions.
type blanks struct{ i18ntemplate.TextParser }

// Cacheable says that the functions are always the same.
func (*blanks) Cacheable() bool { return true }

var wordParser = &blanks{i18ntemplate.TextParser{Funcs: template.FuncMap{"josa": josa}}}

// josa returns the particle that fits the last sound of a word, of a pair written as in "은/는": the first after a final
// consonant, the second after a vowel. "으로/로" takes the second also after ㄹ.
func josa(word any, pair string) string {
	with, without, _ := strings.Cut(pair, "/")
	final := finalConsonant(fmt.Sprint(word))
	if final == 0 || final == rieul && without == "로" {
		return without
	}
	return with
}

// rieul is the index of ㄹ among the final consonants of a Hangul syllable (Unicode 16, section 3.12).
const rieul = 8

// finalConsonant returns the index of the consonant that the word ends in when it is read aloud in Korean, 0 for a vowel.
func finalConsonant(word string) int {
	word = strings.TrimRight(word, "*_`~)]}\"'’”」』.,!? ")
	runes := []rune(word)
	if len(runes) == 0 {
		return 0
	}
	last := runes[len(runes)-1]
	if last >= '가' && last <= '힣' {
		return int(last-'가') % 28
	}
	return spokenFinals[last]
}

// spokenFinals are the digits and Latin letters whose Korean names end in a consonant: 영, 일, 삼, 육, 칠, 팔; 엘, 엠, 엔, 알.
var spokenFinals = map[rune]int{
	'0': 21, '1': rieul, '3': 16, '6': 1, '7': rieul, '8': rieul,
	'l': rieul, 'L': rieul, 'm': 16, 'M': 16, 'n': 4, 'N': 4, 'r': rieul, 'R': rieul,
}
