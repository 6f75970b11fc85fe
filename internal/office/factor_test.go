package office_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/office"
)

// code is what the telephone shows after some time.
func (d *desk) code(t *testing.T, secret string, later time.Duration) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, d.Clock.Now().Add(later).Go())
	must(t, err)
	return code
}

// enrol switches a second factor on and returns its secret and recovery codes.
func (d *desk) enrol(t *testing.T, c access.Caller) (string, []string) {
	t.Helper()
	e, err := d.office.BeginFactor(t.Context(), c)
	must(t, err)
	_, err = d.office.ConfirmFactor(t.Context(), c, "000000", nil)
	wantKind(t, err, fault.Invalid, "a wrong first code")
	codes, err := d.office.ConfirmFactor(t.Context(), c, d.code(t, e.Secret, 0), nil)
	must(t, err)
	d.Clock.Set(d.Clock.Now().Add(time.Minute))
	return e.Secret, codes
}

// TestACodeServesOnceAndNearItsTime is N05.
func TestACodeServesOnceAndNearItsTime(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		secret, _ := d.enrol(t, d.admin)
		check := func(code string) error { return d.office.CheckCode(ctx, d.admin.Account, code, "192.0.2.1") }
		wantKind(t, check(d.code(t, secret, -90*time.Second)), fault.Unauthorized, "a code of three steps ago")
		wantKind(t, check(d.code(t, secret, 90*time.Second)), fault.Unauthorized, "a code of three steps ahead")
		now := d.code(t, secret, 0)
		must(t, check(now[:3]+" "+now[3:]))
		wantKind(t, check(now), fault.Unauthorized, "the same code again")
		wantKind(t, check(d.code(t, secret, -30*time.Second)), fault.Unauthorized, "an earlier code after a later one")
		must(t, check(d.code(t, secret, 30*time.Second)))
		for range 10 {
			_ = check("123456")
		}
		wantKind(t, check("123456"), fault.TooMany, "guessing")
	})
}

func TestARecoveryCodeStandsForACodeOnce(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		_, codes := d.enrol(t, d.admin)
		if len(codes) != 10 {
			t.Fatalf("%d recovery codes", len(codes))
		}
		must(t, d.office.CheckCode(ctx, d.admin.Account, codes[3], "192.0.2.1"))
		wantKind(t, d.office.CheckCode(ctx, d.admin.Account, codes[3], "192.0.2.1"), fault.Unauthorized, "used again")
		must(t, d.office.EndFactor(ctx, d.admin, codes[4]))
		has, err := d.office.HasFactor(ctx, d.admin.Account)
		must(t, err)
		wantKind(t, d.office.CheckCode(ctx, d.admin.Account, codes[5], "192.0.2.1"), fault.Unauthorized, "after the factor has ended")
		if has {
			t.Error("the factor is still on")
		}
	})
}

// halfSignedIn signs in by password and returns the cookie of the half session.
func (d *desk) halfSignedIn(t *testing.T, login string) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	half, err := d.sessions.SignIn(w, httptest.NewRequest(http.MethodPost, "/login", nil), login, good)
	must(t, err)
	if !half {
		t.Fatal("the password alone signs in")
	}
	return w.Result().Cookies()[0]
}

func TestThePasswordAloneOpensNothingWhereASecondFactorIsOn(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		secret, _ := d.enrol(t, d.admin)
		half := d.halfSignedIn(t, "boss")
		_, err := d.sessions.Authenticate(withCookie(half))
		wantKind(t, err, fault.Unauthorized, "a half session")
		w := httptest.NewRecorder()
		wantKind(t, d.sessions.SignInCode(w, withCookie(half), "000000"), fault.Unauthorized, "a wrong code")
		must(t, d.sessions.SignInCode(w, withCookie(half), d.code(t, secret, 0)))
		whole := w.Result().Cookies()[0]
		if whole.Value == half.Value {
			t.Error("the half session's token became the whole one's")
		}
		c, err := d.sessions.Authenticate(withCookie(whole))
		must(t, err)
		if c.Proved != d.Clock.Now() {
			t.Error("signing in is a proof")
		}
		late := d.halfSignedIn(t, "boss")
		d.Clock.Set(d.Clock.Now().Add(6 * time.Minute))
		wantKind(t, d.sessions.SignInCode(httptest.NewRecorder(), withCookie(late), d.code(t, secret, 0)), fault.Unauthorized, "a half session after six minutes")
	})
}

