package office

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// wrong is the one answer to a wrong login and a wrong password.
func wrong(ctx context.Context) error { return refuse(ctx, fault.Unauthorized, "wrong") }

// SignIn returns the account with this login and password. Whatever is wrong (no such login, a wrong password, not
// activated, disabled) gives the same Unauthorized fault after the same work; too many attempts give a TooMany fault
// (see RetryAfter). place is where the request comes from.
func (s *Service) SignIn(ctx context.Context, login, password, place string) (Account, error) {
	login = foldLogin(login)
	if err := s.count(ctx, login, place); err != nil {
		return Account{}, err
	}
	found, ok, err := s.find(ctx, s.db.In(system), "a.login = $1", login)
	if err != nil {
		return Account{}, fmt.Errorf("look up a login: %w", err)
	}
	hash := ""
	if ok && found.State == Active {
		hash = found.password
	}
	right, err := s.verify(ctx, hash, password)
	if err != nil {
		return Account{}, fmt.Errorf("verify a password: %w", err)
	}
	if !right {
		return Account{}, s.refuse(ctx, found.ID, place)
	}
	return s.welcome(ctx, found, password, place)
}

// refuse notes a failed sign-in: the account if there is one, never what was typed.
func (s *Service) refuse(ctx context.Context, account int64, place string) error {
	who := journal.Who{Role: "stranger", Place: place, Why: "sign in"}
	if err := s.journal.Record(ctx, who, entry("signin_failed", account, nil)); err != nil {
		return fmt.Errorf("note a failed sign-in: %w", err)
	}
	return wrong(ctx)
}

// welcome notes a sign-in and, where the cost of hashing was raised since, hashes the password anew.
func (s *Service) welcome(ctx context.Context, a account, password, place string) (Account, error) {
	hash := a.password
	if s.passwords.Outdated(hash) {
		var err error
		if hash, err = s.hash(ctx, password); err != nil {
			return Account{}, fmt.Errorf("hash a password anew: %w", err)
		}
	}
	err := s.act(ctx, self(a.ID, place, "sign in"), func(tx store.Tx, at clock.Time) error {
		if err := forgive(ctx, tx, a.Login, place); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "UPDATE account SET last_login = $2, password = $3 WHERE id = $1 AND state = 'active' AND password = $4", a.ID, int64(at), hash, a.password)
		if err == nil && n != 1 { // disabled or changed in this moment
			return wrong(ctx)
		}
		return err
	}, entry("signed_in", a.ID, nil))
	if fault.Is(err, fault.Unauthorized) {
		return Account{}, err
	}
	if err != nil {
		return Account{}, fmt.Errorf("sign in: %w", err)
	}
	return a.Account, nil
}

// CallerOf returns the caller that an account is today, with its grants as they are now: sessions, tokens and jobs
// ask each time. It returns an Unauthorized fault unless the account is active.
func (s *Service) CallerOf(ctx context.Context, id int64) (access.Caller, error) {
	_, c, err := s.callerOf(ctx, id)
	return c, err
}

func (s *Service) callerOf(ctx context.Context, id int64) (Account, access.Caller, error) {
	found, ok, err := s.find(ctx, s.db.In(system), "a.id = $1", id)
	if err != nil {
		return Account{}, access.Caller{}, fmt.Errorf("look up an account: %w", err)
	}
	if !ok || found.State != Active {
		return Account{}, access.Caller{}, refuse(ctx, fault.Unauthorized, "not_active")
	}
	c := access.Caller{Account: found.ID, Person: found.Person, Name: found.Name, Grants: found.Grants, Today: s.today()}
	if err := s.surround(ctx, &c); err != nil {
		return Account{}, access.Caller{}, err
	}
	return found.Account, c, s.onlyUsable(ctx, &c)
}

// onlyUsable leaves the grants that count: where second factors are required, roles that need one do not count without,
// be they the caller's own or of whom the caller covers.
func (s *Service) onlyUsable(ctx context.Context, c *access.Caller) error {
	needs := func(v access.Cover) bool { return NeedsFactor(v.Grant) }
	if !s.strict || !slices.ContainsFunc(c.Grants, NeedsFactor) && !slices.ContainsFunc(c.Covers, needs) {
		return nil
	}
	has, err := s.HasFactor(ctx, c.Account)
	if err != nil || has {
		return err
	}
	c.Grants, c.Covers = slices.DeleteFunc(slices.Clone(c.Grants), NeedsFactor), slices.DeleteFunc(c.Covers, needs)
	return nil
}

// NeedsFactor says whether a grant's role does what needs a second factor: decide, unmask, manage accounts.
func NeedsFactor(g access.Grant) bool {
	verbs := access.Verbs(g.Role)
	return slices.ContainsFunc([]access.Verb{access.ChangeDecide, access.FieldUnmask, access.AccountManage}, func(v access.Verb) bool {
		return slices.Contains(verbs, v)
	})
}

// ChangePassword gives the caller a new password and ends all other sessions and all tokens. keep is the hash of the
// session's token that stays.
func (s *Service) ChangePassword(ctx context.Context, c access.Caller, old, password string, keep []byte) error {
	found, ok, err := s.find(ctx, s.db.In(system), "a.id = $1", c.Account)
	if err != nil {
		return fmt.Errorf("look up an account: %w", err)
	}
	if !ok {
		return refuse(ctx, fault.Unauthorized, "not_active")
	}
	if err := s.count(ctx, found.Login, c.Place); err != nil {
		return err
	}
	right, err := s.verify(ctx, found.password, old)
	if err != nil {
		return fmt.Errorf("verify a password: %w", err)
	}
	if !right {
		return invalid(ctx, "old", "old_password")
	}
	if err := s.checkPassword(ctx, password, found.Account); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return fmt.Errorf("hash a password: %w", err)
	}
	return s.act(ctx, self(c.Account, c.Place, "change the own password"), func(tx store.Tx, _ clock.Time) error {
		if err := forgive(ctx, tx, found.Login, c.Place); err != nil {
			return err
		}
		if err := endAccess(ctx, tx, c.Account, keep); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE account SET password = $2, ver = ver + 1 WHERE id = $1", c.Account, hash)
		return err
	}, entry("password_changed", c.Account, nil))
}
