package questions

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// asks says whether s, which holds no links, reads like a question or a request, by its label, its mark, its ending or
// its opening.
func asks(s string) bool {
	s = unwrap(trimDecoration(trimArrow(cutBox(s))))
	rest, labelled := cutQuestionLabel(s)
	s = unwrap(trimDecoration(cutNumber(trimDecoration(rest))))
	if !hasWord(s) || labelled {
		return labelled
	}
	return sentenceAsks(cutRemark(s))
}

var arrows, openers = byteSet(" \t,->="), byteSet("\"'*_`( ")

// trimArrow takes off what leads from a question to its answer.
func trimArrow(s string) string {
	for {
		cut := strings.TrimSuffix(trimRightBytes(s, &arrows), "→")
		if len(cut) == len(s) {
			return s
		}
		s = cut
	}
}

// sentenceAsks judges a sentence without label, number, emphasis and remark.
func sentenceAsks(s string) bool {
	closed := strings.TrimRightFunc(s, isClosing)
	last, _ := utf8.DecodeLastRuneInString(closed)
	switch last {
	case '?', '？', '؟':
		return true
	case ':', ',', ';', '：', '，', '、':
		return false
	}
	bare := strings.TrimRightFunc(closed, func(r rune) bool { return isStop(r) || isClosing(r) })
	c := cues()
	if c.endings.closes(bare) {
		return true
	}
	s = trimLeftBytes(s, &openers)
	if s != "" && s[0] >= utf8.RuneSelf {
		for _, open := range []string{"¿", "¡", "“", "‘", "「", "『"} {
			s = strings.TrimPrefix(s, open)
		}
	}
	return c.requests.opens(s) || len(bare) == len(closed) && c.wonders.opens(s)
}

// opensOnly says whether s, which asks, does so by nothing but its first words.
func opensOnly(s string) bool {
	s = unwrap(trimDecoration(cutNumber(trimDecoration(s))))
	c := cues()
	return c.wonders.opens(s) && !c.endings.closes(s)
}

// isStop says whether r ends a sentence without asking, or stands before such a mark.
func isStop(r rune) bool {
	switch r {
	case '.', '!', '。', '！', '~', '…', ' ':
		return true
	}
	return false
}

// cutRemark takes a short remark in brackets off the end of s: how hard a question is, or how often it was asked.
func cutRemark(s string) string {
	var open string
	switch {
	case strings.HasSuffix(s, ")"):
		open = "("
	case strings.HasSuffix(s, "）"):
		open = "（"
	case strings.HasSuffix(s, "]"):
		open = "["
	default:
		return s
	}
	at := strings.LastIndex(s, open)
	if at < 0 || len(s)-at > maxRemark*utf8.UTFMax || utf8.RuneCountInString(s[at:]) > maxRemark {
		return s
	}
	if rest := strings.TrimSpace(s[:at]); rest != "" {
		return rest
	}
	return s
}

// maxRemark is in runes, with the brackets.
const maxRemark = 12

// states says whether s ends like a sentence that asks nothing.
func states(s string) bool {
	s = strings.TrimRightFunc(s, isClosing)
	bare := strings.TrimRightFunc(s, isStop)
	return len(bare) != len(s) || cues().statements.closes(bare)
}

// isClosing says whether r may stand after the mark that ends a sentence.
func isClosing(r rune) bool {
	switch r {
	case ')', ']', '}', '>', '"', '\'', '*', '_', '`', '”', '’', '」', '』', '）', '】':
		return true
	}
	return unicode.IsSpace(r)
}
