package bot

// Held counts what the couriers keep in mind about single letters and threads: nothing once all is delivered and read.
func (b *Bot) Held() (n int) {
	for _, c := range b.couriers {
		c.mu.Lock()
		n += len(c.under) + len(c.after) + len(c.unread) + len(c.readings)
		c.mu.Unlock()
	}
	return n
}
