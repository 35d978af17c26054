package store

// Sharing counts the rows of the board that share the row's place, itself among them. It reads no more than their keys.
func (tx *Tx) Sharing(b Board, r Row) (n int) {
	lo := rankTable.key(rankParts(b, r)[:3]) // without the ID
	for range tx.scan(tx.Scope(), lo, after(lo), false) {
		n++
	}
	return n
}
