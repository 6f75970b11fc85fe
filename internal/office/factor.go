package office

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// The second factor is a time-based code (RFC 6238: SHA-1, six digits, 30 seconds) from an application on the
// person's telephone. A code serves once; the clocks may differ by one step.
const (
	factorPeriod  = 30 * time.Second
	factorSkew    = 1
	factorSecret  = 20 // bytes
	recoveryCodes = 10
)

// factor is a stored second factor.
type factor struct {
	active bool
	secret string // base32
	step   int64  // the last one used
}

// Enrolment is what a person needs to put a second factor on a telephone; it is shown until the first code came back.
type Enrolment struct {
	Secret string // base32, to be typed
	URL    string // otpauth://…, to be scanned
}

// HasFactor says whether the account signs in with a second factor.
func (s *Service) HasFactor(ctx context.Context, account int64) (bool, error) {
	return exists(ctx, s.db.In(system), "SELECT 1 FROM account_factor WHERE account = $1 AND state = 'active'", account)
}

// BeginFactor makes a new secret for the caller's own account. It replaces the present factor only when ConfirmFactor
// has seen a code of it.
func (s *Service) BeginFactor(ctx context.Context, c access.Caller) (Enrolment, error) {
	if active, err := s.HasFactor(ctx, c.Account); active || err != nil {
		if err == nil {
			err = refuse(ctx, fault.Conflict, "factor_there")
		}
		return Enrolment{}, err
	}
	secret := make([]byte, factorSecret)
	if _, err := rand.Read(secret); err != nil {
		return Enrolment{}, err
	}
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	own, err := s.Own(ctx, c)
	if err != nil {
		return Enrolment{}, err
	}
	store, err := s.storeFactor(ctx, c.Account, "pending", text)
	if err != nil {
		return Enrolment{}, err
	}
	return enrolment(own.Login, text), s.act(ctx, self(c.Account, c.Place, "begin a second factor"), store, entry("factor_begun", c.Account, nil))
}

// PendingFactor returns the enrolment that waits for its first code, if there is one.
func (s *Service) PendingFactor(ctx context.Context, c access.Caller) (Enrolment, bool, error) {
	f, known, err := s.factor(ctx, c.Account)
	if err != nil || !known || f.active {
		return Enrolment{}, false, err
	}
	own, err := s.Own(ctx, c)
	return enrolment(own.Login, f.secret), true, err
}

func enrolment(login, secret string) Enrolment {
	address := url.URL{Scheme: "otpauth", Host: "totp", Path: "/rightkey:" + login, RawQuery: url.Values{"secret": {secret}, "issuer": {"rightkey"}}.Encode()}
	return Enrolment{Secret: secret, URL: address.String()}
}

// ConfirmFactor switches the second factor on with its first code and returns recovery codes, which are shown once:
// each stands for a code one time. All other sessions end.
func (s *Service) ConfirmFactor(ctx context.Context, c access.Caller, code string, keep []byte) ([]string, error) {
	f, known, err := s.factor(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	if !known || f.active {
		return nil, refuse(ctx, fault.Conflict, "factor_none")
	}
	step, right := f.matches(code, s.now())
	if !right {
		return nil, invalid(ctx, "code", "code_wrong")
	}
	codes := make([]string, recoveryCodes)
	rows := make([][]any, recoveryCodes)
	for i := range codes {
		codes[i] = recoveryCode()
		hash := crypt.HashToken(plainCode(codes[i]))
		rows[i] = []any{c.Account, hash[:]}
	}
	return codes, s.act(ctx, self(c.Account, c.Place, "switch the second factor on"), func(tx store.Tx, _ clock.Time) error {
		n, err := tx.Exec(ctx, "UPDATE account_factor SET state = 'active', step = $2 WHERE account = $1 AND state = 'pending'", c.Account, step)
		if err != nil {
			return err
		}
		if n != 1 {
			return refuse(ctx, fault.Conflict, "factor_none")
		}
		if err := endAccess(ctx, tx, c.Account, keep); err != nil {
			return err
		}
		return tx.Bulk(ctx, "account_recovery", []string{"account", "code"}, rows)
	}, entry("factor_on", c.Account, nil))
}

// EndFactor switches the caller's own second factor off; a code of it is asked for.
func (s *Service) EndFactor(ctx context.Context, c access.Caller, code string) error {
	if err := s.CheckCode(ctx, c.Account, code, c.Place); err != nil {
		return err
	}
	return s.act(ctx, self(c.Account, c.Place, "switch the second factor off"), func(tx store.Tx, _ clock.Time) error {
		return dropFactor(ctx, tx, c.Account)
	}, entry("factor_off", c.Account, nil))
}

// TakeFactor takes the second factor of an account away, for somebody who lost telephone and recovery codes. The
// sessions and tokens end with it.
func (s *Service) TakeFactor(ctx context.Context, c access.Caller, id int64) error {
	_, who, err := s.managed(ctx, c, id, "take a second factor away")
	if err != nil {
		return err
	}
	return s.act(ctx, who, func(tx store.Tx, _ clock.Time) error {
		if err := endAccess(ctx, tx, id, nil); err != nil {
			return err
		}
		return dropFactor(ctx, tx, id)
	}, entry("factor_taken", id, nil))
}

func dropFactor(ctx context.Context, tx store.Tx, account int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM account_recovery WHERE account = $1", account); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM account_factor WHERE account = $1", account)
	return err
}

