package questions

import "strings"

// settled is q as a format other than JSON can hold it: the same to every reader, without white space that only
// surrounds, options and right ones that fit each other, and no empty text. What is settled stays as it is when it is
// settled again.
func settled(q Question) Question {
	texts := make([]Text, len(q.Texts))
	for i, t := range q.Texts {
		texts[i] = settledText(t)
	}
	q.Texts = texts
	return q
}

func settledText(t Text) Text {
	t.Prompt = strings.TrimSpace(tidy(t.Prompt))
	t.Answer = tidy(t.Answer)
	t.Source = strings.Join(strings.Fields(strings.Trim(t.Source, "<> \t\n")), "%20")
	t.Topics = settledLines(t.Topics)
	t.FollowUps = settledItems(t.FollowUps)
	var options []string
	var right []int
	for i, o := range t.Options {
		if o = settledItem(o); o == "" {
			continue
		}
		for _, r := range t.Right {
			if r == i {
				right = append(right, len(options))
			}
		}
		options = append(options, o)
	}
	t.Options, t.Right = limited(options), nil
	for _, r := range right {
		if r < len(t.Options) {
			t.Right = append(t.Right, r)
		}
	}
	return t
}

// settledItem is a text that can stand indented below the mark of a list.
func settledItem(s string) string {
	lines := strings.Split(strings.TrimSpace(tidy(s)), "\n")
	for i, l := range lines {
		if strings.TrimSpace(l) == "" {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

func settledItems(list []string) []string {
	var all []string
	for _, s := range list {
		if s = settledItem(s); s != "" {
			all = append(all, s)
		}
	}
	return limited(all)
}

// settledLines makes one line of each text.
func settledLines(list []string) []string {
	var all []string
	for _, s := range list {
		if s = strings.Join(strings.Fields(tidy(s)), " "); s != "" {
			all = append(all, s)
		}
	}
	return limited(all)
}
