package crosscheck

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/table"
)

const (
	// RequestType is the type of the PEM block (RFC 7468) of a sealed request.
	RequestType = "RIGHTKEY REQUEST"
	// readChunk is how many persons one statement reads.
	readChunk = 2000
)

// RequestColumns are the columns of an opened request: the token to answer under, and by what a department finds a
// person. The birth is there for persons without a number only.
var RequestColumns = []string{tokenColumn, numberColumn, nameColumn, birthColumn}

// Ask makes a request: every registered person of the area by as little as a department needs, with a token a row, sealed
// to the department's public key (X25519, base64). The file is returned and stored nowhere; a token tells nothing of
// whom it stands for.
func (s *Service) Ask(ctx context.Context, scope access.Scope, from Provenance, receiver string) (List, []byte, error) {
	key, err := PublicKey(receiver)
	if err != nil {
		return List{}, nil, err
	}
	list, err := s.newList(ctx, scope, from)
	if err != nil {
		return List{}, nil, err
	}
	var file bytes.Buffer
	out, err := table.NewCSVWriter(&file, RequestColumns)
	if err != nil {
		return List{}, nil, err
	}
	tokens, err := s.name(ctx, list, out)
	if err := errors.Join(err, out.Close()); err != nil {
		return List{}, nil, fmt.Errorf("write a request: %w", err)
	}
	if len(tokens) == 0 {
		return List{}, nil, fault.New(fault.Conflict, "nobody is registered there")
	}
	list.Asked, list.State, list.Receiver = int64(len(tokens)), Asked, fingerprint(key)
	sealed, err := SealRequest(key, list, file.Bytes())
	if err != nil {
		return List{}, nil, err
	}
	dataKey := s.keys.Make(0, list.ID)
	err = s.create(ctx, scope, list, dataKey, func(tx store.Tx) error {
		return tx.Bulk(ctx, "check_token", []string{"list", "token", "home", "person"}, tokens)
	})
	return list, sealed, err
}

// name writes the persons of a list's area and returns the rows of their tokens.
func (s *Service) name(ctx context.Context, list List, out table.Writer) ([][]any, error) {
	within := program.Within(s.registry.Areas().Scheme().Range(list.Area))
	var home, person int64
	var tokens [][]any
	for {
		some, err := s.registry.Identities(ctx, within, home, person, readChunk)
		if err != nil || len(some) == 0 {
			return tokens, err
		}
		home, person = some[len(some)-1].Home, some[len(some)-1].ID
		for _, who := range some {
			if who.NationalID == "" && who.Birth == nil {
				continue
			}
			token, hash := crypt.NewToken()
			if err := out.Write([]string{token, who.NationalID, who.Name, birthIfNeeded(who)}); err != nil {
				return nil, err
			}
			tokens = append(tokens, []any{list.ID, hash[:], who.Home, who.ID})
		}
	}
}

func birthIfNeeded(who registry.Identity) string {
	if who.NationalID != "" || who.Birth == nil {
		return ""
	}
	return who.Birth.String()
}

// PublicKey reads a department's public key, or returns an Invalid fault.
func PublicKey(text string) (*ecdh.PublicKey, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err == nil {
		var key *ecdh.PublicKey
		if key, err = ecdh.X25519().NewPublicKey(raw); err == nil {
			return key, nil
		}
	}
	return nil, fault.New(fault.Invalid, "this is no public key of a department (X25519, base64)").With(0, "receiver", "is no public key")
}

// fingerprint tells a key from others on pages.
func fingerprint(key *ecdh.PublicKey) string {
	sum := sha256.Sum256(key.Bytes())
	return hex.EncodeToString(sum[:8])
}

// about binds a sealed file to its request.
func about(list int64) []byte { return []byte("rightkey request " + strconv.FormatInt(list, 10)) }

// SealRequest seals the rows of a request to a department's key.
func SealRequest(key *ecdh.PublicKey, list List, rows []byte) ([]byte, error) {
	to, err := hpke.NewDHKEMPublicKey(key)
	if err != nil {
		return nil, err
	}
	block := &pem.Block{Type: RequestType, Headers: map[string]string{"Request": strconv.FormatInt(list.ID, 10), "Check": list.Rule, "Expires": list.Expires.String()}}
	if block.Bytes, err = hpke.Seal(to, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), about(list.ID), rows); err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(block), nil
}

// OpenRequest opens a sealed request with the department's private key, for the department's own program.
func OpenRequest(private *ecdh.PrivateKey, file []byte) ([]byte, error) {
	block, _ := pem.Decode(file)
	if block == nil || block.Type != RequestType {
		return nil, fault.New(fault.Invalid, "this is no request")
	}
	list, err := strconv.ParseInt(block.Headers["Request"], 10, 64)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the request has no number")
	}
	key, err := hpke.NewDHKEMPrivateKey(private)
	if err != nil {
		return nil, err
	}
	plain, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), about(list), block.Bytes)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the request is not sealed to this key, or it was changed")
	}
	return plain, nil
}

// Answer takes a department's answer to a request, hits by token, and starts to compare it as a job.
func (s *Service) Answer(ctx context.Context, scope access.Scope, id, ver int64, name string, r table.Reader) (List, error) {
	list, err := s.List(ctx, scope, id)
	switch {
	case err != nil:
		return list, err
	case list.State != Asked:
		return list, fault.New(fault.Conflict, "no answer is expected: the list is %s", list.State)
	}
	lay, err := s.layout(list, r.Header())
	if err != nil {
		return list, err
	}
	key, err := s.keys.Of(ctx, 0, id)
	if err != nil {
		return list, err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := store.Bump(ctx, tx, "check_list", "{checked} AND id = $1", ver, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM check_row WHERE {checked} AND list = $1", id) // of an answer that broke off
		return err
	})
	if err != nil {
		return list, fmt.Errorf("take an answer: %w", err)
	}
	list.Name, list.Ver = name, ver+1
	return s.stage(ctx, scope, list, lay, r, key)
}

// answered finds whom the tokens of rows name. Who no longer lives in a household is nobody of the register.
func (r *runner) answered(ctx context.Context, rows []staged) error {
	persons := make([]int64, len(rows))
	for i, row := range rows {
		hash := crypt.HashToken(row.row.Token)
		err := store.One(ctx, r.s.db.In(program), "SELECT person FROM check_token WHERE {checked} AND list = $1 AND token = $2", []any{r.list.ID, hash[:]}, &persons[i])
		if err != nil && !errors.Is(err, store.ErrNoRows) {
			return fmt.Errorf("look a token up: %w", err)
		}
	}
	living, err := r.s.registry.IdentitiesOf(ctx, persons)
	if err != nil {
		return err
	}
	byID := map[int64]registry.Identity{}
	for _, who := range living {
		byID[who.ID] = who
	}
	for i := range rows {
		member, lives := byID[persons[i]]
		switch {
		case persons[i] == 0:
			rows[i].verdict, rows[i].reason = verdict{outcome: OutcomeRejected}, reasonToken
		case !lives:
			rows[i].verdict = verdict{outcome: OutcomeNone}
		default:
			rows[i].verdict, rows[i].member = verdict{outcome: OutcomeMatched, how: ByToken, probability: 1}, member
		}
	}
	return nil
}
