package sqlite

import (
	"fmt"
	"slices"
	"strings"
)

// token is a word, number or sign of SQL, or the text of something quoted.
type token struct {
	text   string
	quoted bool
}

// is says whether t is the keyword or sign.
func (t token) is(word string) bool { return !t.quoted && strings.EqualFold(t.text, word) }

func (t token) isOneOf(words ...string) bool { return slices.ContainsFunc(words, t.is) }

// at returns the token i of all, or an empty one behind the last.
func at(all []token, i int) token {
	if i < len(all) {
		return all[i]
	}
	return token{}
}

// index finds the first of a keyword, or returns -1.
func index(all []token, word string) int {
	return slices.IndexFunc(all, func(t token) bool { return t.is(word) })
}

// list splits what stands in brackets at its commas. rest is what comes behind the brackets.
func list(all []token) (parts [][]token, rest []token, ok bool) {
	depth, start := 0, 1
	for i, t := range all {
		switch {
		case t.is("("):
			depth++
		case depth == 0:
			return nil, nil, false
		case t.is(")"):
			depth--
		}
		if depth == 0 || depth == 1 && t.is(",") {
			parts = append(parts, all[start:i])
			start = i + 1
		}
		if depth == 0 {
			return parts, all[i+1:], true
		}
	}
	return nil, nil, false
}

// outer returns what stands in no brackets, and the brackets that open there.
func outer(all []token) (flat []token) {
	depth := 0
	for _, t := range all {
		if t.is(")") {
			depth--
			continue
		}
		if depth == 0 {
			flat = append(flat, t)
		}
		if t.is("(") {
			depth++
		}
	}
	return flat
}

// tokens takes SQL apart. See https://sqlite.org/lang_keywords.html for the four kinds of quotes.
func tokens(sql string) (all []token, err error) {
	if len(sql) > maxSQL {
		return nil, fmt.Errorf("a declaration of %d bytes: %w", len(sql), ErrTooBig)
	}
	for sql != "" {
		n := 1
		switch c := sql[0]; {
		case strings.IndexByte(" \t\n\f\r", c) >= 0:
		case strings.HasPrefix(sql, "--"):
			n = until(sql, 2, "\n")
		case strings.HasPrefix(sql, "/*"):
			n = until(sql, 2, "*/")
		case strings.IndexByte("'\"`[", c) >= 0:
			var t string
			if t, n = quoted(sql); n == 0 {
				return nil, errDeclaration
			}
			all = append(all, token{t, true})
		default:
			for isWord(c) && n < len(sql) && isWord(sql[n]) {
				n++
			}
			all = append(all, token{sql[:n], false})
		}
		sql = sql[n:]
	}
	return all, nil
}

// until returns where the first end at or behind from is over.
func until(sql string, from int, end string) int {
	if i := strings.Index(sql[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(sql)
}

// quoted returns what stands between the quotes that sql begins with, and how many bytes both have; 0 if they do not
// close. A quote within is written twice, but not between square brackets.
func quoted(sql string) (text string, size int) {
	end := sql[:1]
	if end == "[" {
		end = "]"
	}
	for i := 1; i < len(sql); i++ {
		if sql[i] != end[0] {
			continue
		}
		if end == "]" || i+1 == len(sql) || sql[i+1] != end[0] {
			return strings.ReplaceAll(sql[1:i], end+end, end), i + 1
		}
		i++
	}
	return "", 0
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}
