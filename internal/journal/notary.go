package journal

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"rightkey/internal/clock"
	"rightkey/internal/crypt"
)

// Notary signs what has to be believed later: checkpoints of the log and the erasures that were approved. Its key is
// derived from the key file and so lies outside the database; its public key can be given to anybody.
type Notary struct {
	public   string
	signer   note.Signer
	verifier note.Verifier
}

// NewNotary makes the notary of a keyring.
func NewNotary(ring *crypt.Keyring) (*Notary, error) {
	key := ring.SigningKey("journal checkpoint")
	public, err := note.NewEd25519VerifierKey("rightkey-"+ring.ID(), key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("make the notary's public key: %w", err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return nil, fmt.Errorf("make the notary's verifier: %w", err)
	}
	return &Notary{public: public, verifier: verifier, signer: edSigner{verifier, key}}, nil
}

// PublicKey is the key by which others check signatures, in the form of golang.org/x/mod/sumdb/note.
func (n *Notary) PublicKey() string { return n.public }

// Sign signs a text of whole lines.
func (n *Notary) Sign(text string) (string, error) {
	signed, err := note.Sign(&note.Note{Text: text}, n.signer)
	return string(signed), err
}

// Open returns the text of a signed note, or an error where the signature is not this notary's.
func (n *Notary) Open(signed string) (string, error) {
	opened, err := note.Open([]byte(signed), note.VerifierList(n.verifier))
	if err != nil {
		return "", err
	}
	return opened.Text, nil
}

// edSigner signs with a key that is at hand; package note makes signers only from keys in its own text form.
type edSigner struct {
	note.Verifier
	key ed25519.PrivateKey
}

func (s edSigner) Sign(message []byte) ([]byte, error) { return ed25519.Sign(s.key, message), nil }

// Checkpoint says how the log stood at a moment: so many events, with this hash of the tree over them.
type Checkpoint struct {
	Log  string // which log: the number it was given when it began
	Size int64
	Root tlog.Hash
	At   clock.Time
	// Blocks is the next block of identifiers to be leased, so that a database that was put back from an older copy
	// does not give out a number twice.
	Blocks int64
	// Restored says that the log was put back to this size: what was sealed behind it before is given up.
	Restored bool
}

const checkpointOrigin = "rightkey/"

// Text is the checkpoint as it is signed: the first three lines are those of the transparency log checkpoint format
// (C2SP tlog-checkpoint), the others extend it.
func (c Checkpoint) Text() string {
	text := fmt.Sprintf("%s%s\n%d\n%s\nat %s\nblocks %d\n", checkpointOrigin, c.Log, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]), c.At, c.Blocks)
	if c.Restored {
		text += "restored\n"
	}
	return text
}

// parseCheckpoint reads what Text wrote.
func parseCheckpoint(text string) (Checkpoint, error) {
	var c Checkpoint
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) == 6 && lines[5] == "restored" {
		c.Restored, lines = true, lines[:5]
	}
	if len(lines) != 5 || !strings.HasPrefix(lines[0], checkpointOrigin) {
		return c, fmt.Errorf("it is not a checkpoint")
	}
	c.Log = strings.TrimPrefix(lines[0], checkpointOrigin)
	root, errRoot := base64.StdEncoding.DecodeString(lines[2])
	size, errSize := strconv.ParseInt(lines[1], 10, 64)
	at, errAt := clock.ParseTime(strings.TrimPrefix(lines[3], "at "))
	blocks, errBlocks := strconv.ParseInt(strings.TrimPrefix(lines[4], "blocks "), 10, 64)
	if errRoot != nil || errSize != nil || errAt != nil || errBlocks != nil || len(root) != tlog.HashSize {
		return c, fmt.Errorf("it is not a checkpoint")
	}
	c.Size, c.Root, c.At, c.Blocks = size, tlog.Hash(root), at, blocks
	return c, nil
}

// Checkpoint reads a signed checkpoint.
func (n *Notary) Checkpoint(signed string) (Checkpoint, error) {
	text, err := n.Open(signed)
	if err != nil {
		return Checkpoint{}, err
	}
	return parseCheckpoint(text)
}
