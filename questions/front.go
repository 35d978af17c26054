package questions

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// front is what a note says about itself in the YAML before its first line.
type front struct {
	topics     []string
	lang       Lang
	own        func() Lang // the language of the note's letters, for cards too short to show theirs
	difficulty Difficulty
}

// cutFront takes the front matter off lines, leaving blank lines in its place so that line numbers hold. Broken front
// matter is taken off too, and named; a rule with mere text below is none and stays.
func cutFront(lines []string) (front, error) {
	end := frontEnd(lines)
	if end < 0 {
		return front{}, nil
	}
	text := strings.Join(lines[1:end], "\n")
	var node yaml.Node
	err := yaml.Unmarshal([]byte(text), &node)
	switch {
	case err == nil && (len(node.Content) == 0 || node.Content[0].Kind != yaml.MappingNode):
		return front{}, nil
	case err != nil && !looksLikeKeys(lines[1:end]):
		return front{}, nil
	}
	clear(lines[:end+1])
	if err != nil {
		return front{}, fmt.Errorf("parse front matter: %w", err)
	}
	return decodeFront(&node)
}

// frontEnd returns the index of the closing line, or -1 where there is no front matter.
func frontEnd(lines []string) int {
	if len(lines) == 0 || strings.TrimRight(lines[0], " \t") != "---" {
		return -1
	}
	for i, l := range lines[1:] {
		if l = strings.TrimRight(l, " \t"); l == "---" || l == "..." {
			return i + 1
		}
	}
	return -1
}

func looksLikeKeys(lines []string) bool {
	for _, l := range lines {
		if l = strings.TrimSpace(l); l == "" || l[0] == '#' {
			continue
		}
		key, _, ok := strings.Cut(l, ":")
		return ok && !strings.ContainsAny(key, " \t")
	}
	return false
}

func decodeFront(node *yaml.Node) (front, error) {
	var raw struct {
		Topics     yaml.Node `yaml:"topics"`
		Lang       string    `yaml:"lang"`
		Difficulty string    `yaml:"difficulty"`
	}
	if err := node.Decode(&raw); err != nil {
		return front{}, fmt.Errorf("decode front matter: %w", err)
	}
	f := front{lang: langOf(raw.Lang), difficulty: difficultyOf(raw.Difficulty)}
	var err error
	if raw.Difficulty != "" && f.difficulty == "" {
		err = fmt.Errorf("unknown difficulty %q", raw.Difficulty)
	}
	switch raw.Topics.Kind {
	case 0:
	case yaml.ScalarNode:
		f.topics = []string{raw.Topics.Value}
	case yaml.SequenceNode:
		err = errors.Join(err, raw.Topics.Decode(&f.topics))
	default:
		err = errors.New("topics are neither a text nor a list")
	}
	if err != nil {
		return f, fmt.Errorf("decode front matter: %w", err)
	}
	f.topics = withoutBlank(f.topics)
	return f, nil
}

func withoutBlank(list []string) []string {
	var kept []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			kept = append(kept, s)
		}
	}
	return kept
}
