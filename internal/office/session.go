package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/alexedwards/scs/v2"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/store"
	"rightkey/internal/web"
)

// How long a session lasts without a request, and at all.
const (
	idle     = 30 * time.Minute
	absolute = 12 * time.Hour
	// touch is how much of the idle time has to have passed before a request renews it, to spare a write each.
	touch = time.Minute
)

// What a session holds, besides scs's own deadline.
const (
	keyAccount = "account"
	keySince   = "since"
	keyPlace   = "place"
	keyAgent   = "agent"
	keyPurpose = "purpose"
	keyProved  = "proved" // when the person last proved who they are
	keyHalf    = "half"   // the account whose password was right and whose code is still to come
)

// cookieName is the session's cookie, under the name that package web gives it.
const cookieName = "session"

// Sessions knows who is logged in, by cookie or token.
type Sessions struct {
	office *Service
	scs    *scs.SessionManager
}

// NewSessions opens the sessions of an office.
func NewSessions(o *Service) *Sessions {
	manager := scs.New()
	manager.Lifetime = absolute
	manager.Codec = plainCodec{}
	manager.Store = sessionStore{o}
	return &Sessions{office: o, scs: manager}
}

// Session is a login as its owner sees it.
type Session struct {
	ID       string // the beginning of its hash, in hexadecimal
	Since    clock.Time
	LastSeen clock.Time // to the minute
	Place    string
	Agent    string // the browser, as it names itself
	Current  bool
}

// begin starts a session of an account under a new token and sets its cookie; one that the browser had before ends.
// as is keyAccount, or keyHalf for one that waits for its code and is worth nothing else.
func (s *Sessions) begin(w http.ResponseWriter, r *http.Request, a Account, as string) error {
	ctx, err := s.loaded(r)
	if err != nil {
		return err
	}
	if err := s.scs.Destroy(ctx); err != nil {
		return fmt.Errorf("end the session before: %w", err)
	}
	now := strconv.FormatInt(int64(s.office.now()), 10)
	s.scs.Put(ctx, keySince, now)
	s.scs.Put(ctx, as, strconv.FormatInt(a.ID, 10))
	if as == keyAccount {
		s.scs.Put(ctx, keyProved, now)
	}
	s.scs.Put(ctx, keyPlace, PlaceOf(r))
	agent := []rune(r.UserAgent())
	s.scs.Put(ctx, keyAgent, string(agent[:min(len(agent), maxName)]))
	token, _, err := s.scs.Commit(context.WithValue(ctx, beginning{}, true))
	if err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	http.SetCookie(w, web.Cookie(r.Context(), cookieName, token, 0))
	return nil
}

// loaded returns the request's context with its session, an empty one where it has none.
func (s *Sessions) loaded(r *http.Request) (context.Context, error) {
	ctx, err := s.scs.Load(r.Context(), web.CookieValue(r, cookieName))
	if err != nil {
		return nil, fmt.Errorf("read a session: %w", err)
	}
	return ctx, nil
}

// SignIn signs in with login and password and begins a session; see Service.SignIn for what it returns. half says that
// the account has a second factor: the session is worth nothing before SignInCode.
func (s *Sessions) SignIn(w http.ResponseWriter, r *http.Request, login, password string) (half bool, err error) {
	a, err := s.office.SignIn(r.Context(), login, password, PlaceOf(r))
	if err != nil {
		return false, err
	}
	return s.enter(w, r, a)
}

// enter begins the session of somebody whose password was right: a half one where a code is still to come.
func (s *Sessions) enter(w http.ResponseWriter, r *http.Request, a Account) (half bool, err error) {
	half, err = s.office.HasFactor(r.Context(), a.ID)
	if err != nil {
		return false, err
	}
	as := keyAccount
	if half {
		as = keyHalf
	}
	return half, s.begin(w, r, a, as)
}

// SignInCode completes a half session by a code of the second factor or a recovery code: under a new token. It returns
// an Unauthorized fault for a wrong or used code, or where there is no half session.
func (s *Sessions) SignInCode(w http.ResponseWriter, r *http.Request, code string) error {
	id, err := s.half(r)
	if err != nil {
		return err
	}
	if err := s.office.CheckCode(r.Context(), id, code, PlaceOf(r)); err != nil {
		return err
	}
	a, _, err := s.office.callerOf(r.Context(), id)
	if err != nil {
		return err
	}
	return s.begin(w, r, a, keyAccount)
}

