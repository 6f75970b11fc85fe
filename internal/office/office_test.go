package office_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/store"
	"rightkey/test/stand"
)

// desk is an office with one administrator, on a county with two townships.
type desk struct {
	*stand.Stand
	office   *office.Service
	sessions *office.Sessions
	admin    access.Caller
}

const good = "correct horse battery staple"

var cheap = crypt.Passwords{Memory: 64, Passes: 1, Lanes: 1}

func each(t *testing.T, test func(t *testing.T, d *desk)) {
	stand.Each(t, "1-1", func(t *testing.T, s *stand.Stand) {
		d := &desk{Stand: s}
		s.LoadAreas(t, "code,name\n1,North\n11,Upper\n12,Lower\n2,South\n21,Far\n")
		d.office = office.New(office.Options{DB: s.DB, Journal: s.Journal, Keys: s.Keys, Scheme: s.Areas.Scheme(), Passwords: cheap})
		d.sessions = office.NewSessions(d.office)
		test(t, d)
	})
}

// eachWithAdmin runs test in an office whose administrator has been activated.
func eachWithAdmin(t *testing.T, test func(t *testing.T, d *desk)) {
	each(t, func(t *testing.T, d *desk) {
		token, err := d.office.Bootstrap(t.Context(), "Boss")
		must(t, err)
		a, err := d.office.Activate(t.Context(), token, good, "192.0.2.1")
		must(t, err)
		d.admin, err = d.office.CallerOf(t.Context(), a.ID)
		must(t, err)
		test(t, d)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, kind fault.Kind, what string) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: %v (%s), want %s", what, err, fault.KindOf(err), kind)
	}
}

// invite makes an active account with a role and returns its caller.
func (d *desk) invite(t *testing.T, login, person, role string, area int64) access.Caller {
	t.Helper()
	_, token, err := d.office.Invite(t.Context(), d.admin, office.Invitation{Login: login, Name: login, Person: person, Grant: access.Grant{Role: role, Area: area}})
	must(t, err)
	a, err := d.office.Activate(t.Context(), token, good, "192.0.2.1")
	must(t, err)
	c, err := d.office.CallerOf(t.Context(), a.ID)
	must(t, err)
	return c
}

// grant gives a role where nobody else has to agree.
func (d *desk) grant(ctx context.Context, c access.Caller, account int64, g access.Grant) error {
	_, err := d.office.Grant(ctx, c, account, g, "")
	return err
}

// kinds lists the kinds of the journal's events about an account, oldest first.
func (d *desk) kinds(t *testing.T, account int64) []string {
	t.Helper()
	list, err := store.All(t.Context(), d.Raw, "SELECT kind FROM event WHERE subject_kind = 'account' AND subject = $1 ORDER BY id", []any{account},
		func(r store.Rows, kind *string) error { return r.Scan(kind) })
	must(t, err)
	return list
}

func TestTheFirstAdministratorLogsInAfterActivationOnly(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		first, err := d.office.Bootstrap(t.Context(), "Boss")
		must(t, err)
		for _, password := range []string{"", "boss", "admin", first} {
			_, err := d.office.SignIn(t.Context(), "boss", password, "192.0.2.1")
			wantKind(t, err, fault.Unauthorized, "before activation")
		}
		second, err := d.office.Bootstrap(t.Context(), "boss")
		must(t, err)
		_, err = d.office.Activate(t.Context(), first, good, "")
		wantKind(t, err, fault.Gone, "an activation that was replaced")
		a, err := d.office.Activate(t.Context(), second, good, "")
		must(t, err)
		if _, err := d.office.SignIn(t.Context(), " BOSS ", good, "192.0.2.1"); err != nil {
			t.Error("after activation: ", err)
		}
		_, err = d.office.Activate(t.Context(), second, good, "")
		wantKind(t, err, fault.Gone, "an activation used twice")
		_, err = d.office.Bootstrap(t.Context(), "another")
		wantKind(t, err, fault.Conflict, "a second first administrator")
		c, err := d.office.CallerOf(t.Context(), a.ID)
		must(t, err)
		if !access.May(c, access.AccountManage) || access.May(c, access.HouseholdList) {
			t.Error("the administrator manages accounts and sees no household")
		}
	})
}

func TestAnActivationExpiresAfterThreeDays(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		token, err := d.office.Bootstrap(t.Context(), "boss")
		must(t, err)
		d.Clock.Set(d.Clock.Now().Add(72*time.Hour - time.Second))
		if _, err := d.office.Invitee(t.Context(), token); err != nil {
			t.Error("just before: ", err)
		}
		d.Clock.Set(d.Clock.Now().Add(2 * time.Second))
		_, err = d.office.Activate(t.Context(), token, good, "")
		wantKind(t, err, fault.Gone, "after 72 hours")
	})
}

