package office

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
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
func checkLogin(login string) error {
	fits := len(login) >= minLogin && len(login) <= maxLogin
	odd := strings.ContainsFunc(login, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("._-@", r)
	})
	if !fits || odd {
		return invalid("login", "a login has %d to %d letters, digits or . _ - @", minLogin, maxLogin)
	}
	return nil
}

// checkName refuses what is no name of a person or label.
func checkName(field, name string) error {
	if name == "" || utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, unicode.IsControl) {
		return invalid(field, "give 1 to %d characters", maxName)
	}
	return nil
}

// checkPassword refuses a password that is too short, too long, or among those that attackers try first; the login
// and the name of the account are among those. What it is made of does not matter.
func checkPassword(password string, known crypt.BreachList, account Account) error {
	length := utf8.RuneCountInString(norm.NFC.String(password))
	plain := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password):
		return invalid("password", "the password is not valid text")
	case length < minPassword:
		return invalid("password", "the password has fewer than %d characters; %d or more are advised, several words do well", minPassword, AdvisedPassword)
	case length > MaxPassword:
		return invalid("password", "the password has more than %d characters", MaxPassword)
	case known.Contains(password):
		return invalid("password", "this password is one of those that attackers try first")
	case strings.Contains(plain, account.Login) || plain == strings.ToLower(account.Name):
		return invalid("password", "the password holds the login or the name")
	}
	return nil
}

// invalid is an Invalid fault about one field.
func invalid(field, format string, args ...any) error {
	f := fault.New(fault.Invalid, format, args...)
	return f.With(0, field, "%s", f.Message)
}
