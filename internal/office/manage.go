package office

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Invitation is a new account. Person is the login where it is empty; further logins of somebody who has one already
// need the same Person.
type Invitation struct {
	Login, Name, Person string
	Grant               access.Grant // the first one
	Reason              string       // why, where another administrator has to confirm the grant
}

// manager is the decision that the caller manages accounts, with the author of what follows.
func (s *Service) manager(c access.Caller, why string) (access.Scope, journal.Who, error) {
	scope, err := access.Decide(c, access.AccountManage)
	if err != nil {
		return scope, journal.Who{}, err
	}
	return scope, journal.Who{Account: c.Account, Role: scope.Role(scope.Ranges()[0].Lo), Place: c.Place, Why: why}, nil
}

// List returns the accounts that the caller manages whose login or name holds text, by identifier, after one: those
// with a grant in the caller's areas, and those that the caller invited.
func (s *Service) List(ctx context.Context, c access.Caller, text string, after int64, limit int) ([]Account, error) {
	scope, _, err := s.manager(c, "")
	if err != nil {
		return nil, err
	}
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+accountColumns+` FROM account a
		WHERE a.id > $1 AND (a.created_by = $2 OR EXISTS (SELECT 1 FROM account_grant g WHERE g.account = a.id AND {scope g.lo} AND {scope g.hi}))
		AND (a.login LIKE $3 ESCAPE '!' OR lower(a.name) LIKE $3 ESCAPE '!') ORDER BY a.id LIMIT $4`,
		[]any{after, c.Account, "%" + store.EscapeLike(foldLogin(text)) + "%", limit}, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	for i := range found {
		if found[i].Grants, err = grantsOf(ctx, s.db.In(system), "g.account = $1", found[i].ID); err != nil {
			return nil, fmt.Errorf("read grants: %w", err)
		}
	}
	return found, nil
}

// Get returns an account that the caller manages, else a NotFound fault.
func (s *Service) Get(ctx context.Context, c access.Caller, id int64) (Account, error) {
	scope, _, err := s.manager(c, "")
	if err != nil {
		return Account{}, err
	}
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+accountColumns+` FROM account a
		WHERE a.id = $1 AND (a.created_by = $2 OR EXISTS (SELECT 1 FROM account_grant g WHERE g.account = a.id AND {scope g.lo} AND {scope g.hi}))`,
		[]any{id, c.Account}, scanAccount)
	if err != nil {
		return Account{}, fmt.Errorf("read an account: %w", err)
	}
	if len(found) == 0 {
		return Account{}, refuse(ctx, fault.NotFound, "no_account")
	}
	found[0].Grants, err = grantsOf(ctx, s.db.In(system), "g.account = $1", id)
	return found[0], err
}

// Invite makes an account with its first grant and returns the activation, which is shown once and stored nowhere.
// Where another administrator has to confirm the grant, the account begins without it; see Grant.
func (s *Service) Invite(ctx context.Context, c access.Caller, in Invitation) (Account, string, error) {
	scope, who, err := s.manager(c, "invite a user")
	if err != nil {
		return Account{}, "", err
	}
	a := Account{Login: foldLogin(in.Login), Name: in.Name, Person: in.Person, State: Invited, CreatedBy: c.Account}
	if a.Person == "" {
		a.Person = a.Login
	}
	if err := checkAccount(ctx, a); err != nil {
		return Account{}, "", err
	}
	grant, err := s.grantable(ctx, c, scope, a.Person, in.Grant)
	if err != nil {
		return Account{}, "", err
	}
	second, err := s.needsSecond(ctx, c, grant)
	if err != nil {
		return Account{}, "", err
	}
	if a.ID, err = s.journal.Ids().One(ctx, 0); err != nil {
		return Account{}, "", err
	}
	if second {
		return s.inviteAndAsk(ctx, c, who, a, grant, in.Reason)
	}
	token, hash := crypt.NewToken()
	err = s.act(ctx, who, func(tx store.Tx, at clock.Time) error {
		a.Created = at
		if err := insertAccount(ctx, tx, a, "", hash[:], at.Add(activationLasts)); err != nil {
			return err
		}
		return s.addGrant(ctx, tx, a, grant, c.Account, at)
	}, entry("invited", a.ID, nil), granted("granted", a.ID, grant))
	if err != nil {
		return Account{}, "", err
	}
	a.Grants = []access.Grant{grant}
	return a, token, nil
}

// inviteAndAsk makes an account without a grant and asks for its grant.
func (s *Service) inviteAndAsk(ctx context.Context, c access.Caller, who journal.Who, a Account, g access.Grant, reason string) (Account, string, error) {
	if err := needsReason(ctx, reason); err != nil {
		return Account{}, "", err
	}
	token, hash := crypt.NewToken()
	err := s.act(ctx, who, func(tx store.Tx, at clock.Time) error {
		a.Created = at
		return insertAccount(ctx, tx, a, "", hash[:], at.Add(activationLasts))
	}, entry("invited", a.ID, nil))
	if err != nil {
		return Account{}, "", err
	}
	if _, err := s.askGrant(ctx, c, a.ID, g, reason); err != nil {
		return Account{}, "", err
	}
	return a, token, nil
}