func TestPasswordsAreJudgedByLengthAndByWhatAttackersTry(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		token, err := d.office.Bootstrap(t.Context(), "zhangwei")
		must(t, err)
		for _, bad := range []string{"", "short", "password1", "Passw0rd2020", "12345678", "aaaaaaaaaaaa", "i am zhangwei", strings.Repeat("x9", 65), "bad\xffbytes!!"} {
			_, err := d.office.Activate(t.Context(), token, bad, "")
			wantKind(t, err, fault.Invalid, bad)
		}
		if _, err := d.office.Activate(t.Context(), token, "只要够长就行了吧", ""); err != nil {
			t.Error("eight characters of any script: ", err)
		}
	})
}

func TestTheEleventhAttemptWaitsWhetherOrNotTheUserExists(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		var answers [2]string
		for i, login := range []string{"boss", "nobody"} {
			for range 10 {
				_, err := d.office.SignIn(t.Context(), login, "wrong password", "192.0.2."+string(rune('1'+i)))
				wantKind(t, err, fault.Unauthorized, login)
			}
			_, err := d.office.SignIn(t.Context(), login, good, "192.0.2.9")
			wantKind(t, err, fault.TooMany, login)
			if wait := office.RetryAfter(err); wait != time.Minute {
				t.Errorf("%s waits %s, want a minute", login, wait)
			}
			answers[i] = err.Error()
		}
		if answers[0] != answers[1] {
			t.Errorf("the answers differ: %q and %q", answers[0], answers[1])
		}
		d.Clock.Set(d.Clock.Now().Add(61 * time.Second))
		if _, err := d.office.SignIn(t.Context(), "boss", good, "192.0.2.9"); err != nil {
			t.Error("after the wait: ", err)
		}
		if _, err := d.office.SignIn(t.Context(), "boss", "wrong password", "192.0.2.9"); fault.Is(err, fault.TooMany) {
			t.Error("a success does not end the count")
		}
	})
}

func TestWaitsGrowWithFurtherAttempts(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		var waits []time.Duration
		for range 17 {
			_, err := d.office.SignIn(t.Context(), "boss", "wrong password", "192.0.2.1")
			if wait := office.RetryAfter(err); wait > 0 {
				waits = append(waits, wait)
				d.Clock.Set(d.Clock.Now().Add(wait))
			}
		}
		if len(waits) != 4 || waits[0] != time.Minute || waits[3] != 8*time.Minute {
			t.Errorf("the waits are %v, want 1, 2, 4, 8 minutes", waits)
		}
	})
}

func TestOnePlaceCannotTryManyUsers(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		for i := range 100 {
			if _, err := d.office.SignIn(t.Context(), "user"+string(rune('a'+i%26))+string(rune('a'+i/26)), "wrong password", "2001:db8::1"); fault.Is(err, fault.TooMany) {
				t.Fatalf("attempt %d is refused already", i+1)
			}
		}
		_, err := d.office.SignIn(t.Context(), "boss", good, "2001:db8::ffff")
		wantKind(t, err, fault.TooMany, "another address of the same network")
		if _, err := d.office.SignIn(t.Context(), "boss", good, "2001:db8:1::1"); err != nil {
			t.Error("another network: ", err)
		}
	})
}

func TestSignInsAreJournalledWithoutWhatWasTyped(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		_, err := d.office.SignIn(t.Context(), "my-secret-typo", "my-secret-password", "192.0.2.1")
		wantKind(t, err, fault.Unauthorized, "an unknown user")
		_, err = d.office.SignIn(t.Context(), "boss", "my-secret-password", "192.0.2.1")
		wantKind(t, err, fault.Unauthorized, "a wrong password")
		_, err = d.office.SignIn(t.Context(), "boss", good, "192.0.2.1")
		must(t, err)
		if got := strings.Join(d.kinds(t, d.admin.Account), " "); got != "account.invited account.granted account.activated account.signin_failed account.signed_in" {
			t.Errorf("the journal says %s", got)
		}
		if got := d.kinds(t, 0); len(got) != 1 || got[0] != "account.signin_failed" {
			t.Errorf("of the unknown user it says %v", got)
		}
		for _, table := range []string{"SELECT cast(body AS text) FROM event_body", "SELECT place || why FROM event"} {
			if d.Engine(t) == store.Postgres && strings.Contains(table, "body") {
				table = "SELECT encode(body, 'escape') FROM event_body"
			}
			texts, err := store.All(t.Context(), d.Raw, table, nil, func(r store.Rows, text *string) error { return r.Scan(text) })
			must(t, err)
			if strings.Contains(strings.Join(texts, "\n"), "my-secret") {
				t.Error("the journal holds what was typed")
			}
		}
	})
}

