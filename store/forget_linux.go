package store

import (
	"os"

	"golang.org/x/sys/unix"
)

// forget asks the kernel to drop what it holds of the file in memory and has not to write any more.
func forget(f *os.File) error { return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) }
