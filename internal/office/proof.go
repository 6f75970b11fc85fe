package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// ProofLasts is how long a proof of who sits at the browser (password, code) stands for acts that need a fresh one:
// showing secret fields, managing accounts.
const ProofLasts = 15 * time.Minute

// Proved says whether the caller has proved who they are in the last quarter of an hour. A token proves nothing of
// the kind.
func Proved(c access.Caller, now clock.Time) bool {
	return c.Proved != 0 && now.Sub(c.Proved) < ProofLasts
}

// proved asks for a proof of who asks that is not older than ProofLasts.
func proved(ctx context.Context, c access.Caller, now clock.Time) error {
	if Proved(c, now) {
		return nil
	}
	return refuse(ctx, fault.Forbidden, "prove_first")
}

// prove checks what somebody who is signed in proves themselves by.
func (s *Service) prove(ctx context.Context, c access.Caller, secret string) error {
	has, err := s.HasFactor(ctx, c.Account)
	if err != nil {
		return err
	}
	if has {
		return s.CheckCode(ctx, c.Account, secret, c.Place)
	}
	found, ok, err := s.find(ctx, s.db.In(system), "a.id = $1", c.Account)
	if err != nil || !ok {
		return errors.Join(err, refuse(ctx, fault.Unauthorized, "not_active"))
	}
	if err := s.count(ctx, found.Login, c.Place); err != nil {
		return err
	}
	right, err := s.verify(ctx, found.password, secret)
	if err != nil {
		return fmt.Errorf("verify a password: %w", err)
	}
	if !right {
		return s.refuse(ctx, c.Account, c.Place)
	}
	return s.db.Tx(ctx, system, func(tx store.Tx) error { return forgive(ctx, tx, found.Login, c.Place) })
}
