//go:build !linux

package measure

import "os"

// datasync waits for the disk as bbolt does.
func datasync(f *os.File) error { return f.Sync() }