// CheckCode takes a code of the account's active second factor, or a recovery code, once. It returns an Unauthorized
// fault for a wrong or used one and a TooMany fault after too many (see RetryAfter).
func (s *Service) CheckCode(ctx context.Context, account int64, code, place string) error {
	bucket := fmt.Sprintf("factor|%d", account)
	if err := s.count(ctx, bucket, place); err != nil {
		return err
	}
	f, known, err := s.factor(ctx, account)
	if err != nil {
		return err
	}
	if !known || !f.active {
		return refuse(ctx, fault.Unauthorized, "code_wrong")
	}
	step, right := f.matches(code, s.now())
	hash := crypt.HashToken(plainCode(code))
	var taken int64
	err = s.db.Tx(ctx, system, func(tx store.Tx) (err error) {
		if right && step > f.step {
			taken, err = tx.Exec(ctx, "UPDATE account_factor SET step = $2 WHERE account = $1 AND step < $2", account, step)
		} else {
			taken, err = tx.Exec(ctx, "DELETE FROM account_recovery WHERE account = $1 AND code = $2", account, hash[:])
		}
		if err != nil || taken == 0 {
			return err
		}
		return forgive(ctx, tx, bucket, place)
	})
	if err != nil {
		return fmt.Errorf("take a code: %w", err)
	}
	if taken == 1 {
		return nil
	}
	who := journal.Who{Account: account, Role: "self", Place: place, Why: "sign in"}
	if err := s.journal.Record(ctx, who, entry("code_failed", account, nil)); err != nil {
		return fmt.Errorf("note a wrong code: %w", err)
	}
	return refuse(ctx, fault.Unauthorized, "code_wrong")
}

// matches returns the time step of a code near now.
func (f factor) matches(code string, now clock.Time) (int64, bool) {
	code = plainCode(code)
	present := int64(now) / factorPeriod.Microseconds()
	for step := present - factorSkew; step <= present+factorSkew; step++ {
		want, err := hotp.GenerateCodeCustom(f.secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && hmac.Equal([]byte(want), []byte(code)) {
			return step, true
		}
	}
	return 0, false
}

// plainCode is a code as it counts: without blanks and dashes, in upper case.
func plainCode(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
}

// recoveryCode is 24 random letters and digits in four groups, 120 bits: enough that a plain hash of it tells nothing.
func recoveryCode() string {
	random := make([]byte, 15)
	_, _ = rand.Read(random) // it never fails
	text := base32.StdEncoding.EncodeToString(random)
	return text[:6] + "-" + text[6:12] + "-" + text[12:18] + "-" + text[18:]
}

// factor reads an account's second factor; known is false if it has none.
func (s *Service) factor(ctx context.Context, account int64) (f factor, known bool, err error) {
	if s.keys == nil {
		return factor{}, false, nil
	}
	var state string
	var sealed []byte
	err = store.One(ctx, s.db.In(system), "SELECT state, secret, step FROM account_factor WHERE account = $1", []any{account}, &state, &sealed, &f.step)
	if errors.Is(err, store.ErrNoRows) {
		return factor{}, false, nil
	}
	if err != nil {
		return factor{}, false, fmt.Errorf("read a second factor: %w", err)
	}
	key, err := s.keys.Of(ctx, 0, account)
	if err != nil {
		return factor{}, false, fmt.Errorf("open a second factor: %w", err)
	}
	plain, err := crypt.Open(key, sealed, factorPlace(account))
	if err != nil {
		return factor{}, false, fmt.Errorf("open a second factor: %w", err)
	}
	f.secret, f.active = string(plain), state == "active"
	return f, true, nil
}

func factorPlace(account int64) crypt.Place {
	return crypt.Place{Table: "account_factor", Column: "secret", Row: account}
}

// storeFactor prepares storing a factor, with a data key for the account where it has none yet.
func (s *Service) storeFactor(ctx context.Context, account int64, state, secret string) (func(store.Tx, clock.Time) error, error) {
	if s.keys == nil {
		return nil, refuse(ctx, fault.Unavailable, "factor_keys")
	}
	key, err := s.keys.Of(ctx, 0, account)
	var fresh []journal.NewKey
	if errors.Is(err, journal.ErrErased) {
		fresh = []journal.NewKey{s.keys.Make(0, account)}
		key, err = fresh[0].Key, nil
	}
	if err != nil {
		return nil, fmt.Errorf("take the key of an account: %w", err)
	}
	sealed := crypt.Seal(key, []byte(secret), factorPlace(account))
	return func(tx store.Tx, at clock.Time) error {
		if err := journal.StoreKeys(ctx, tx, fresh); err != nil {
			return err
		}
		if err := dropFactor(ctx, tx, account); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO account_factor (account, state, secret, step, made) VALUES ($1, $2, $3, 0, $4)", account, state, sealed, int64(at))
		return err
	}, nil
}
