package office

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/web"
)

// State is where an account is.
type State string

// The states. An invited account has no password yet; a disabled one can be enabled again.
const (
	Invited  State = "invited"
	Active   State = "active"
	Disabled State = "disabled"
)

// Account is a login.
type Account struct {
	ID    int64
	Login string // unique, folded
	Name  string // as shown to others
	// Person identifies the human being, as the office does: a staff number, or the login where there is none.
	Person    string
	State     State
	Lang      string // chosen language, empty for the browser's
	Theme     string // chosen light, empty for the device's
	Demo      bool   // exists in a demonstration only
	Created   clock.Time
	CreatedBy int64      // 0 for the program itself
	LastLogin clock.Time // 0 if never
	Ver       int64
	Grants    []access.Grant // all of them, past ones too
}

const (
	maxLogin    = 64
	minLogin    = 3
	maxName     = 100
	minPassword = 8
	// AdvisedPassword is the length that is advised to people, in characters.
	AdvisedPassword = 15
	// MaxPassword is the longest password that is taken, in characters.
	MaxPassword = 128
)

// foldLogin makes spellings of a login the same: compatibility forms, lower case, no blanks around.
func foldLogin(login string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(login)))
}

// checkLogin refuses what is no login; login is folded.
func checkLogin(ctx context.Context, login string) error {
	fits := len(login) >= minLogin && len(login) <= maxLogin
	odd := strings.ContainsFunc(login, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("._-@", r)
	})
	if !fits || odd {
		return invalid(ctx, "login", "login", "min", minLogin, "max", maxLogin)
	}
	return nil
}

// checkName refuses what is no name of a person or label.
func checkName(ctx context.Context, field, name string) error {
	if name == "" || utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, unicode.IsControl) {
		return invalid(ctx, field, "name", "max", maxName)
	}
	return nil
}

// refuse is a fault with a message in the reader's language; key is that of the message below office.fault.
func refuse(ctx context.Context, kind fault.Kind, key string, args ...any) *fault.Error {
	return fault.New(kind, "%s", web.T(ctx, "office.fault."+key, args...))
}

// invalid is an Invalid fault about one field.
func invalid(ctx context.Context, field, key string, args ...any) error {
	f := refuse(ctx, fault.Invalid, key, args...)
	return f.With(0, field, "%s", f.Message)
}
