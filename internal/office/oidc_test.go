package office_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"crypto"

	"rightkey/internal/fault"
	"rightkey/internal/office"
)

// issuer is an identity provider in this process, with tokens of any kind.
type issuer struct {
	*httptest.Server
	key    *rsa.PrivateKey
	asked  url.Values // what the token endpoint was asked
	answer func(claims map[string]any) string
	claims map[string]any
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// token writes a token with a header; sign makes the signature.
func token(t *testing.T, header, claims map[string]any, sign func(signed string) []byte) string {
	t.Helper()
	h, err := json.Marshal(header)
	must(t, err)
	c, err := json.Marshal(claims)
	must(t, err)
	signed := b64(h) + "." + b64(c)
	return signed + "." + b64(sign(signed))
}

func rs256(t *testing.T, key *rsa.PrivateKey) func(string) []byte {
	return func(signed string) []byte {
		sum := sha256.Sum256([]byte(signed))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		must(t, err)
		return signature
	}
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	i := &issuer{key: key}
	answer := func(w http.ResponseWriter, body any) {
		w.Header().Set("Content-Type", "application/json")
		must(t, json.NewEncoder(w).Encode(body))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]string{"kty": "RSA", "kid": "one", "alg": "RS256", "use": "sig", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		must(t, r.ParseForm())
		i.asked = r.PostForm
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": i.answer(i.claims)})
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

// TestOnlyTheProvidersOwnFreshWordSignsIn is N07.
func TestOnlyTheProvidersOwnFreshWordSignsIn(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		i := newIssuer(t)
		other, err := rsa.GenerateKey(rand.Reader, 2048)
		must(t, err)
		public, err := x509.MarshalPKIXPublicKey(&i.key.PublicKey)
		must(t, err)
		publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
		d.invite(t, "clerk", "", "township-clerk", 11)
		gone := d.invite(t, "gone", "", "township-clerk", 11)
		must(t, d.office.Disable(t.Context(), d.admin, gone.Account))
		identity := office.NewIdentity(d.office, office.IdentityOptions{Issuer: i.URL, Client: "rightkey", Secret: "s", Address: "http://office.example"})
		rs := map[string]any{"alg": "RS256", "kid": "one"}
		right := func(claims map[string]any) string { return token(t, rs, claims, rs256(t, i.key)) }
		with := func(name string, value any) map[string]any { return map[string]any{name: value} }
		now := d.Clock.Now().Go()
		for name, c := range map[string]struct {
			answer func(map[string]any) string
			change map[string]any
			state  string
			ok     bool
		}{
			"right": {answer: right, ok: true},
			"alg none": {answer: func(c map[string]any) string {
				return token(t, map[string]any{"alg": "none"}, c, func(string) []byte { return nil })
			}},
			"HS256 with the public key": {answer: func(c map[string]any) string {
				return token(t, map[string]any{"alg": "HS256", "kid": "one"}, c, func(signed string) []byte {
					mac := hmac.New(sha256.New, publicPEM)
					mac.Write([]byte(signed))
					return mac.Sum(nil)
				})
			}},
			"unknown kid": {answer: func(c map[string]any) string {
				return token(t, map[string]any{"alg": "RS256", "kid": "two"}, c, rs256(t, other))
			}},
			"jku header": {answer: func(c map[string]any) string {
				return token(t, map[string]any{"alg": "RS256", "kid": "two", "jku": i.URL + "/keys"}, c, rs256(t, other))
			}},
			"key in the header": {answer: func(c map[string]any) string {
				return token(t, map[string]any{"alg": "RS256", "jwk": map[string]string{"kty": "RSA", "n": b64(other.N.Bytes()), "e": "AQAB"}}, c, rs256(t, other))
			}},
			"another's signature": {answer: func(c map[string]any) string { return token(t, rs, c, rs256(t, other)) }},
			"no token":            {answer: func(map[string]any) string { return "" }},
			"wrong nonce":         {answer: right, change: with("nonce", "another")},
			"no nonce":            {answer: right, change: with("nonce", "")},
			"wrong audience":      {answer: right, change: with("aud", "somebody-else")},
			"wrong issuer":        {answer: right, change: with("iss", "https://evil.example")},
			"expired":             {answer: right, change: with("exp", now.Add(-time.Minute).Unix())},
			"wrong state":         {answer: right, state: "another"},
			"no state":            {answer: right, state: "-"},
			"unknown user":        {answer: right, change: with("preferred_username", "nobody")},
			"no user":             {answer: right, change: with("preferred_username", "")},
			"disabled user":       {answer: right, change: with("preferred_username", "gone")},
		} {
			w := httptest.NewRecorder()
			must(t, identity.Begin(w, httptest.NewRequest(http.MethodGet, "/login/oidc", nil), "/jobs"))
			to, err := url.Parse(w.Header().Get("Location"))
			must(t, err)
			sent := to.Query()
			if sent.Get("code_challenge_method") != "S256" || sent.Get("nonce") == "" || sent.Get("state") == "" || sent.Get("redirect_uri") != "http://office.example/login/oidc/back" {
				t.Fatalf("the browser is sent to %s", to)
			}
			i.answer = c.answer
			i.claims = map[string]any{"iss": i.URL, "aud": "rightkey", "sub": "1", "nonce": sent.Get("nonce"), "preferred_username": "clerk", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
			maps.Copy(i.claims, c.change)
			state := sent.Get("state")
			switch c.state {
			case "":
			case "-":
				state = ""
			default:
				state = c.state
			}
			back := httptest.NewRequest(http.MethodGet, "/login/oidc/back?"+url.Values{"code": {"x"}, "state": {state}}.Encode(), nil)
			back.AddCookie(w.Result().Cookies()[0])
			done := httptest.NewRecorder()
			next, half, err := identity.Finish(done, back, d.sessions)
			if !c.ok {
				wantKind(t, err, fault.Unauthorized, name)
				for _, cookie := range done.Result().Cookies() {
					if cookie.MaxAge >= 0 {
						t.Errorf("%s: a cookie is set", name)
					}
				}
				continue
			}
			must(t, err)
			if next != "/jobs" || half || i.asked.Get("code_verifier") == "" {
				t.Errorf("%s: next %q, half %v, verifier %q", name, next, half, i.asked.Get("code_verifier"))
			}
			cookies := done.Result().Cookies()
			signed, err := d.sessions.Authenticate(withCookie(cookies[len(cookies)-1]))
			must(t, err)
			if signed.Name != "clerk" {
				t.Errorf("signed in is %s", signed.Name)
			}
		}
	})
}

func TestAProviderThatIsAwayIsSaidSo(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		away := httptest.NewServer(http.NotFoundHandler())
		away.Close()
		identity := office.NewIdentity(d.office, office.IdentityOptions{Issuer: away.URL, Client: "rightkey", Address: "http://office.example"})
		err := identity.Begin(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/login/oidc", nil), "/")
		wantKind(t, err, fault.Unavailable, "a provider that is away")
	})
}

func TestAProviderUnderAnotherNameIsRefused(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		i := newIssuer(t)
		mask := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { i.Config.Handler.ServeHTTP(w, r) }))
		t.Cleanup(mask.Close)
		identity := office.NewIdentity(d.office, office.IdentityOptions{Issuer: mask.URL, Client: "rightkey", Address: "http://office.example"})
		w := httptest.NewRecorder()
		wantKind(t, identity.Begin(w, httptest.NewRequest(http.MethodGet, "/login/oidc", nil), "/"), fault.Unavailable, "a provider that calls itself by another name")
		if to := w.Header().Get("Location"); to != "" {
			t.Errorf("the browser is sent to %s", to)
		}
	})
}

func TestTheProviderCannotSendUsElsewhere(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		asked := false
		inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
		t.Cleanup(inside.Close)
		sending := httptest.NewServer(http.RedirectHandler(inside.URL, http.StatusFound))
		t.Cleanup(sending.Close)
		identity := office.NewIdentity(d.office, office.IdentityOptions{Issuer: sending.URL, Client: "rightkey", Address: "http://office.example"})
		err := identity.Begin(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/login/oidc", nil), "/")
		wantKind(t, err, fault.Unavailable, "a provider that redirects")
		if asked {
			t.Error("the redirection was followed")
		}
	})
}
