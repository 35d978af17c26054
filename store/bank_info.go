package store

import (
	"context"
	"fmt"
)

// CurrentBankInfo tells of the operator's version, without reading it; ok is false if nothing was ever imported.
func (s *Store) CurrentBankInfo(ctx context.Context) (info BankInfo, ok bool, err error) {
	return s.bankInfo(ctx, systemScope)
}

// GroupBankInfo tells of the version that a group is asked from.
func (s *Store) GroupBankInfo(ctx context.Context, group string) (info BankInfo, ok bool, err error) {
	return s.bankInfo(ctx, groupScope(group))
}

func (s *Store) bankInfo(ctx context.Context, owner string) (info BankInfo, ok bool, err error) {
	err = s.View(ctx, owner, func(tx *Tx) error {
		info, ok = bankInfoTable.of(tx, systemScope, tx.currentVersion(owner))
		return nil
	})
	if err != nil {
		return BankInfo{}, false, fmt.Errorf("read the question bank: %w", err)
	}
	return info, ok, nil
}
