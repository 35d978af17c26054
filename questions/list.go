package questions

// Files lists what Load reads of the source, in its order.
func (s Source) Files() ([]string, error) { return s.files(newBank()) }
