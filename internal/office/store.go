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

func dayOf(at clock.Time) clock.Day { return at.Day(time.UTC) }

const accountColumns = "a.id, a.login, a.name, a.person, a.state, a.lang, a.theme, a.demo = 1, a.created, a.created_by, coalesce(a.last_login, 0), a.ver"

// account is an Account with what never leaves the package.
type account struct {
	Account
	password string
}

// columns are the places into which accountColumns are read.
func (a *Account) columns() []any {
	return []any{&a.ID, &a.Login, &a.Name, &a.Person, &a.State, &a.Lang, &a.Theme, &a.Demo, &a.Created, &a.CreatedBy, &a.LastLogin, &a.Ver}
}

func scanAccount(r store.Rows, a *Account) error { return r.Scan(a.columns()...) }

// find reads the account that the condition selects, with its grants; ok is false if there is none.
func (s *Service) find(ctx context.Context, q store.Querier, condition string, arg any) (found account, ok bool, err error) {
	rows, err := store.All(ctx, q, "SELECT "+accountColumns+", a.password FROM account a WHERE "+condition, []any{arg},
		func(r store.Rows, a *account) error { return r.Scan(append(a.columns(), &a.password)...) })
	if err != nil || len(rows) == 0 {
		return account{}, false, err
	}
	found = rows[0]
	found.Grants, err = grantsOf(ctx, q, "g.account = $1", found.ID)
	return found, err == nil, err
}

// grantsOf reads the grants that the condition selects.
func grantsOf(ctx context.Context, q store.Querier, condition string, arg any) ([]access.Grant, error) {
	return store.All(ctx, q, "SELECT g.role, g.area, g.lo, g.hi, g.from_day, g.to_day, g.assigned = 1 FROM account_grant g JOIN account a ON a.id = g.account WHERE "+
		condition+" ORDER BY g.from_day, g.role, g.area", []any{arg},
		func(r store.Rows, g *access.Grant) error {
			var to *int64
			if err := r.Scan(&g.Role, &g.Area, &g.Lo, &g.Hi, (*int64)(&g.From), &to, &g.Assigned); err != nil {
				return err
			}
			g.To = dayOrOpen(to)
			return nil
		})
}

// dayOrOpen is a last day as it is stored; nil is open.
func dayOrOpen(stored *int64) *clock.Day {
	if stored == nil {
		return nil
	}
	day := clock.Day(*stored)
	return &day
}

func insertAccount(ctx context.Context, tx store.Tx, a Account, password string, activation []byte, ends clock.Time) error {
	var until any
	if activation != nil {
		until = int64(ends)
	}
	taken, err := exists(ctx, tx, "SELECT 1 FROM account WHERE login = $1", a.Login)
	if err != nil {
		return err
	}
	if taken {
		f := refuse(ctx, fault.Conflict, "login_taken")
		return f.With(0, "login", "%s", f.Message)
	}
	_, err = tx.Exec(ctx, `INSERT INTO account (id, login, name, person, state, password, activation, activation_ends, lang, theme, demo, created, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		a.ID, a.Login, a.Name, a.Person, string(a.State), password, activation, until, a.Lang, a.Theme, flag(a.Demo), int64(a.Created), a.CreatedBy)
	return err
}

func insertGrant(ctx context.Context, tx store.Tx, account int64, g access.Grant, by int64, at clock.Time) error {
	var to any
	if g.To != nil {
		to = int64(*g.To)
	}
	n, err := tx.Exec(ctx, `INSERT INTO account_grant (account, role, area, lo, hi, from_day, to_day, granted_by, granted, assigned) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (account, role, area, from_day) DO UPDATE SET to_day = excluded.to_day, granted_by = excluded.granted_by, granted = excluded.granted, assigned = excluded.assigned`,
		account, g.Role, g.Area, g.Lo, g.Hi, int64(g.From), to, by, int64(at), flag(g.Assigned))
	if err == nil && n != 1 {
		err = fmt.Errorf("stored %d grants", n)
	}
	return err
}

// flag is a boolean as it is stored.
func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

func exists(ctx context.Context, q store.Querier, sql string, args ...any) (bool, error) {
	var one int64
	err := store.One(ctx, q, sql, args, &one)
	if errors.Is(err, store.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// endAccess ends the sessions and tokens of an account, but for the session with this token hash (nil for none).
func endAccess(ctx context.Context, tx store.Tx, account int64, but []byte) error {
	if but == nil {
		but = []byte{}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM session WHERE account = $1 AND token <> $2", account, but); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM api_token WHERE account = $1", account)
	return err
}