func checkAccount(ctx context.Context, a Account) error {
	if err := checkLogin(ctx, a.Login); err != nil {
		return err
	}
	if err := checkName(ctx, "name", a.Name); err != nil {
		return err
	}
	return checkName(ctx, "person", a.Person)
}

// Renew gives an account a new activation, shown once: for an invitation that expired (72 hours) or a forgotten password
// (15 minutes). What it had, password, sessions and tokens, ends; its second factor stays.
func (s *Service) Renew(ctx context.Context, c access.Caller, id int64) (string, error) {
	a, who, err := s.managed(ctx, c, id, "give a user a new activation")
	if err != nil {
		return "", err
	}
	lasts := activationLasts
	if a.State == Active {
		lasts = resetLasts
	}
	token, hash := crypt.NewToken()
	return token, s.act(ctx, who, func(tx store.Tx, at clock.Time) error {
		return invite(ctx, tx, id, hash[:], at.Add(lasts))
	}, entry("invited", id, nil))
}

// managed is the decision that the caller manages an account as a whole: no grant of it reaches beyond the caller's
// areas. Nobody manages their own.
func (s *Service) managed(ctx context.Context, c access.Caller, id int64, why string) (Account, journal.Who, error) {
	scope, who, err := s.manager(c, why)
	if err != nil {
		return Account{}, who, err
	}
	a, err := s.Get(ctx, c, id)
	if err != nil {
		return Account{}, who, err
	}
	if a.Person == c.Person {
		return Account{}, who, refuse(ctx, fault.Forbidden, "manage_self")
	}
	for _, g := range a.Grants {
		if !within(scope, g.Range) && (g.To == nil || *g.To >= s.today()) {
			return Account{}, who, refuse(ctx, fault.Forbidden, "manage_beyond")
		}
	}
	return a, who, nil
}

// Disable ends an account's access at once: its sessions and tokens die with it.
func (s *Service) Disable(ctx context.Context, c access.Caller, id int64) error {
	_, who, err := s.managed(ctx, c, id, "disable a user")
	if err != nil {
		return err
	}
	return s.act(ctx, who, func(tx store.Tx, _ clock.Time) error {
		n, err := tx.Exec(ctx, "UPDATE account SET state = 'disabled', activation = NULL, activation_ends = NULL, ver = ver + 1 WHERE id = $1 AND state <> 'disabled'", id)
		if err != nil {
			return err
		}
		if n != 1 {
			return refuse(ctx, fault.Conflict, "disabled_already")
		}
		return endAccess(ctx, tx, id, nil)
	}, entry("disabled", id, nil))
}

// Enable lets a disabled account begin anew; it returns a new activation.
func (s *Service) Enable(ctx context.Context, c access.Caller, id int64) (string, error) {
	_, who, err := s.managed(ctx, c, id, "enable a user")
	if err != nil {
		return "", err
	}
	token, hash := crypt.NewToken()
	return token, s.act(ctx, who, func(tx store.Tx, at clock.Time) error {
		n, err := tx.Exec(ctx, "UPDATE account SET state = 'invited' WHERE id = $1 AND state = 'disabled'", id)
		if err != nil {
			return err
		}
		if n != 1 {
			return refuse(ctx, fault.Conflict, "not_disabled")
		}
		return invite(ctx, tx, id, hash[:], at.Add(activationLasts))
	}, entry("enabled", id, nil), entry("invited", id, nil))
}

// Prefer stores the caller's own language and light; empty means the browser's and the device's.
func (s *Service) Prefer(ctx context.Context, c access.Caller, lang, theme string) error {
	return s.act(ctx, self(c.Account, c.Place, "choose language and light"), func(tx store.Tx, _ clock.Time) error {
		_, err := tx.Exec(ctx, "UPDATE account SET lang = $2, theme = $3 WHERE id = $1", c.Account, lang, theme)
		return err
	}, entry("preferences_changed", c.Account, map[string]string{"lang": lang, "theme": theme}))
}

// Own returns the caller's own account.
func (s *Service) Own(ctx context.Context, c access.Caller) (Account, error) {
	found, ok, err := s.find(ctx, s.db.In(system), "a.id = $1", c.Account)
	if err == nil && !ok {
		err = refuse(ctx, fault.Unauthorized, "log_in")
	}
	return found.Account, err
}

// Names returns the names of accounts, for lists that say who did what. Unknown ones are left out.
func (s *Service) Names(ctx context.Context, ids []int64) (map[int64]string, error) {
	names := map[int64]string{}
	if len(ids) == 0 {
		return names, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	type named struct {
		id   int64
		name string
	}
	found, err := store.All(ctx, s.db.In(system), "SELECT id, name FROM account WHERE id IN ("+store.In(1, len(args))+")", args,
		func(r store.Rows, n *named) error { return r.Scan(&n.id, &n.name) })
	if err != nil {
		return nil, fmt.Errorf("read the names of accounts: %w", err)
	}
	for _, n := range found {
		names[n.id] = n.name
	}
	return names, nil
}
