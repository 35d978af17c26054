package questions

// byteTable says which bytes are meant. Lines are trimmed so often that building the set each time, as package strings
// does, would be a good part of all the work.
type byteTable [256]bool

func byteSet(chars string) byteTable {
	var t byteTable
	for i := range len(chars) {
		t[chars[i]] = true
	}
	return t
}

func trimLeftBytes(s string, set *byteTable) string {
	i := 0
	for i < len(s) && set[s[i]] {
		i++
	}
	return s[i:]
}

func trimRightBytes(s string, set *byteTable) string {
	i := len(s)
	for i > 0 && set[s[i-1]] {
		i--
	}
	return s[:i]
}
