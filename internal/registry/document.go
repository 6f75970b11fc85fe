package registry

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Document is a printed document as strangers may know it: that it is genuine, how many pages it has, and its date.
type Document struct {
	Kind  string // "handbook"
	Pages int
	Day   clock.Day
}

var tokenText = base32.StdEncoding.WithPadding(base32.NoPadding)

// IssueDocument records that a document about a household is printed and returns the token that stands on it. The
// token tells nothing and cannot be guessed: it is made with the key file. The same state of the household printed on
// the same day with the same number of pages bears the same token.
func (s *Service) IssueDocument(ctx context.Context, scope access.Scope, h Household, kind string, pages int) (string, error) {
	c := scope.Caller()
	today := s.today()
	sum := s.keys.Ring().Blind("document.token", fmt.Appendf(nil, "%s/%d/%d/%d/%d/%d", kind, h.Home, h.ID, h.Ver, today, pages))
	token := strings.ToLower(tokenText.EncodeToString(sum[:]))
	hash := sha256.Sum256([]byte(token))
	command, err := s.journal.Begin(ctx, reads(scope, h.Area))
	if err != nil {
		return "", err
	}
	err = command.Note(ctx, journal.Entry{Kind: "household.printed", SubjectKind: SubjectHousehold, Subject: h.ID, Home: h.Home, Area: h.Area, VerBefore: h.Ver, VerAfter: h.Ver,
		Body: map[string]any{"document": kind, "pages": pages}})
	if err != nil {
		return "", err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO document (token, kind, pages, day, home, subject, area, ver, account, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (token) DO NOTHING",
			hash[:], kind, pages, int64(today), h.Home, h.ID, h.Area, h.Ver, c.Account, int64(command.At))
		if err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return "", fmt.Errorf("record a printed document: %w", err)
	}
	return token, nil
}

// VerifyDocument returns what is told to whoever holds a token; a NotFound fault for a token that stands on nothing.
func (s *Service) VerifyDocument(ctx context.Context, token string) (Document, error) {
	hash := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(token))))
	scope := access.System("whether a paper is genuine is told to who holds it")
	var d Document
	err := store.One(ctx, s.db.In(scope), "SELECT kind, pages, day FROM document WHERE {checked} AND token = $1", []any{hash[:]}, &d.Kind, &d.Pages, &d.Day)
	if errors.Is(err, store.ErrNoRows) {
		return d, fault.New(fault.NotFound, "no document bears this token")
	}
	if err != nil {
		return d, fmt.Errorf("look up a printed document: %w", err)
	}
	return d, nil
}
