//go:build !linux

package store

import "os"

// forget does nothing: other systems offer no way to drop a file from their memory.
func forget(*os.File) error { return nil }
