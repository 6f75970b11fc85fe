package office_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/store"
	"rightkey/internal/web"
)

func TestACookieFromBeforeTheLoginIsWorthNothing(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		planted := &http.Cookie{Name: web.CookieName("session", false), Value: "planted-by-somebody-else"}
		mine := d.signIn(t, "boss", good, planted)
		if mine.Value == planted.Value {
			t.Error("the token was taken over")
		}
		_, err := d.sessions.Authenticate(withCookie(planted))
		wantKind(t, err, fault.Unauthorized, "the planted cookie")
		again := d.signIn(t, "boss", good, mine)
		_, err = d.sessions.Authenticate(withCookie(mine))
		wantKind(t, err, fault.Unauthorized, "the cookie of the login before")
		if _, err := d.sessions.Authenticate(withCookie(again)); err != nil {
			t.Error(err)
		}
	})
}

func TestTheCookieIsClosedToScriptsAndOtherSites(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		cookie := d.signIn(t, "boss", good, nil)
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.MaxAge != 0 {
			t.Errorf("the cookie is %s", cookie)
		}
		stored, err := store.All(t.Context(), d.Raw, "SELECT token, data FROM session", nil, func(r store.Rows, s *[2][]byte) error { return r.Scan(&s[0], &s[1]) })
		must(t, err)
		for _, s := range stored {
			if strings.Contains(string(s[0])+string(s[1]), cookie.Value) {
				t.Error("the database holds the token itself")
			}
		}
	})
}

func TestASessionEndsAfterHalfAnHourOfQuietAndAfterTwelveHours(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		idle := d.signIn(t, "boss", good, nil)
		busy := d.signIn(t, "boss", good, nil)
		begun := d.Clock.Now()
		for d.Clock.Now().Sub(begun) < 12*time.Hour-25*time.Minute {
			d.Clock.Set(d.Clock.Now().Add(25 * time.Minute))
			if _, err := d.sessions.Authenticate(withCookie(busy)); err != nil {
				t.Fatalf("after %s of work: %v", d.Clock.Now().Sub(begun), err)
			}
		}
		_, err := d.sessions.Authenticate(withCookie(idle))
		wantKind(t, err, fault.Unauthorized, "the session that rested")
		d.Clock.Set(begun.Add(12*time.Hour + time.Second))
		_, err = d.sessions.Authenticate(withCookie(busy))
		wantKind(t, err, fault.Unauthorized, "the busy session after twelve hours")
		must(t, d.office.Sweep(t.Context()))
		var left int
		must(t, store.One(t.Context(), d.Raw, "SELECT count(*) FROM session", nil, &left))
		if left != 0 {
			t.Errorf("%d sessions left after sweeping", left)
		}
	})
}

// asked runs a request with a cookie through the handler and hands it to what is inside.
func (d *desk) asked(cookie *http.Cookie, inside http.HandlerFunc) {
	d.sessions.Handler(inside).ServeHTTP(httptest.NewRecorder(), withCookie(cookie))
}

func TestPeopleSeeAndEndTheirOwnSessions(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		d.invite(t, "clerk", "", "township-clerk", 11)
		here, there := d.signIn(t, "boss", good, nil), d.signIn(t, "boss", good, nil)
		foreign := d.signIn(t, "clerk", good, nil)
		var others []office.Session
		d.asked(here, func(_ http.ResponseWriter, r *http.Request) {
			list, err := d.sessions.List(r)
			must(t, err)
			for _, s := range list {
				if !s.Current {
					others = append(others, s)
				}
			}
			if len(list) != 2 || len(others) != 1 {
				t.Fatalf("%d sessions, %d others: want two, one", len(list), len(others))
			}
			must(t, d.sessions.End(r.Context(), office.CallerFrom(r.Context()), others[0].ID))
		})
		_, err := d.sessions.Authenticate(withCookie(there))
		wantKind(t, err, fault.Unauthorized, "the ended session")
		d.asked(foreign, func(_ http.ResponseWriter, r *http.Request) {
			list, err := d.sessions.List(r)
			must(t, err)
			err = d.sessions.End(r.Context(), d.admin, list[0].ID)
			wantKind(t, err, fault.NotFound, "somebody else's session")
		})
	})
}

func TestSigningOutEndsTheSession(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		cookie := d.signIn(t, "boss", good, nil)
		w := httptest.NewRecorder()
		must(t, d.sessions.SignOut(w, withCookie(cookie)))
		if deleted := w.Result().Cookies(); len(deleted) != 1 || deleted[0].MaxAge >= 0 {
			t.Error("the cookie is not deleted")
		}
		_, err := d.sessions.Authenticate(withCookie(cookie))
		wantKind(t, err, fault.Unauthorized, "after signing out")
	})
}

func TestAPurposeIsKeptInTheSessionAndJournalled(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		cookie := d.signIn(t, "boss", good, nil)
		d.asked(cookie, func(_ http.ResponseWriter, r *http.Request) {
			wantKind(t, d.sessions.SetPurpose(r, "curiosity"), fault.Invalid, "an unknown purpose")
			must(t, d.sessions.SetPurpose(r, "audit"))
		})
		c, err := d.sessions.Authenticate(withCookie(cookie))
		must(t, err)
		if c.Purpose != "audit" {
			t.Errorf("the purpose is %q", c.Purpose)
		}
		kinds := d.kinds(t, d.admin.Account)
		if kinds[len(kinds)-1] != "account.purpose_stated" {
			t.Errorf("the journal ends with %v", kinds)
		}
	})
}

