package office

import (
	"context"
	"fmt"
	"time"

	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// How long an activation may be used: that of a new account, and one that stands for a forgotten password.
const (
	activationLasts = 72 * time.Hour
	resetLasts      = 15 * time.Minute
)

// used answers an activation that was used, has expired or never was; the three are not told apart.
func used(ctx context.Context) error { return refuse(ctx, fault.Gone, "activation_used") }

// Invitee returns the account that an activation is for, without using it: a Gone fault if it can no longer be used.
func (s *Service) Invitee(ctx context.Context, token string) (Account, error) {
	hash := crypt.HashToken(token)
	found, err := store.All(ctx, s.db.In(system), "SELECT "+accountColumns+" FROM account a WHERE a.activation = $1 AND a.activation_ends > $2 AND a.state = 'invited'",
		[]any{hash[:], int64(s.now())}, scanAccount)
	if err != nil {
		return Account{}, fmt.Errorf("look up an activation: %w", err)
	}
	if len(found) == 0 {
		return Account{}, used(ctx)
	}
	return found[0], nil
}

// Activate gives an invited account its password, once. It returns a Gone fault for an activation that was used or
// has expired, an Invalid fault for a password that is not taken.
func (s *Service) Activate(ctx context.Context, token, password, place string) (Account, error) {
	a, err := s.Invitee(ctx, token)
	if err != nil {
		return Account{}, err
	}
	if err := s.checkPassword(ctx, password, a); err != nil {
		return Account{}, err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return Account{}, fmt.Errorf("hash a password: %w", err)
	}
	activation := crypt.HashToken(token)
	err = s.act(ctx, self(a.ID, place, "activate the own account"), func(tx store.Tx, at clock.Time) error {
		n, err := tx.Exec(ctx, `UPDATE account SET state = 'active', password = $3, activation = NULL, activation_ends = NULL, ver = ver + 1
			WHERE activation = $1 AND activation_ends > $2 AND state = 'invited'`, activation[:], int64(at), hash)
		if err == nil && n != 1 {
			return used(ctx)
		}
		return err
	}, entry("activated", a.ID, nil))
	if err != nil {
		return Account{}, err
	}
	a.State = Active
	return a, nil
}

// invite puts an account back to the beginning and returns its new activation: the old password, sessions and tokens
// are worth nothing from now on.
func invite(ctx context.Context, tx store.Tx, account int64, activation []byte, ends clock.Time) error {
	if err := endAccess(ctx, tx, account, nil); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, "UPDATE account SET state = 'invited', password = '', activation = $2, activation_ends = $3, ver = ver + 1 WHERE id = $1 AND state <> 'disabled'",
		account, activation, int64(ends))
	if err == nil && n != 1 {
		return refuse(ctx, fault.Conflict, "enable_first")
	}
	return err
}
