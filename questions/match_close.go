package questions

import "math"

// rivals holds the two greatest gains of each row and column, by which a close call is seen.
type rivals struct{ rows, cols [][2]edge }

func rivalsOf(rows [][]edge, cols int) rivals {
	r := rivals{make([][2]edge, len(rows)), make([][2]edge, cols)}
	enter := func(top *[2]edge, e edge) {
		switch {
		case e.gain > top[0].gain:
			top[0], top[1] = e, top[0]
		case e.gain > top[1].gain:
			top[1] = e
		}
	}
	for row, edges := range rows {
		for _, e := range edges {
			enter(&r.rows[row], e)
			enter(&r.cols[e.col], edge{row, e.gain})
		}
	}
	return r
}

// close says whether another pair of the same row or column is nearly as like.
func (r rivals) close(row int, chosen edge) bool {
	other := func(top [2]edge, own int) int {
		if top[0].col == own {
			return top[1].gain
		}
		return top[0].gain
	}
	rival := max(other(r.rows[row], chosen.col), other(r.cols[chosen.col], row))
	likeness := func(gain int) float64 { return math.Sqrt(float64(gain) / maxGain) }
	return rival > 0 && likeness(chosen.gain)-likeness(rival) < closeCall
}