// TestAPasswordResetServesOnceForAQuarterOfAnHourAndTheCodeIsStillAsked is N06.
func TestAPasswordResetServesOnceForAQuarterOfAnHourAndTheCodeIsStillAsked(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		clerk := d.invite(t, "clerk", "", "township-clerk", 11)
		d.enrol(t, clerk)
		late, err := d.office.Renew(ctx, d.admin, clerk.Account)
		must(t, err)
		d.Clock.Set(d.Clock.Now().Add(15*time.Minute + time.Second))
		_, err = d.office.Activate(ctx, late, good, "")
		wantKind(t, err, fault.Gone, "after 15 minutes")
		must(t, d.office.Disable(ctx, d.admin, clerk.Account))
		_, err = d.office.Enable(ctx, d.admin, clerk.Account)
		must(t, err)
		token, err := d.office.Renew(ctx, d.admin, clerk.Account)
		must(t, err)
		w := httptest.NewRecorder()
		half, err := d.sessions.Activate(w, httptest.NewRequest(http.MethodPost, "/activate", nil), token, good)
		must(t, err)
		if !half {
			t.Error("a reset stands for the second factor")
		}
		_, err = d.sessions.Activate(w, httptest.NewRequest(http.MethodPost, "/activate", nil), token, good)
		wantKind(t, err, fault.Gone, "used twice")
		must(t, d.office.TakeFactor(ctx, d.admin, clerk.Account))
		if has, err := d.office.HasFactor(ctx, clerk.Account); has || err != nil {
			t.Error("the factor was not taken: ", err)
		}
	})
}

func TestWhereSecondFactorsAreRequiredDecidingRolesAreWorthNothingWithout(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		clerk := d.invite(t, "clerk", "", "township-clerk", 11)
		village := d.invite(t, "village", "", "village-official", 11)
		strict := office.New(office.Options{DB: d.DB, Journal: d.Journal, Keys: d.Keys, Scheme: d.Areas.Scheme(), Passwords: cheap})
		strict.RequireFactor()
		may := func(account int64) bool {
			c, err := strict.CallerOf(t.Context(), account)
			must(t, err)
			return access.May(c, access.HouseholdRead)
		}
		if may(clerk.Account) || !may(village.Account) {
			t.Error("without a factor: the clerk decides and needs one, the village official does not")
		}
		d.enrol(t, clerk)
		if !may(clerk.Account) {
			t.Error("with a factor the clerk has the role again")
		}
	})
}

func TestAProofOfWhoSitsThereHoldsForAQuarterOfAnHour(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		cookie := d.signIn(t, "boss", good, nil)
		d.Clock.Set(d.Clock.Now().Add(15 * time.Minute))
		d.asked(cookie, func(_ http.ResponseWriter, r *http.Request) {
			if office.Proved(office.CallerFrom(r.Context()), d.Clock.Now()) {
				t.Error("after 15 minutes")
			}
			wantKind(t, d.sessions.Prove(r, "wrong"), fault.Unauthorized, "a wrong password")
			must(t, d.sessions.Prove(r, good))
		})
		c, err := d.sessions.Authenticate(withCookie(cookie))
		must(t, err)
		if !office.Proved(c, d.Clock.Now()) {
			t.Error("the proof was not kept")
		}
		token, err := d.office.MakeToken(t.Context(), d.admin, "program", 1)
		must(t, err)
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		c, err = d.sessions.Authenticate(r)
		must(t, err)
		if office.Proved(c, d.Clock.Now()) {
			t.Error("a token proves who sits there")
		}
	})
}
