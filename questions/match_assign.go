package questions

import (
	"cmp"
	"container/heap"
	"slices"
)

// edge says that a row may be assigned a column and what is gained by it, more than nothing.
type edge struct {
	col  int
	gain int
}

// maxGain bounds the gain of an edge.
const maxGain = 1 << 20

// maxAssigned is the most rows of a component that are assigned in the best way. Finding it takes time that grows with
// the square of the component in the worst case; real notes fall apart into components of a few rows.
const maxAssigned = 5000

// assign gives each row one of its columns, or none, and no column twice, so that the sum of the gains is the greatest
// there is. Rows that compete for no column with others are looked at apart from them. A component of more than limit
// rows is assigned by the greatest gain first, which gets at least half of the sum.
func assign(rows [][]edge, cols, limit int) []int {
	a := &assignment{
		rows: rows, colOf: slices.Repeat([]int{none}, len(rows)), rowOf: slices.Repeat([]int{none}, cols),
		u: make([]int, len(rows)), v: make([]int, cols), dist: make([]int, cols), from: make([]int, cols), state: make([]uint8, cols),
	}
	for _, component := range components(rows, cols) {
		if len(component) > limit {
			a.greedy(component)
			continue
		}
		for _, r := range component {
			a.augment(r)
		}
	}
	return a.colOf
}

// components lists the rows that are joined by columns they share, each list and the whole in ascending order.
func components(rows [][]edge, cols int) [][]int {
	parent := make([]int, cols) // of columns
	for c := range parent {
		parent[c] = c
	}
	root := func(c int) int {
		for parent[c] != c {
			parent[c] = parent[parent[c]]
			c = parent[c]
		}
		return c
	}
	for _, edges := range rows {
		for _, e := range edges {
			parent[root(e.col)] = root(edges[0].col)
		}
	}
	index := map[int]int{}
	var all [][]int
	for r, edges := range rows {
		if len(edges) == 0 {
			continue
		}
		c := root(edges[0].col)
		if _, ok := index[c]; !ok {
			index[c] = len(all)
			all = append(all, nil)
		}
		all[index[c]] = append(all[index[c]], r)
	}
	return all
}

// assignment is the method of shortest augmenting paths (Jonker and Volgenant 1987) on a sparse graph: rows are added one
// by one, each by the cheapest way to make room for it, where a way may also end in a row that goes without a column. An
// edge costs what it gains less than maxGain. Prices u and v make all costs non-negative on the way, so that Dijkstra's
// algorithm finds it.
type assignment struct {
	rows         [][]edge
	colOf, rowOf []int
	u, v         []int // prices of rows and of columns

	dist, from []int   // of a column in the search that goes on; from is the row it was reached from
	state      []uint8 // of a column: unseen, seen, done
	queue      distances
}

const (
	unseen uint8 = iota
	seen
	done
)

// augment adds a row.
func (a *assignment) augment(start int) {
	a.queue = a.queue[:0]
	var touched, finished []int
	row, base, last := start, 0, none // last is the column that row was reached by
	// The cheapest way that leaves some row without a column: what it costs, and the column that this row gives up.
	least, given := maxGain-a.u[start], none
	end := none
	for {
		if cost := base + maxGain - a.u[row]; cost < least {
			least, given = cost, last
		}
		touched = a.reach(row, base, touched)
		col, ok := a.nearest()
		if !ok || a.dist[col] >= least {
			break
		}
		if a.rowOf[col] == none {
			end, least = col, a.dist[col]
			break
		}
		a.state[col] = done
		finished = append(finished, col)
		row, base, last = a.rowOf[col], a.dist[col], col
	}
	a.u[start] += least
	for _, c := range finished {
		a.u[a.rowOf[c]] += least - a.dist[c]
		a.v[c] -= least - a.dist[c]
	}
	for _, c := range touched {
		a.state[c] = unseen
	}
	if end == none && given != none {
		a.colOf[a.rowOf[given]] = none
		end = given
	}
	if end != none {
		a.turn(start, end)
	}
}

// reach goes on from a row at the distance base, and adds the columns that were not seen before to touched.
func (a *assignment) reach(row, base int, touched []int) []int {
	for _, e := range a.rows[row] {
		cost := base + maxGain - e.gain - a.u[row] - a.v[e.col]
		if a.state[e.col] == done || a.state[e.col] == seen && a.dist[e.col] <= cost {
			continue
		}
		if a.state[e.col] == unseen {
			touched = append(touched, e.col)
		}
		a.state[e.col], a.dist[e.col], a.from[e.col] = seen, cost, row
		heap.Push(&a.queue, distance{cost, e.col})
	}
	return touched
}

// turn gives every row on the way from start to the column end the column behind it.
func (a *assignment) turn(start, end int) {
	for c := end; ; {
		r := a.from[c]
		next := a.colOf[r]
		a.colOf[r], a.rowOf[c] = c, r
		if r == start {
			return
		}
		c = next
	}
}

// nearest takes the nearest column that is not done from the queue.
func (a *assignment) nearest() (col int, ok bool) {
	for len(a.queue) > 0 {
		d := heap.Pop(&a.queue).(distance)
		if a.state[d.col] == seen && a.dist[d.col] == d.cost {
			return d.col, true
		}
	}
	return none, false
}

// greedy assigns the rows by the greatest gain first.
func (a *assignment) greedy(component []int) {
	type pair struct{ row, col, gain int }
	var pairs []pair
	for _, r := range component {
		for _, e := range a.rows[r] {
			pairs = append(pairs, pair{r, e.col, e.gain})
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.gain, a.gain) })
	for _, p := range pairs {
		if a.rowOf[p.col] == none && a.colOf[p.row] == none {
			a.rowOf[p.col], a.colOf[p.row] = p.row, p.col
		}
	}
}

// distance is how far a column is; nearer ones come first, then the lower ones.
type distance struct{ cost, col int }

type distances []distance

func (d distances) Len() int { return len(d) }
func (d distances) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(d[i].cost, d[j].cost), cmp.Compare(d[i].col, d[j].col)) < 0
}
func (d distances) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d *distances) Push(x any)   { *d = append(*d, x.(distance)) }
func (d *distances) Pop() any {
	last := len(*d) - 1
	x := (*d)[last]
	*d = (*d)[:last]
	return x
}
