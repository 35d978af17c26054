package questions

// The likeness from which on the place of a question is evidence enough, where both of its neighbours are what they were,
// and where one is. Nobody can be sure then.
const (
	likeBetween = 0.4
	likeBeside  = 0.5
)

// byPlace pairs what was edited too much to be told by its words alone, but stands where it stood: beside the same
// questions of the same file.
func (m *matcher) byPlace(l *likeness) {
	old, now := placesOf(m.old[:m.live]), placesOf(m.now)
	oldText, nowText := textOfEach(l.old), textOfEach(l.now)
	for j := range m.now {
		if m.prev[j] != none {
			continue
		}
		between := m.neighbours(old, now, j)
		for _, i := range between {
			o, n := oldText[i], nowText[j]
			enough := likeBeside
			if len(between) == 2 && between[0] == between[1] {
				enough = likeBetween
			}
			marked := m.old[i].Mark != "" && m.now[j].Mark != ""
			if !marked && o.lang == n.lang && l.like(o, n) >= enough {
				m.pair(i, j)
				m.unsure[j] = true
				break
			}
		}
	}
}

// neighbourhood holds, by index, the questions before and behind one in its file; none at the file's ends.
type neighbourhood struct{ before, behind []int }

func placesOf(qs []Question) neighbourhood {
	p := neighbourhood{make([]int, len(qs)), make([]int, len(qs))}
	last := map[string]int{}
	for i, q := range qs {
		p.before[i], p.behind[i] = none, none
		file := q.Texts[0].File
		if b, ok := last[file]; ok {
			p.before[i], p.behind[b] = b, i
		}
		last[file] = i
	}
	return p
}

// neighbours returns the old questions without a partner that stand beside what now[j] stands beside, for each side that
// has one.
func (m *matcher) neighbours(old, now neighbourhood, j int) (found []int) {
	enter := func(neighbour int, side []int) {
		if neighbour == none {
			return
		}
		if was := m.prev[neighbour]; was != none && was < m.live && side[was] != none && m.next[side[was]] == none {
			found = append(found, side[was])
		}
	}
	enter(now.before[j], old.behind)
	enter(now.behind[j], old.before)
	return found
}

// textOfEach is the first text of each question.
func textOfEach(ts []likeText) map[int]likeText {
	first := map[int]likeText{}
	for _, t := range ts {
		if _, ok := first[t.question]; !ok {
			first[t.question] = t
		}
	}
	return first
}
