package office

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/store"
	"rightkey/internal/web"
)

// Identity is an identity provider of the office's (OpenID Connect Core 1.0, authorization code with PKCE, RFC 7636)
// that says who sits at the browser. It opens accounts that exist and makes none: who may do what stays here.
type Identity struct {
	o      *Service
	config IdentityOptions
	client *http.Client

	mu       sync.Mutex
	provider *oidc.Provider
}

// IdentityOptions say which provider and how it is asked.
type IdentityOptions struct {
	Issuer string
	Client string
	Secret string
	// Address is the address of this server as browsers know it, without a slash at the end.
	Address string
	// Claim is the claim that is the login here: preferred_username if empty.
	Claim string
}

// identityPath is where the provider sends the browser back to.
const identityPath = "/login/oidc/back"

// identityLasts is how long somebody may take at the provider.
const identityLasts = 10 * time.Minute

// identityCookie keeps what one sign-in at the provider has to bring back.
const identityCookie = "oidc"

// identityAlgorithms are those by which tokens may be signed: with a public key only.
var identityAlgorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.ES256, oidc.ES384, oidc.EdDSA}

// NewIdentity makes a provider for an office. It is asked for its keys at the first sign-in.
func NewIdentity(o *Service, config IdentityOptions) *Identity {
	if config.Claim == "" {
		config.Claim = "preferred_username"
	}
	return &Identity{o: o, config: config, client: &http.Client{Timeout: 10 * time.Second, CheckRedirect: stay}}
}

// stay follows no redirection: the provider is asked where the configuration says, nowhere else.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// attempt is one sign-in on its way to the provider and back.
type attempt struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	Next     string `json:"next"`
}

// Begin sends the browser to the provider; next is where it goes afterwards.
func (i *Identity) Begin(w http.ResponseWriter, r *http.Request, next string) error {
	ctx := r.Context()
	_, config, err := i.ask(ctx)
	if err != nil {
		return err
	}
	state, _ := crypt.NewToken()
	nonce, _ := crypt.NewToken()
	a := attempt{State: state, Nonce: nonce, Verifier: oauth2.GenerateVerifier(), Next: next}
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	http.SetCookie(w, web.Cookie(ctx, identityCookie, base64.RawURLEncoding.EncodeToString(text), identityLasts))
	http.Redirect(w, r, config.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), http.StatusSeeOther)
	return nil
}

// Finish signs in whoever comes back from the provider and returns where they wanted to go; half is that of SignIn.
// An Unauthorized fault: what came back is not what was asked for, is signed by nobody known, has expired, or names no
// active account.
func (i *Identity) Finish(w http.ResponseWriter, r *http.Request, s *Sessions) (next string, half bool, err error) {
	ctx := r.Context()
	var a attempt
	text, err := base64.RawURLEncoding.DecodeString(web.CookieValue(r, identityCookie))
	http.SetCookie(w, web.Cookie(ctx, identityCookie, "", -1))
	if err != nil || json.Unmarshal(text, &a) != nil || a.State == "" || !hmac.Equal([]byte(a.State), []byte(r.URL.Query().Get("state"))) {
		return "", false, refuse(ctx, fault.Unauthorized, "identity")
	}
	login, err := i.login(ctx, a, r.URL.Query().Get("code"))
	if err != nil {
		return "", false, err
	}
	found, ok, err := i.o.find(ctx, i.o.db.In(system), "a.login = $1", foldLogin(login))
	if err != nil {
		return "", false, fmt.Errorf("look up a login: %w", err)
	}
	place := PlaceOf(r)
	if !ok || found.State != Active {
		return "", false, i.o.refuse(ctx, found.ID, place)
	}
	err = i.o.act(ctx, self(found.ID, place, "sign in by the identity provider"), func(tx store.Tx, at clock.Time) error {
		_, err := tx.Exec(ctx, "UPDATE account SET last_login = $2 WHERE id = $1", found.ID, int64(at))
		return err
	}, entry("signed_in", found.ID, map[string]string{"by": "oidc"}))
	if err != nil {
		return "", false, fmt.Errorf("sign in: %w", err)
	}
	half, err = s.enter(w, r, found.Account)
	return a.Next, half, err
}

// login exchanges a code for the provider's word and returns the login in it.
func (i *Identity) login(ctx context.Context, a attempt, code string) (string, error) {
	provider, config, err := i.ask(ctx)
	if err != nil {
		return "", err
	}
	ctx = oidc.ClientContext(ctx, i.client)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	var answered *oauth2.RetrieveError
	if errors.As(err, &answered) && answered.Response.StatusCode < http.StatusInternalServerError {
		return "", fault.Wrap(fault.Unauthorized, err, "%s", web.T(ctx, "office.fault.identity"))
	}
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "%s", web.T(ctx, "office.fault.identity_away"))
	}
	raw, _ := token.Extra("id_token").(string)
	verifier := provider.VerifierContext(ctx, &oidc.Config{ClientID: config.ClientID, SupportedSigningAlgs: identityAlgorithms, Now: func() time.Time { return i.o.now().Go() }})
	word, err := verifier.Verify(ctx, raw)
	if err != nil {
		return "", fault.Wrap(fault.Unauthorized, err, "%s", web.T(ctx, "office.fault.identity"))
	}
	if !hmac.Equal([]byte(word.Nonce), []byte(a.Nonce)) {
		return "", refuse(ctx, fault.Unauthorized, "identity")
	}
	claims := map[string]any{}
	if err := word.Claims(&claims); err != nil {
		return "", fault.Wrap(fault.Unauthorized, err, "%s", web.T(ctx, "office.fault.identity"))
	}
	login, _ := claims[i.config.Claim].(string)
	return login, nil
}

// ask returns the provider, asked for its addresses and keys the first time.
func (i *Identity) ask(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.provider == nil {
		// The provider keeps this context for fetching keys later, so it must not end with the request.
		provider, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), i.client), i.config.Issuer)
		if err != nil {
			return nil, nil, fault.Wrap(fault.Unavailable, err, "%s", web.T(ctx, "office.fault.identity_away"))
		}
		i.provider = provider
	}
	return i.provider, &oauth2.Config{ClientID: i.config.Client, ClientSecret: i.config.Secret, Endpoint: i.provider.Endpoint(),
		RedirectURL: i.config.Address + identityPath, Scopes: []string{oidc.ScopeOpenID, "profile"}}, nil
}
