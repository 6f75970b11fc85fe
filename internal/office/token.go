package office

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// tokenPrefix lets people and scanners of source code recognise a token that has gone astray.
const tokenPrefix = "rk_"

// longestToken is how many days a token may live, most how many an account may have.
const (
	longestToken = 365
	mostTokens   = 20
)

func wrongToken(ctx context.Context) error { return refuse(ctx, fault.Unauthorized, "wrong_token") }

// Token is an API token as its owner sees it; the token itself is shown once, when it is made.
type Token struct {
	ID      string // the beginning of its hash, in hexadecimal
	Label   string
	Created clock.Time
	Expires clock.Time
}

// MakeToken makes a token for the caller's own account that lives for some days, 1 to 365. The text is shown once.
func (s *Service) MakeToken(ctx context.Context, c access.Caller, label string, days int) (string, error) {
	if err := checkName(ctx, "label", label); err != nil {
		return "", err
	}
	if days < 1 || days > longestToken {
		return "", invalid(ctx, "days", "token_days", "max", longestToken)
	}
	random, _ := crypt.NewToken()
	text := tokenPrefix + random
	hash := crypt.HashToken(text)
	err := s.act(ctx, self(c.Account, c.Place, "make a token"), func(tx store.Tx, at clock.Time) error {
		var n int
		if err := store.One(ctx, tx, "SELECT count(*) FROM api_token WHERE account = $1 AND expires > $2", []any{c.Account, int64(at)}, &n); err != nil {
			return err
		}
		if n >= mostTokens {
			return refuse(ctx, fault.Conflict, "token_many", "n", n)
		}
		_, err := tx.Exec(ctx, "INSERT INTO api_token (token, account, label, created, expires) VALUES ($1, $2, $3, $4, $5)",
			hash[:], c.Account, label, int64(at), int64(at.Add(time.Duration(days)*24*time.Hour)))
		return err
	}, entry("token_made", c.Account, map[string]any{"token": tokenID(hash[:]), "days": days}))
	if err != nil {
		return "", err
	}
	return text, nil
}

// Tokens lists the caller's own tokens that have not expired, newest first.
func (s *Service) Tokens(ctx context.Context, c access.Caller) ([]Token, error) {
	found, err := store.All(ctx, s.db.In(system), "SELECT token, label, created, expires FROM api_token WHERE account = $1 AND expires > $2 ORDER BY created DESC, token",
		[]any{c.Account, int64(s.now())}, func(r store.Rows, t *Token) error {
			var hash []byte
			err := r.Scan(&hash, &t.Label, &t.Created, &t.Expires)
			t.ID = tokenID(hash)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	return found, nil
}

// EndToken ends one of the caller's own tokens.
func (s *Service) EndToken(ctx context.Context, c access.Caller, id string) error {
	return s.endByHash(ctx, c, "api_token", id, "token_ended")
}

// endByHash deletes the caller's row of a table whose hash begins with id.
func (s *Service) endByHash(ctx context.Context, c access.Caller, table, id, kind string) error {
	hashes, err := store.All(ctx, s.db.In(system), "SELECT token FROM "+table+" WHERE account = $1", []any{c.Account},
		func(r store.Rows, hash *[]byte) error { return r.Scan(hash) })
	if err != nil {
		return fmt.Errorf("look up %s: %w", table, err)
	}
	at := slices.IndexFunc(hashes, func(hash []byte) bool { return tokenID(hash) == id })
	if at < 0 {
		return refuse(ctx, fault.NotFound, "ended")
	}
	return s.act(ctx, self(c.Account, c.Place, "end own access"), func(tx store.Tx, _ clock.Time) error {
		_, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE token = $1 AND account = $2", hashes[at], c.Account)
		return err
	}, entry(kind, c.Account, map[string]string{"id": id}))
}

func tokenID(hash []byte) string { return hex.EncodeToString(hash[:8]) }

// callerOfToken returns the caller behind a token, or an Unauthorized fault.
func (s *Service) callerOfToken(ctx context.Context, text string) (access.Caller, error) {
	if !strings.HasPrefix(text, tokenPrefix) {
		return access.Caller{}, wrongToken(ctx)
	}
	hash := crypt.HashToken(text)
	var id int64
	err := store.One(ctx, s.db.In(system), "SELECT account FROM api_token WHERE token = $1 AND expires > $2", []any{hash[:], int64(s.now())}, &id)
	if errors.Is(err, store.ErrNoRows) {
		return access.Caller{}, wrongToken(ctx)
	}
	if err != nil {
		return access.Caller{}, fmt.Errorf("look up a token: %w", err)
	}
	return s.CallerOf(ctx, id)
}

// Sweep deletes expired sessions and tokens and what was counted long ago.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	err := s.db.Tx(ctx, system, func(tx store.Tx) error {
		for sql, before := range map[string]clock.Time{
			"DELETE FROM session WHERE expires < $1":               now,
			"DELETE FROM api_token WHERE expires < $1":             now,
			"DELETE FROM throttle WHERE since < $1 AND until < $1": now.Add(-longestWait),
		} {
			if _, err := tx.Exec(ctx, sql, int64(before)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("delete what has expired: %w", err)
	}
	return nil
}