func TestARequestUnderWayDoesNotBringBackAnEndedSession(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		cookie := d.signIn(t, "boss", good, nil)
		d.asked(cookie, func(_ http.ResponseWriter, r *http.Request) {
			must(t, d.sessions.SignOut(httptest.NewRecorder(), withCookie(cookie)))
			if err := d.sessions.SetPurpose(r, "audit"); err == nil {
				t.Error("a purpose was stored in an ended session")
			}
		})
		_, err := d.sessions.Authenticate(withCookie(cookie))
		wantKind(t, err, fault.Unauthorized, "the ended session")
	})
}

func TestANewPasswordEndsTheOtherSessionsAndTheTokens(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		here, there := d.signIn(t, "boss", good, nil), d.signIn(t, "boss", good, nil)
		token, err := d.office.MakeToken(t.Context(), d.admin, "script", 1)
		must(t, err)
		wantKind(t, d.office.ChangePassword(t.Context(), d.admin, "wrong", "another good password", nil), fault.Invalid, "with a wrong password")
		wantKind(t, d.office.ChangePassword(t.Context(), d.admin, good, "password1", nil), fault.Invalid, "to an obvious password")
		must(t, d.office.ChangePassword(t.Context(), d.admin, good, "another good password", d.sessions.Current(withCookie(here))))
		if _, err := d.sessions.Authenticate(withCookie(here)); err != nil {
			t.Error("the session that changed it: ", err)
		}
		_, err = d.sessions.Authenticate(withCookie(there))
		wantKind(t, err, fault.Unauthorized, "the other session")
		_, err = d.sessions.Authenticate(withToken(token))
		wantKind(t, err, fault.Unauthorized, "the token")
		if _, err := d.office.SignIn(t.Context(), "boss", "another good password", "192.0.2.1"); err != nil {
			t.Error(err)
		}
	})
}

func TestTokensExpireAndAreStoredAsHashes(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		_, err := d.office.MakeToken(t.Context(), d.admin, "for ever", 4000)
		wantKind(t, err, fault.Invalid, "a token of many years")
		token, err := d.office.MakeToken(t.Context(), d.admin, "script", 7)
		must(t, err)
		for _, wrong := range []string{"", "rk_", "rk_wrong", token + "x", strings.TrimPrefix(token, "rk_")} {
			_, err := d.sessions.Authenticate(withToken(wrong))
			wantKind(t, err, fault.Unauthorized, wrong)
		}
		r := withToken(token)
		r.Header.Set(office.PurposeHeader, "audit")
		c, err := d.sessions.Authenticate(r)
		must(t, err)
		if c.Account != d.admin.Account || c.Purpose != "audit" || c.Place == "" {
			t.Errorf("the caller is %+v", c)
		}
		r.Header.Set(office.PurposeHeader, "curiosity")
		_, err = d.sessions.Authenticate(r)
		wantKind(t, err, fault.Invalid, "an unknown purpose")
		listed, err := d.office.Tokens(t.Context(), d.admin)
		must(t, err)
		if len(listed) != 1 || listed[0].Label != "script" || strings.Contains(token, listed[0].ID) {
			t.Errorf("listed as %+v", listed)
		}
		d.Clock.Set(d.Clock.Now().Add(7*24*time.Hour + time.Second))
		_, err = d.sessions.Authenticate(withToken(token))
		wantKind(t, err, fault.Unauthorized, "an expired token")
	})
}

func TestAnEndedTokenIsWorthNothing(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		token, err := d.office.MakeToken(t.Context(), d.admin, "script", 7)
		must(t, err)
		listed, err := d.office.Tokens(t.Context(), d.admin)
		must(t, err)
		must(t, d.office.EndToken(t.Context(), d.admin, listed[0].ID))
		_, err = d.sessions.Authenticate(withToken(token))
		wantKind(t, err, fault.Unauthorized, "the ended token")
		wantKind(t, d.office.EndToken(t.Context(), d.admin, listed[0].ID), fault.NotFound, "ending it twice")
	})
}

func TestThePagesKnowTheirViewer(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		must(t, d.office.Prefer(t.Context(), d.admin, "zh", "dark"))
		cookie := d.signIn(t, "boss", good, nil)
		d.asked(cookie, func(_ http.ResponseWriter, r *http.Request) {
			v := web.ViewerFrom(r.Context())
			if !v.LoggedIn || v.Name != "Boss" || v.Lang != "zh" || v.Theme != web.ThemeDark {
				t.Errorf("the viewer is %+v", v)
			}
			if got := office.CallerFrom(r.Context()).Account; got != d.admin.Account {
				t.Errorf("the caller is %d", got)
			}
		})
		d.asked(&http.Cookie{Name: "rightkey-session", Value: "nothing"}, func(_ http.ResponseWriter, r *http.Request) {
			if web.ViewerFrom(r.Context()).LoggedIn || office.CallerFrom(r.Context()).Account != 0 {
				t.Error("a stranger is taken for somebody")
			}
		})
	})
}
