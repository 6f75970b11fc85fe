package office

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// program is the author of what is done on the command line of the machine itself.
var program = journal.Who{Role: "system", Place: "console", Why: "set up the database"}

// Bootstrap makes the first account, an administrator everywhere, and returns its activation: nobody can log in
// before it was used. Called again before that, it gives a new activation. Once the office has an active account it
// returns a Conflict fault.
func (s *Service) Bootstrap(ctx context.Context, login string) (string, error) {
	a := Account{Login: foldLogin(login), Name: login, Person: foldLogin(login), State: Invited}
	if err := checkAccount(ctx, a); err != nil {
		return "", err
	}
	first, known, err := s.find(ctx, s.db.In(system), "a.login = $1", a.Login)
	if err != nil {
		return "", fmt.Errorf("look up a login: %w", err)
	}
	token, hash := crypt.NewToken()
	if known && first.State == Invited {
		return token, s.act(ctx, program, func(tx store.Tx, at clock.Time) error {
			if err := noneActive(ctx, tx); err != nil {
				return err
			}
			return invite(ctx, tx, first.ID, hash[:], at.Add(activationLasts))
		}, entry("invited", first.ID, nil))
	}
	if a.ID, err = s.journal.Ids().One(ctx, 0); err != nil {
		return "", err
	}
	grant := access.Grant{Role: "administrator", Range: access.Everywhere, From: s.today()}
	return token, s.act(ctx, program, func(tx store.Tx, at clock.Time) error {
		if err := noneActive(ctx, tx); err != nil {
			return err
		}
		a.Created = at
		if err := insertAccount(ctx, tx, a, "", hash[:], at.Add(activationLasts)); err != nil {
			return err
		}
		return insertGrant(ctx, tx, a.ID, grant, 0, at)
	}, entry("invited", a.ID, nil), granted("granted", a.ID, grant))
}

func noneActive(ctx context.Context, tx store.Tx) error {
	some, err := exists(ctx, tx, "SELECT 1 FROM account WHERE state <> 'invited' LIMIT 1")
	if err == nil && some {
		return fault.New(fault.Conflict, "the office has users already; its administrator invites further ones")
	}
	return err
}

// DemoLogin is a login of a demonstration.
type DemoLogin struct {
	Login, Name string
	Role        string
	Area        int64 // key; 0 for everywhere
	// Factor switches a second factor on for this login; Secret is what an authenticator application needs.
	Factor   bool
	Password string
	Secret   string
}

// MarkDemo makes an empty database a demonstration, for good. It returns a Conflict fault for a database that has
// users.
func (s *Service) MarkDemo(ctx context.Context) error {
	return s.db.Tx(ctx, system, func(tx store.Tx) error {
		if demo, err := isDemo(ctx, tx); demo || err != nil {
			return err
		}
		some, err := exists(ctx, tx, "SELECT 1 FROM account LIMIT 1")
		if err != nil {
			return err
		}
		if some {
			return fault.New(fault.Conflict, "the database has users and cannot become a demonstration")
		}
		_, err = tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES ('demo', '1') ON CONFLICT (key) DO UPDATE SET value = excluded.value")
		return err
	})
}

// IsDemo says whether the database is a demonstration.
func (s *Service) IsDemo(ctx context.Context) (bool, error) { return isDemo(ctx, s.db.In(system)) }

func isDemo(ctx context.Context, q store.Querier) (bool, error) {
	var value string
	err := store.One(ctx, q, "SELECT value FROM meta WHERE key = 'demo'", nil, &value)
	if errors.Is(err, store.ErrNoRows) {
		return false, nil
	}
	return value == "1", err
}

// CreateDemo makes the logins of a demonstration, active at once, and returns them with their passwords to be
// printed; those that are there already stay as they are. The passwords come from the key file, so that they are
// the same at every start and stored nowhere. In a database that is no demonstration it returns a Forbidden fault.
func (s *Service) CreateDemo(ctx context.Context, ring *crypt.Keyring, logins []DemoLogin) ([]DemoLogin, error) {
	demo, err := s.IsDemo(ctx)
	if err != nil {
		return nil, fmt.Errorf("look whether this is a demonstration: %w", err)
	}
	if !demo {
		return nil, fault.New(fault.Forbidden, "the database is no demonstration: logins with printed passwords exist only there")
	}
	made := make([]DemoLogin, len(logins))
	for i, l := range logins {
		l.Login = foldLogin(l.Login)
		l.Password = demoPassword(ring, l.Login)
		if l.Factor {
			secret := ring.Blind("office.demo.factor", []byte(l.Login))
			l.Secret = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret[:])
		}
		made[i] = l
		if err := s.createDemo(ctx, l); err != nil {
			return nil, fmt.Errorf("make the demonstration login %s: %w", l.Login, err)
		}
	}
	return made, nil
}

func (s *Service) createDemo(ctx context.Context, l DemoLogin) error {
	if _, known, err := s.find(ctx, s.db.In(system), "a.login = $1", l.Login); known || err != nil {
		return err
	}
	grant := access.Grant{Role: l.Role, Area: l.Area, Range: access.Everywhere, From: s.today()}
	if l.Area != 0 {
		grant.Range = s.scheme.Range(l.Area)
	}
	hash, err := s.hash(ctx, l.Password)
	if err != nil {
		return err
	}
	a := Account{Login: l.Login, Name: l.Name, Person: l.Login, State: Active, Demo: true}
	if a.ID, err = s.journal.Ids().One(ctx, 0); err != nil {
		return err
	}
	factor := func(store.Tx, clock.Time) error { return nil }
	if l.Factor {
		if factor, err = s.storeFactor(ctx, a.ID, "active", l.Secret); err != nil {
			return err
		}
	}
	return s.act(ctx, program, func(tx store.Tx, at clock.Time) error {
		a.Created = at
		if err := insertAccount(ctx, tx, a, hash, nil, 0); err != nil {
			return err
		}
		if err := factor(tx, at); err != nil {
			return err
		}
		return insertGrant(ctx, tx, a.ID, grant, 0, at)
	}, entry("invited", a.ID, map[string]bool{"demo": true}), granted("granted", a.ID, grant))
}

// demoPassword is four groups of four letters and digits that are easily told apart.
func demoPassword(ring *crypt.Keyring, login string) string {
	index := ring.Blind("office.demo", []byte(login))
	letters := strings.ToLower(base32.StdEncoding.EncodeToString(index[:10]))
	return letters[:4] + "-" + letters[4:8] + "-" + letters[8:12] + "-" + letters[12:16]
}
