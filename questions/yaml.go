package questions

import (
	"errors"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxDocuments is the most documents of one YAML file.
const maxDocuments = 1000

// readYAML reads lists of questions in YAML, in one document or several.
func readYAML(src string, add *adder) {
	documents := yaml.NewDecoder(strings.NewReader(src))
	found := false
	for range maxDocuments {
		var node yaml.Node
		err := documents.Decode(&node)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			add.refuse(Damaged, yamlLine(err))
			return
		}
		found = add.list(fromYAML(&node, 0)) || found
	}
	if !found {
		add.refuse(NoList, 0)
	}
}

var yamlErrorLine = regexp.MustCompile(`line (\d+)`)

func yamlLine(err error) int {
	if found := yamlErrorLine.FindStringSubmatch(err.Error()); found != nil {
		return number(found[1])
	}
	return 0
}

// fromYAML turns a node into a value. What an alias stands for is followed only if it is a text: lists of aliases of
// lists grow without end.
func fromYAML(n *yaml.Node, depth int) value {
	v := value{line: n.Line}
	if depth > maxDepth {
		return v
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) > 0 {
			return fromYAML(n.Content[0], depth+1)
		}
	case yaml.AliasNode:
		if n.Alias != nil && n.Alias.Kind == yaml.ScalarNode {
			v.kind, v.text = isText, n.Alias.Value
		}
	case yaml.ScalarNode:
		if n.Tag != "!!null" {
			v.kind, v.text = isText, n.Value
		}
	case yaml.SequenceNode:
		v.kind = isList
		for _, item := range n.Content {
			v.list = append(v.list, fromYAML(item, depth+1))
		}
	case yaml.MappingNode:
		v.kind = isMapping
		for i := 0; i+1 < len(n.Content); i += 2 {
			v.keys = append(v.keys, n.Content[i].Value)
			item := fromYAML(n.Content[i+1], depth+1)
			item.line = n.Content[i].Line
			v.list = append(v.list, item)
		}
	}
	return v
}
