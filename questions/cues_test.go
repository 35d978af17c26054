package questions

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// The cues are data that people add to, so their rules are held here.
func TestCuesAreSound(t *testing.T) {
	t.Parallel()
	languages, err := parseCues(cueFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"ko", "en", "de", "ja", "zh", "ru", "fr", "es"} {
		w, ok := languages[lang]
		if !ok || len(w.Question) == 0 || len(w.Answer) == 0 || len(w.Source) == 0 || len(w.FollowUps) == 0 || len(w.Endings)+len(w.Wonders) == 0 {
			t.Errorf("%s lacks words to ask, to answer, to lead further or to name a source", lang)
		}
	}
	for lang, w := range languages {
		lists := reflect.ValueOf(w)
		for i := range lists.NumField() {
			name := lists.Type().Field(i).Tag.Get("toml")
			words := lists.Field(i).Interface().([]string)
			for j, word := range words {
				switch {
				case strings.TrimSpace(word) == "" || strings.TrimLeft(word, " ") != word:
					t.Errorf("%s %s: %q is blank or begins so", lang, name, word)
				case strings.ToLower(word) != word:
					t.Errorf("%s %s: %q is not in lower case", lang, name, word)
				case name == "endings" && strings.ContainsFunc(word, unicode.IsPunct):
					t.Errorf("%s %s: %q has marks, which are cut off before", lang, name, word)
				case strings.HasSuffix(word, " ") && !slices.Contains([]string{"wonders", "requests", "reveals", "beside"}, name):
					t.Errorf("%s %s: %q ends in a space, so it never stands alone", lang, name, word)
				case slices.Contains(words[:j], word):
					t.Errorf("%s %s: %q is there twice", lang, name, word)
				}
			}
		}
	}
}

func TestParseCuesNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{"[xx]\nquestoin = ['q']\n": "questoin", "[xx\n": "parse cues", "[xx]\nquestion = 'q'\n": "parse cues"} {
		if _, err := parseCues(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", data, err)
		}
	}
}

// Sentences as people write them, in each language: what asks without its mark, and what only looks so.
func TestAsksInManyLanguages(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"Что такое индекс", "Чем отличается стек от кучи", "Объясните, как работает DNS.", "Вопрос 3: Замыкание",
		"Qu'est-ce qu'un pointeur", "Quelle est la différence entre une pile et une file", "Expliquez le modèle OSI.", "Question : le tas",
		"¿Qué es un hilo?", "Cuál es la diferencia entre TCP y UDP", "Explique la herencia.", "Pregunta 2: Polimorfismo",
		"Was ist ein Thread", "Nennen Sie drei Muster.", "Frage 4) Vererbung",
		"デッドロックとは", "なぜインデックスは速いのか説明してください。", "問3. セマフォ",
		"如何优化查询", "请简述三次握手", "追问: 为什么",
		"가비지 컬렉션에 대해 설명해주세요", "TCP와 UDP의 차이는 무엇인가요",
	} {
		if !asks(s) {
			t.Errorf("asks(%q) is false", s)
		}
	}
	for _, s := range []string{
		"Индекс ускоряет поиск.", "Ответ: да", "La pile est rapide.", "Une file", "Un hilo comparte memoria.", "Herencia",
		"Ein Thread teilt Speicher.", "Vererbung", "スレッドは軽い。", "セマフォ", "索引可以加快查询。", "索引", "스레드는 가볍다.", "스레드",
	} {
		if asks(s) {
			t.Errorf("asks(%q) is true", s)
		}
	}
}
