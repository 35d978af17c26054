package slacktest

import (
	"slices"
	"strconv"
)

// apply holds an object to rules.
func (c *checker) apply(at string, o object, rules []rule) {
	for _, r := range rules {
		v, there := o[r.field]
		if !there || v == nil {
			if r.required {
				c.find(at, "missing required field: %s", r.field)
			}
			continue
		}
		c.field(at+"/"+r.field, v, r)
	}
}

func (c *checker) field(at string, v any, r rule) {
	switch r.kind {
	case aString:
		s, ok := v.(string)
		if !ok {
			c.find(at, "must be a string")
			return
		}
		c.text(at, s, r.least, r.most)
	case aText, aPlainText:
		c.textObject(at, v, r)
	case aList:
		list, ok := v.([]any)
		switch {
		case !ok:
			c.find(at, "must be an array")
			return
		case len(list) < r.least:
			c.find(at, "must have at least %d item", r.least)
		case len(list) > r.most:
			c.find(at, "no more than %d items allowed", r.most)
		}
		for i, e := range list {
			c.item(at+"/"+strconv.Itoa(i), e, r)
		}
	case anObject:
		c.item(at, v, r)
	}
}

// item holds what stands in a field or a list to its own rules: elements by their type, others by those of the field.
func (c *checker) item(at string, v any, r rule) {
	o, ok := v.(object)
	if !ok {
		c.find(at, "must be an object")
		return
	}
	if r.text > 0 {
		c.textObject(at, o, rule{kind: aText, least: 1, most: r.text})
		return
	}
	if r.inner != nil {
		c.apply(at, o, r.inner)
		return
	}
	kind, _ := o["type"].(string)
	if !slices.Contains(r.types, kind) {
		c.find(at, "unsupported type: %s", kind)
		return
	}
	c.apply(at, o, elementRules[kind])
}

func (c *checker) textObject(at string, v any, r rule) {
	o, _ := v.(object)
	kind, _ := o["type"].(string)
	text, ok := o["text"].(string)
	switch {
	case o == nil:
		c.find(at, "must be an object")
	case kind != "plain_text" && (kind != "mrkdwn" || r.kind == aPlainText):
		c.find(at+"/type", "unsupported type: %s", kind)
	case !ok:
		c.find(at, "missing required field: text")
	default:
		c.text(at+"/text", text, max(1, r.least), r.most)
	}
}

func (c *checker) text(at, text string, least, most int) {
	switch n := length(text); {
	case n < least:
		c.find(at, "must be more than %d characters", least-1)
	case most > 0 && n > most:
		c.find(at, "must be less than %d characters", most+1)
	}
}
