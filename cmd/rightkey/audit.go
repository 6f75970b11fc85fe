package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// auditCommands is "rightkey audit".
type auditCommands struct {
	Verify auditVerifyCommand `cmd:"" help:"Check that nobody rewrote the journal."`
	Key    auditKeyCommand    `cmd:"" help:"Print the public key by which others check the journal's checkpoints."`
}

// beside is a file that belongs to the database and lies beside its key file.
func (p place) beside(extension string) string {
	return strings.TrimSuffix(p.keyFile(), ".keys") + "." + extension
}

// outside is what belongs to a database and lies outside it: who signs, what was witnessed, who was erased.
type outside struct {
	notary    *journal.Notary
	witnesses []*journal.Witness
	erasures  *journal.Ledger
}

// outside finds what lies outside the database.
func (p place) outside(ring *crypt.Keyring) (outside, error) {
	notary, err := journal.NewNotary(ring)
	if err != nil {
		return outside{}, err
	}
	files := p.Witness
	if len(files) == 0 {
		files = []string{p.beside("witness")}
	}
	o := outside{notary: notary, erasures: journal.NewLedger(p.beside("erasures"), notary)}
	for _, file := range files {
		o.witnesses = append(o.witnesses, journal.NewWitness(journal.NewLedger(file, notary)))
	}
	return o, nil
}

// verification is journal.Verify, or journal.VerifyCopy for what was put back from a backup.
type verification func(context.Context, store.DB, *journal.Notary, journal.Erased, ...*journal.Witness) (journal.Report, error)

// auditVerifyCommand is "rightkey audit verify".
type auditVerifyCommand struct{ place }

// Help is shown by --help.
func (auditVerifyCommand) Help() string {
	return `Reads the whole sealed journal, also while a server works with it, and compares it with its Merkle tree, its signed
checkpoints and what the witness was told. Finds changed, deleted, moved and inserted events, changed and deleted
bodies, a cut-off end and an older database put in place of a newer one, and names the first bad position. Ends with
status 1 if it finds anything.

Example:
  rightkey audit verify --data ./register`
}

// Run verifies.
func (c *auditVerifyCommand) Run(app *kong.Kong) error {
	ctx := context.Background()
	db, err := store.OpenReading(ctx, store.Options{URL: c.address()})
	if err != nil {
		return err
	}
	defer db.Close()
	report, out, err := c.check(ctx, db, journal.Verify)
	if err != nil {
		return err
	}
	if report.Finding != nil {
		return fault.New(fault.Conflict, "the journal is not whole: %s", report.Finding)
	}
	describe(app.Stdout, report, out)
	return nil
}

// check verifies the journal of a database that is open for reading.
func (p place) check(ctx context.Context, db store.DB, verify verification) (journal.Report, outside, error) {
	ring, err := crypt.Load(p.keyFile())
	if err != nil {
		return journal.Report{}, outside{}, fmt.Errorf("open the key file (without it no signature can be checked): %w", err)
	}
	id, err := readMeta(ctx, db, metaKeys)
	if err == nil {
		err = ring.Check(id)
	}
	if err != nil {
		return journal.Report{}, outside{}, err
	}
	out, err := p.outside(ring)
	if err != nil {
		return journal.Report{}, out, err
	}
	erased, err := journal.NewErasures(out.erasures, db).Covering(ctx)
	if err != nil {
		return journal.Report{}, out, err
	}
	report, err := verify(ctx, db, out.notary, erased, out.witnesses...)
	return report, out, err
}

// describe says what was verified.
func describe(to io.Writer, r journal.Report, out outside) {
	fmt.Fprintf(to, "The journal is whole: %d positions", r.Size)
	if r.Size > 0 {
		fmt.Fprintf(to, ", the last of %s", r.Last)
	}
	fmt.Fprintf(to, ".\nCheckpoint:  %s\n", point(r.Checkpoint))
	for _, w := range out.witnesses {
		fmt.Fprintf(to, "Witness:     %s, told of %s\n", filepath.Base(w.Path()), point(r.Witnessed))
	}
	fmt.Fprintf(to, "Not sealed:  %d events\nErased:      %d bodies, each by an approved erasure\n", r.Unsealed, r.Erased)
	if r.Torn > 0 {
		fmt.Fprintf(to, "The witness has %d lines that were cut off while they were written.\n", r.Torn)
	}
}

func point(c journal.Checkpoint) string {
	if c.Size == 0 {
		return "nothing yet"
	}
	return fmt.Sprintf("%d positions at %s", c.Size, c.At)
}

// auditKeyCommand is "rightkey audit key".
type auditKeyCommand struct{ place }

// Run prints the public key.
func (c *auditKeyCommand) Run(app *kong.Kong) error {
	ring, err := crypt.Load(c.keyFile())
	if err != nil {
		return err
	}
	notary, err := journal.NewNotary(ring)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(app.Stdout, notary.PublicKey())
	return err
}
