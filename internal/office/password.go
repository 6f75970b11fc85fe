package office

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rightkey/internal/crypt"
	"rightkey/internal/store"
)

// checkPassword refuses a password that is too short, too long, easily guessed by who knows how people choose passwords
// or knows this person's login, name and place, or on the operator's list of those that became public. What it is made
// of does not matter.
func (s *Service) checkPassword(ctx context.Context, password string, account Account) error {
	length := utf8.RuneCountInString(norm.NFC.String(password))
	switch {
	case !utf8.ValidString(password):
		return invalid(ctx, "password", "password_text")
	case length < minPassword:
		return invalid(ctx, "password", "password_short", "min", minPassword, "advised", AdvisedPassword)
	case length > MaxPassword:
		return invalid(ctx, "password", "password_long", "max", MaxPassword)
	case crypt.Guessable(password):
		return invalid(ctx, "password", "password_obvious")
	case strings.Contains(strings.ToLower(password), account.Login):
		return invalid(ctx, "password", "password_login")
	}
	about, err := s.wordsAbout(ctx, account)
	if err != nil {
		return err
	}
	if crypt.Guessable(password, about...) {
		return invalid(ctx, "password", "password_about")
	}
	if s.breached == nil {
		return nil
	}
	public, err := s.breached.Contains(password)
	if err != nil {
		return err
	}
	if public {
		return invalid(ctx, "password", "password_public")
	}
	return nil
}

// wordsAbout is what a colleague would try first: login, staff number, name, roles, and the names and codes of the
// areas in which the person works, with those around them, and of the packs by which the office works.
func (s *Service) wordsAbout(ctx context.Context, a Account) ([]string, error) {
	words := []string{a.Login, a.Person, a.Name}
	grants, err := grantsOf(ctx, s.db.In(system), "g.account = $1", a.ID)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		words = append(words, g.Role)
		for _, key := range s.scheme.Path(g.Area) {
			if words, err = s.moreWords(ctx, words, "SELECT code || ' ' || name || ' ' || names FROM area WHERE key = $1", key); err != nil {
				return nil, err
			}
		}
	}
	return s.moreWords(ctx, words, "SELECT DISTINCT id FROM pack")
}

func (s *Service) moreWords(ctx context.Context, words []string, sql string, args ...any) ([]string, error) {
	more, err := store.All(ctx, s.db.In(system), sql, args, func(r store.Rows, text *string) error { return r.Scan(text) })
	if err != nil {
		return nil, fmt.Errorf("read the words about an account: %w", err)
	}
	return append(words, more...), nil
}
