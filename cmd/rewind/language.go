package main

import (
	"errors"
	"strings"

	"rewind/questions"
)

// language is a language Rewind speaks, as a flag: its code, or a locale such as ko_KR.UTF-8.
type language questions.Lang

// UnmarshalText reads a code or a locale.
func (l *language) UnmarshalText(text []byte) error {
	lang, ok := langOf(string(text))
	if !ok && len(text) > 0 {
		return errors.New("must be ko or en")
	}
	*l = language(lang)
	return nil
}

func langOf(locale string) (lang questions.Lang, ok bool) {
	locale = strings.ToLower(locale)
	for _, lang := range []questions.Lang{questions.Korean, questions.English} {
		rest, ok := strings.CutPrefix(locale, string(lang))
		if ok && (rest == "" || strings.ContainsAny(rest[:1], "_-.@")) {
			return lang, true
		}
	}
	return questions.English, false
}

// chooseLang finds the operator's language before the command line is parsed, since its help is already in it: --lang,
// then REWIND_LANG, then the locale in the order POSIX gives its variables.
func chooseLang(args []string, getenv func(string) string) questions.Lang {
	if lang, ok := langOf(langArgument(args)); ok {
		return lang
	}
	for _, name := range []string{"REWIND_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := getenv(name); locale != "" {
			lang, _ := langOf(locale)
			return lang
		}
	}
	return questions.English
}

func langArgument(args []string) string {
	for i, a := range args {
		if a == "--" {
			return ""
		}
		if v, ok := strings.CutPrefix(a, "--lang="); ok {
			return v
		}
		if a == "--lang" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}