// halfLasts is how long a half session waits for its code.
const halfLasts = 5 * time.Minute

// half returns the account whose code is still to come, or an Unauthorized fault.
func (s *Sessions) half(r *http.Request) (int64, error) {
	ctx, err := s.loaded(r)
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(s.scs.GetString(ctx, keyHalf), 10, 64)
	since, errSince := strconv.ParseInt(s.scs.GetString(ctx, keySince), 10, 64)
	if err != nil || errSince != nil || s.office.now().Sub(clock.Time(since)) > halfLasts {
		return 0, refuse(r.Context(), fault.Unauthorized, "log_in")
	}
	return id, nil
}

// Prove renews the proof of who sits at the browser: by a code where the account has a second factor, by its password
// else. It returns an Unauthorized fault if that is wrong.
func (s *Sessions) Prove(r *http.Request, secret string) error {
	ctx, err := s.loaded(r)
	if err != nil {
		return err
	}
	c := CallerFrom(r.Context())
	if err := s.office.prove(ctx, c, secret); err != nil {
		return err
	}
	s.scs.Put(ctx, keyProved, strconv.FormatInt(int64(s.office.now()), 10))
	if _, _, err := s.scs.Commit(ctx); err != nil {
		return fmt.Errorf("store a proof: %w", err)
	}
	return nil
}

// Activate activates an account and begins its first session; see Service.Activate. half is that of SignIn: a new
// activation does not stand for the second factor.
func (s *Sessions) Activate(w http.ResponseWriter, r *http.Request, token, password string) (half bool, err error) {
	a, err := s.office.Activate(r.Context(), token, password, PlaceOf(r))
	if err != nil {
		return false, err
	}
	return s.enter(w, r, a)
}

// SignOut ends the request's session.
func (s *Sessions) SignOut(w http.ResponseWriter, r *http.Request) error {
	ctx, err := s.loaded(r)
	if err != nil {
		return err
	}
	account, _ := strconv.ParseInt(s.scs.GetString(ctx, keyAccount), 10, 64)
	if account != 0 {
		if err := s.office.journal.Record(ctx, self(account, PlaceOf(r), "sign out"), entry("signed_out", account, nil)); err != nil {
			return fmt.Errorf("note a sign-out: %w", err)
		}
	}
	if err := s.scs.Destroy(ctx); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	http.SetCookie(w, web.Cookie(r.Context(), cookieName, "", -1))
	return nil
}

// SetPurpose states what the session's present work is for, "" for nothing in particular. It decides which special
// fields are shown and is written to the journal.
func (s *Sessions) SetPurpose(r *http.Request, purpose string) error {
	if purpose != "" && !slices.Contains(access.Purposes(), purpose) {
		return invalid(r.Context(), "purpose", "purpose")
	}
	ctx, err := s.loaded(r)
	if err != nil {
		return err
	}
	c := CallerFrom(r.Context())
	if err := s.office.journal.Record(ctx, self(c.Account, c.Place, "state a purpose"), entry("purpose_stated", c.Account, map[string]string{"purpose": purpose})); err != nil {
		return fmt.Errorf("note a purpose: %w", err)
	}
	s.scs.Put(ctx, keyPurpose, purpose)
	if _, _, err := s.scs.Commit(ctx); err != nil {
		return fmt.Errorf("store a purpose: %w", err)
	}
	return nil
}

