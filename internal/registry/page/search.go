package page

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// searchLife is how long the address of a search by name can be opened.
const searchLife = 2 * time.Hour

// maxSearch is the longest text that is searched for, in bytes.
const maxSearch = 200

// searches seals the names that people search for, so that they stand in no address, log or history. A sealed search
// opens for the account that made it, for a short time.
type searches struct{ box cipher.AEAD }

func newSearches(ring *crypt.Keyring) (searches, error) {
	if ring == nil {
		ring = crypt.NewKeyring()
	}
	first, second := ring.Blind("search.key", []byte("first half")), ring.Blind("search.key", []byte("second half"))
	block, err := aes.NewCipher(append(first[:], second[:]...))
	if err != nil {
		return searches{}, fmt.Errorf("the key of searches: %w", err)
	}
	box, err := cipher.NewGCM(block)
	return searches{box}, err
}

func (s searches) close(account int64, name string, now time.Time) string {
	nonce := make([]byte, s.box.NonceSize())
	_, _ = rand.Read(nonce) // never fails: it ends the program instead
	text := strconv.FormatInt(now.Add(searchLife).Unix(), 10) + " " + name
	return base64.RawURLEncoding.EncodeToString(s.box.Seal(nonce, nonce, []byte(text), bound(account)))
}

// open returns the name that was sealed; false for a search of somebody else or one that has expired.
func (s searches) open(account int64, token string, now time.Time) (string, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(sealed) < s.box.NonceSize() {
		return "", false
	}
	text, err := s.box.Open(nil, sealed[:s.box.NonceSize()], sealed[s.box.NonceSize():], bound(account))
	if err != nil {
		return "", false
	}
	ends, name, _ := strings.Cut(string(text), " ")
	last, err := strconv.ParseInt(ends, 10, 64)
	return name, err == nil && now.Unix() <= last
}

func bound(account int64) []byte { return fmt.Appendf(nil, "search|%d", account) }

// search takes what was typed: the number of a household or person opens it; anything else in the search field is
// looked for (see find), and in the list's own form is the beginning of a head's name, which goes on to the list as a
// sealed token.
func (p *pages) search(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	typed := r.PostForm.Has("q")
	text := strings.TrimSpace(r.PostForm.Get("name"))
	if typed {
		text = strings.TrimSpace(r.PostForm.Get("q"))
	}
	if len(text) > maxSearch {
		return fault.New(fault.TooLarge, "%s", web.T(r.Context(), "error.too_large"))
	}
	if id, ok := registry.ParseNumber(strings.ReplaceAll(text, " ", "")); ok {
		return p.jump(w, r, id)
	}
	if typed {
		return p.find(w, r, text)
	}
	query := asked(r.PostForm)
	query.Del(nameFilter)
	if text != "" {
		caller := p.Caller(r.Context())
		query.Set(searchParameter, p.searches.close(caller.Account, text, time.Now()))
	}
	http.Redirect(w, r, address("/households", query), http.StatusSeeOther)
	return nil
}

// jump goes to the household with an identifier, or to that of the person with it.
func (p *pages) jump(w http.ResponseWriter, r *http.Request, id int64) error {
	scope, err := p.scope(r, access.HouseholdList)
	if err != nil {
		return err
	}
	household, err := p.Registry.HouseholdOf(r.Context(), scope, id)
	if fault.Is(err, fault.NotFound) {
		household, err = registry.Number(id), nil
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/households/"+household, http.StatusSeeOther)
	return nil
}

// person leads from a person's number to the household in which he lives.
func (p *pages) person(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	scope, err := p.scope(r, access.HouseholdRead)
	if err != nil {
		return err
	}
	household, number, err := p.Registry.Whereabouts(r.Context(), scope, id)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/households/"+household+"#member-"+number, http.StatusSeeOther)
	return nil
}