// Engine is the engine of the desk's database.
func (d *desk) Engine(t *testing.T) store.Engine { t.Helper(); return d.Raw.Engine() }

func TestGrantsAreRefusedToOneselfBeyondOnesAreaAndAgainstTheRules(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		north := d.invite(t, "north", "", "administrator", 10)
		clerk := d.invite(t, "clerk", "staff-7", "township-clerk", 11)
		yesterday := d.Today - 1
		cases := []struct {
			name    string
			caller  access.Caller
			account int64
			grant   access.Grant
			kind    fault.Kind
		}{
			{"to oneself", d.admin, d.admin.Account, access.Grant{Role: "county-office"}, fault.Forbidden},
			{"by somebody who manages nobody", clerk, north.Account, access.Grant{Role: "auditor"}, fault.Forbidden},
			{"beyond the own area", north, clerk.Account, access.Grant{Role: "township-clerk", Area: 21}, fault.Forbidden},
			{"everywhere, by somebody of one area", north, clerk.Account, access.Grant{Role: "township-clerk"}, fault.Forbidden},
			{"to an account out of sight", north, d.admin.Account, access.Grant{Role: "auditor", Area: 11}, fault.NotFound},
			{"of a role that excludes another in the same place", d.admin, clerk.Account, access.Grant{Role: "administrator", Area: 10}, fault.Conflict},
			{"of a role that does not exist", d.admin, clerk.Account, access.Grant{Role: "emperor"}, fault.Invalid},
			{"in an area that does not exist", d.admin, clerk.Account, access.Grant{Role: "township-clerk", Area: 99}, fault.Invalid},
			{"that ends before it begins", d.admin, clerk.Account, access.Grant{Role: "township-clerk", Area: 12, To: &yesterday}, fault.Invalid},
		}
		for _, c := range cases {
			wantKind(t, d.grant(t.Context(), c.caller, c.account, c.grant), c.kind, "a grant "+c.name)
		}
		must(t, d.grant(t.Context(), north, clerk.Account, access.Grant{Role: "township-clerk", Area: 12}))
		must(t, d.grant(t.Context(), d.admin, clerk.Account, access.Grant{Role: "auditor", Area: 20}))
		c, err := d.office.CallerOf(t.Context(), clerk.Account)
		must(t, err)
		if len(c.Grants) != 3 {
			t.Errorf("%d grants, want 3: %+v", len(c.Grants), c.Grants)
		}
	})
}

func TestASecondLoginOfOnePersonHoldsNoExcludedRoleEither(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		d.invite(t, "clerk", "staff-7", "township-clerk", 11)
		_, _, err := d.office.Invite(t.Context(), d.admin, office.Invitation{Login: "clerk2", Name: "x", Person: "staff-7", Grant: access.Grant{Role: "auditor", Area: 10}})
		wantKind(t, err, fault.Conflict, "a second login as auditor")
		_, _, err = d.office.Invite(t.Context(), d.admin, office.Invitation{Login: "me2", Name: "x", Person: d.admin.Person, Grant: access.Grant{Role: "county-office"}})
		wantKind(t, err, fault.Forbidden, "a second login of the administrator")
	})
}

func TestTwoAdministratorsCannotTogetherGrantWhatNeitherMay(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		clerk := d.invite(t, "clerk", "staff-7", "analyst", 10)
		grants := []access.Grant{{Role: "auditor", Area: 11}, {Role: "county-office", Area: 11}}
		results := make(chan error, 2)
		for _, g := range grants {
			go func() { results <- d.grant(context.Background(), d.admin, clerk.Account, g) }()
		}
		failed := 0
		for range grants {
			if err := <-results; err != nil {
				wantKind(t, err, fault.Conflict, "the second")
				failed++
			}
		}
		if failed != 1 {
			t.Errorf("%d of two grants failed, want one", failed)
		}
	})
}

func TestARevokedGrantIsGoneAtOnce(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		clerk := d.invite(t, "clerk", "", "township-clerk", 11)
		must(t, d.office.Revoke(t.Context(), d.admin, clerk.Account, "township-clerk", 11, d.Today))
		c, err := d.office.CallerOf(t.Context(), clerk.Account)
		must(t, err)
		if access.May(c, access.HouseholdList) {
			t.Error("it still counts")
		}
		wantKind(t, d.office.Revoke(t.Context(), d.admin, clerk.Account, "township-clerk", 11, d.Today), fault.Conflict, "revoked twice")
		must(t, d.grant(t.Context(), d.admin, clerk.Account, access.Grant{Role: "auditor", Area: 11}))
	})
}

