package questions

import (
	"encoding/json"
	"errors"
	"strings"
)

// readJSON reads JSON or JSON Lines, whichever the file turns out to be.
func readJSON(src string, add *adder) {
	if v, err := parseJSON(src, 1); err == nil {
		if !add.list(v) {
			add.refuse(NoList, 0)
		}
		return
	} else if first, _, more := strings.Cut(strings.TrimLeft(src, " \t\n"), "\n"); !more || !json.Valid([]byte(first)) {
		add.refuse(Damaged, lineOf(src, err))
		return
	}
	line, found := 0, false
	for text := range strings.Lines(src) {
		line++
		if strings.TrimSpace(text) == "" {
			continue
		}
		v, err := parseJSON(text, line)
		if err != nil {
			add.warn(BadRow, line, "")
			continue
		}
		found = add.list(v) || found
	}
	if !found {
		add.refuse(NoList, 0)
	}
}

// lineOf is where the file breaks off being JSON.
func lineOf(src string, err error) int {
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return 1 + strings.Count(src[:min(int(syntax.Offset), len(src))], "\n")
	}
	return 0
}

// jsonReader builds values from tokens, which keep the order of keys and tell where they stand.
type jsonReader struct {
	*json.Decoder
	src    string
	line   int // of the byte seen
	passed int // how many bytes lines were counted in
}

var errDepth = errors.New("lists stand too deep in each other")

// parseJSON reads the one value that src holds; line is that of its first byte.
func parseJSON(src string, line int) (value, error) {
	if !json.Valid([]byte(src)) {
		var any json.RawMessage
		return value{}, json.Unmarshal([]byte(src), &any)
	}
	r := &jsonReader{json.NewDecoder(strings.NewReader(src)), src, line, 0}
	r.UseNumber()
	return r.value(0)
}

func (r *jsonReader) value(depth int) (v value, err error) {
	token, err := r.Token()
	if err != nil {
		return v, err
	}
	if depth > maxDepth {
		return v, errDepth
	}
	v.line = r.lineHere()
	switch token := token.(type) {
	case json.Delim:
		return r.inside(v, token == '{', depth)
	case string:
		v.kind, v.text = isText, token
	case json.Number:
		v.kind, v.text = isText, token.String()
	case bool:
		v.kind, v.text = isText, "false"
		if token {
			v.text = "true"
		}
	}
	return v, nil
}

// inside reads a list or mapping up to its end.
func (r *jsonReader) inside(v value, mapping bool, depth int) (value, error) {
	v.kind = isList
	if mapping {
		v.kind = isMapping
	}
	for r.More() {
		if mapping {
			name, err := r.Token()
			if err != nil {
				return v, err
			}
			text, _ := name.(string)
			v.keys = append(v.keys, text)
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.list = append(v.list, item)
	}
	_, err := r.Token() // the closing bracket
	return v, err
}

func (r *jsonReader) lineHere() int {
	at := int(r.InputOffset())
	r.line += strings.Count(r.src[r.passed:at], "\n")
	r.passed = at
	return r.line
}
