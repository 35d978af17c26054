package store

import (
	"context"
	"fmt"
)

// CurrentBankInfo tells of the version that is asked from, without reading it; ok is false if nothing was ever imported.
func (s *Store) CurrentBankInfo(ctx context.Context) (info BankInfo, ok bool, err error) {
	err = s.View(ctx, systemScope, func(tx *Tx) error {
		p, _ := bankPointerTable.get(tx)
		info, ok = bankInfoTable.get(tx, p.Current)
		return nil
	})
	if err != nil {
		return BankInfo{}, false, fmt.Errorf("read the question bank: %w", err)
	}
	return info, ok, nil
}