func TestAGrantHoldsOnItsDaysOnly(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		clerk := d.invite(t, "clerk", "", "analyst", 0)
		to := d.Today + 10
		must(t, d.grant(t.Context(), d.admin, clerk.Account, access.Grant{Role: "township-clerk", Area: 11, From: d.Today + 5, To: &to}))
		for day, want := range map[clock.Day]bool{d.Today: false, d.Today + 5: true, d.Today + 10: true, d.Today + 11: false} {
			d.Clock.Set(day.Start(time.UTC))
			c, err := d.office.CallerOf(t.Context(), clerk.Account)
			must(t, err)
			if access.May(c, access.HouseholdList) != want {
				t.Errorf("on day %s: %v, want %v", day, !want, want)
			}
		}
	})
}

func TestDisablingEndsSessionsAndTokensAtOnce(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		clerk := d.invite(t, "clerk", "", "township-clerk", 11)
		cookie := d.signIn(t, "clerk", good, nil)
		token, err := d.office.MakeToken(t.Context(), clerk, "script", 30)
		must(t, err)
		for name, r := range map[string]*http.Request{"cookie": withCookie(cookie), "token": withToken(token)} {
			if _, err := d.sessions.Authenticate(r); err != nil {
				t.Errorf("%s before: %v", name, err)
			}
		}
		must(t, d.office.Disable(t.Context(), d.admin, clerk.Account))
		for name, r := range map[string]*http.Request{"cookie": withCookie(cookie), "token": withToken(token)} {
			_, err := d.sessions.Authenticate(r)
			wantKind(t, err, fault.Unauthorized, name)
		}
		_, err = d.office.SignIn(t.Context(), "clerk", good, "192.0.2.1")
		wantKind(t, err, fault.Unauthorized, "the right password")
		_, err = d.office.CallerOf(t.Context(), clerk.Account)
		wantKind(t, err, fault.Unauthorized, "a job of the account")
		wantKind(t, d.office.Disable(t.Context(), d.admin, d.admin.Account), fault.Forbidden, "disabling oneself")

		activation, err := d.office.Enable(t.Context(), d.admin, clerk.Account)
		must(t, err)
		_, err = d.office.Activate(t.Context(), activation, good+"!", "")
		must(t, err)
		_, err = d.sessions.Authenticate(withCookie(cookie))
		wantKind(t, err, fault.Unauthorized, "the old cookie after enabling")
	})
}

func TestAnAdministratorOfOneAreaSeesItsUsersOnly(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		north := d.invite(t, "north", "", "administrator", 10)
		d.invite(t, "upper", "", "township-clerk", 11)
		far := d.invite(t, "far", "", "township-clerk", 21)
		found, err := d.office.List(t.Context(), north, "", 0, 10)
		must(t, err)
		var logins []string
		for _, a := range found {
			logins = append(logins, a.Login)
		}
		if got := strings.Join(logins, " "); got != "north upper" {
			t.Errorf("sees %q", got)
		}
		wantKind(t, d.office.Disable(t.Context(), north, far.Account), fault.NotFound, "a user of another area")
		must(t, d.grant(t.Context(), d.admin, far.Account, access.Grant{Role: "township-clerk", Area: 12}))
		wantKind(t, d.office.Disable(t.Context(), north, far.Account), fault.Forbidden, "a user of this and another area")
	})
}

func TestDemonstrationLoginsExistInADemonstrationOnly(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		wanted := []office.DemoLogin{{Login: "county", Name: "County office", Role: "county-office", Area: 10}}
		ring := d.Keys.Ring()
		_, err := d.office.CreateDemo(t.Context(), ring, wanted)
		wantKind(t, err, fault.Forbidden, "in an ordinary database")
		must(t, d.office.MarkDemo(t.Context()))
		first, err := d.office.CreateDemo(t.Context(), ring, wanted)
		must(t, err)
		again, err := d.office.CreateDemo(t.Context(), ring, wanted)
		must(t, err)
		if first[0].Password != again[0].Password {
			t.Error("the second start prints another password")
		}
		a, err := d.office.SignIn(t.Context(), "county", first[0].Password, "127.0.0.1")
		must(t, err)
		if !a.Demo || len(a.Grants) != 1 || a.Grants[0].Lo != 10 || a.Grants[0].Hi != 19 {
			t.Errorf("the demonstration login is %+v", a)
		}
	})
}

func TestADatabaseWithUsersCannotBecomeADemonstration(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		wantKind(t, d.office.MarkDemo(t.Context()), fault.Conflict, "with users")
	})
}

// signIn logs in by a request and returns the cookie; before is a cookie that the browser had, or nil.
func (d *desk) signIn(t *testing.T, login, password string, before *http.Cookie) *http.Cookie {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/login", nil)
	if before != nil {
		r.AddCookie(before)
	}
	_, err := d.sessions.SignIn(w, r, login, password)
	must(t, err)
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies, want one", len(cookies))
	}
	return cookies[0]
}

func withCookie(cookie *http.Cookie) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(cookie)
	return r
}

func withToken(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}
