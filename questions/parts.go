package questions

import (
	"slices"
	"strings"
)

func trimBlank(lines []string) []string {
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	for len(lines) > 0 && blank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && blank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func joined(lines []string) string { return strings.Join(trimBlank(lines), "\n") }

// cutFrontPart parts what stands above the answer into the further lines of the prompt and the options, which are the
// task list that it ends with.
func cutFrontPart(lines []string) (rest string, options []string) {
	lines = trimBlank(lines)
	if at := lastIndex(lines, endMark); at >= 0 {
		tasks, behind := cutTasks(trimBlank(lines[at+1:]))
		return joinBlocks(joined(lines[:at]), joined(behind)), itemsOf(tasks)
	}
	for i := 0; i < len(lines); i++ {
		tasks, behind := cutTasks(lines[i:])
		if len(tasks) > 0 && len(behind) == 0 {
			return joined(lines[:i]), itemsOf(tasks)
		}
		i += max(0, len(tasks)-1)
	}
	return joined(lines), nil
}

func isTaskLine(line string) bool {
	s, ok := strings.CutPrefix(line, "- ")
	return ok && isTask(s)
}

// cutTasks cuts the task list that lines begin with.
func cutTasks(lines []string) (tasks, behind []string) {
	return cutList(lines, isTaskLine)
}

// cutList cuts the list that lines begin with: lines that begin items, and what stands blank or indented below them.
func cutList(lines []string, begins func(string) bool) (list, behind []string) {
	end := 0
	for i, l := range lines {
		switch {
		case begins(l), i > 0 && strings.HasPrefix(l, "  ") && strings.TrimSpace(l) != "":
			end = i + 1
		case i > 0 && l == "":
		default:
			return lines[:end], trimBlank(lines[end:])
		}
	}
	return lines[:end], trimBlank(lines[end:])
}

// itemsOf are the items of a list that cutList cut.
func itemsOf(list []string) []string {
	var items []string
	for _, l := range list {
		if s, ok := strings.CutPrefix(l, "- "); ok {
			items = append(items, s)
		} else if len(items) > 0 {
			items[len(items)-1] += "\n" + strings.TrimPrefix(l, "  ")
		}
	}
	for i := range items {
		items[i] = settledItem(items[i])
	}
	return slices.DeleteFunc(items, func(s string) bool { return s == "" })
}

// backPart is what stands from the answer on.
type backPart struct {
	answer    string
	followUps []string
	source    string
}

// cutBack parts it: at its end may stand a source, and above that follow-ups.
func cutBack(lines []string) backPart {
	if at := lastIndex(lines, endMark); at >= 0 {
		b := cutTail(trimBlank(lines[at+1:]))
		b.answer = joinBlocks(joined(lines[:at]), b.answer)
		return b
	}
	return cutTail(trimBlank(lines))
}

func cutTail(lines []string) backPart {
	var b backPart
	if last := len(lines) - 1; last >= 0 {
		for _, names := range partsIn {
			if url, ok := strings.CutPrefix(lines[last], names.source+" "); ok && url != "" && !strings.ContainsAny(url, " \t<>") {
				b.source, lines = url, trimBlank(lines[:last])
				break
			}
		}
	}
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i] != partsIn[English].followUps && lines[i] != partsIn[Korean].followUps {
			continue
		}
		list, behind := cutList(trimBlank(lines[i+1:]), func(l string) bool { return strings.HasPrefix(l, "- ") })
		if len(list) > 0 && len(behind) == 0 {
			b.followUps, lines = itemsOf(list), lines[:i]
		}
		break
	}
	b.answer = joined(lines)
	return b
}

func lastIndex(lines []string, s string) int {
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i] == s {
			return i
		}
	}
	return -1
}
