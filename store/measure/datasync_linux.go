package measure

import (
	"os"
	"syscall"
)

// datasync waits for the disk as bbolt does.
func datasync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