// List returns the caller's own sessions, the latest first; r is the request that asks.
func (s *Sessions) List(r *http.Request) ([]Session, error) {
	current := s.Current(r)
	found, err := store.All(r.Context(), s.office.db.In(system), "SELECT token, data, expires FROM session WHERE account = $1 AND expires > $2 ORDER BY expires DESC, token",
		[]any{CallerFrom(r.Context()).Account, int64(s.office.now())}, func(rows store.Rows, one *Session) error {
			var hash, data []byte
			var expires int64
			if err := rows.Scan(&hash, &data, &expires); err != nil {
				return err
			}
			_, values, err := plainCodec{}.Decode(data)
			if err != nil {
				return err
			}
			*one = Session{ID: tokenID(hash), Since: sinceOf(values), Place: text(values, keyPlace), Agent: text(values, keyAgent)}
			one.LastSeen = min(clock.Time(expires).Add(-idle), s.office.now())
			one.Current = slices.Equal(hash, current)
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return found, nil
}

// End ends one of the caller's own sessions.
func (s *Sessions) End(ctx context.Context, c access.Caller, id string) error {
	return s.office.endByHash(ctx, c, "session", id, "session_ended")
}

// Current is the hash under which the request's session is stored, nil if it has none.
func (s *Sessions) Current(r *http.Request) []byte {
	token := web.CookieValue(r, cookieName)
	if token == "" {
		return nil
	}
	hash := crypt.HashToken(token)
	return hash[:]
}

// plainCodec stores a session as JSON: texts by name.
type plainCodec struct{}

type plainSession struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

// Encode writes a session.
func (plainCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	plain := plainSession{Deadline: deadline, Values: map[string]string{}}
	for name := range values {
		plain.Values[name] = text(values, name)
	}
	return json.Marshal(plain)
}

// Decode reads a session.
func (plainCodec) Decode(data []byte) (time.Time, map[string]any, error) {
	var plain plainSession
	if err := json.Unmarshal(data, &plain); err != nil {
		return time.Time{}, nil, err
	}
	values := map[string]any{}
	for name, value := range plain.Values {
		values[name] = value
	}
	return plain.Deadline, values, nil
}

func text(values map[string]any, name string) string {
	value, _ := values[name].(string)
	return value
}

func sinceOf(values map[string]any) clock.Time {
	since, _ := strconv.ParseInt(text(values, keySince), 10, 64)
	return clock.Time(since)
}

// beginning marks a Commit that begins a session. Any other changes only one that is still there, so that a request
// that was under way cannot bring back a session that has ended.
type beginning struct{}

// sessionStore keeps sessions in the database, by the hash of their token, with the limits by the office's clock.
type sessionStore struct{ office *Service }

var _ scs.CtxStore = sessionStore{}

// FindCtx reads a session that has not expired and renews its idle time, unless the request only watches.
func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	hash := crypt.HashToken(token)
	now := s.office.now()
	var data []byte
	var expires int64
	err := store.One(ctx, s.office.db.In(system), "SELECT data, expires FROM session WHERE token = $1 AND expires > $2", []any{hash[:], int64(now)}, &data, &expires)
	if errors.Is(err, store.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	_, values, err := plainCodec{}.Decode(data)
	if err != nil {
		return nil, false, err
	}
	if until := ends(values, now); !web.OnlyWatches(ctx) && until.Sub(clock.Time(expires)) >= touch {
		err = s.office.db.Tx(ctx, system, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE session SET expires = $2 WHERE token = $1", hash[:], int64(until))
			return err
		})
	}
	return data, true, err
}

// ends is when a session ends that is used now.
func ends(values map[string]any, now clock.Time) clock.Time {
	return min(sinceOf(values).Add(absolute), now.Add(idle))
}

// CommitCtx stores a session.
func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, _ time.Time) error {
	hash := crypt.HashToken(token)
	_, values, err := plainCodec{}.Decode(data)
	if err != nil {
		return err
	}
	until := int64(ends(values, s.office.now()))
	if ctx.Value(beginning{}) == nil {
		return s.office.db.Tx(ctx, system, func(tx store.Tx) error {
			n, err := tx.Exec(ctx, "UPDATE session SET data = $2, expires = $3 WHERE token = $1", hash[:], data, until)
			if err == nil && n != 1 {
				return refuse(ctx, fault.Unauthorized, "session_ended")
			}
			return err
		})
	}
	owner := text(values, keyAccount)
	if owner == "" {
		owner = text(values, keyHalf)
	}
	account, err := strconv.ParseInt(owner, 10, 64)
	if err != nil {
		return fmt.Errorf("a session without account: %w", err)
	}
	return s.office.db.Tx(ctx, system, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO session (token, account, data, expires) VALUES ($1, $2, $3, $4)", hash[:], account, data, until)
		return err
	})
}

// DeleteCtx ends a session.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	hash := crypt.HashToken(token)
	return s.office.db.Tx(ctx, system, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM session WHERE token = $1", hash[:])
		return err
	})
}

// Find is FindCtx without a context.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s sessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
