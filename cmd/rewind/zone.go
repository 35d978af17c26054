package main

import (
	"errors"
	"os"
	"strings"
	"time"
)

// zone is a time zone as a flag: an IANA name.
type zone struct{ *time.Location }

// UnmarshalText reads an IANA name.
func (z *zone) UnmarshalText(text []byte) error {
	loc, ok := loadZone(string(text))
	if !ok {
		return errors.New(`must be the name of a time zone, such as "Asia/Seoul"`)
	}
	z.Location = loc
	return nil
}

// loadZone refuses the names that mean no zone in particular: what they stand for would change with the machine.
func loadZone(name string) (*time.Location, bool) {
	if name == "" || name == "Local" {
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	return loc, err == nil
}

// machineZone is the machine's zone by its name: TZ, else where localtime points, else UTC. Go knows the machine's zone
// only as "Local", which a store cannot keep.
func machineZone(getenv func(string) string, localtime string) *time.Location {
	if tz := getenv("TZ"); tz != "" {
		if loc, ok := loadZone(strings.TrimPrefix(tz, ":")); ok {
			return loc
		}
		return time.UTC
	}
	target, err := os.Readlink(localtime)
	if err != nil {
		return time.UTC
	}
	_, name, _ := strings.Cut(target, "zoneinfo/")
	if loc, ok := loadZone(name); ok {
		return loc
	}
	return time.UTC
}
