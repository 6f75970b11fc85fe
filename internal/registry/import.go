package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/internal/table"
)

// ImportState is where an import is.
type ImportState string

// The states of an import.
const (
	Uploaded ImportState = "uploaded" // rows are staged; a mapping is needed
	Checking ImportState = "checking"
	Checked  ImportState = "checked" // every row was tried; nothing is changed
	Applying ImportState = "applying"
	Imported ImportState = "imported"
	Stopped  ImportState = "stopped"  // rows were rejected and the import was to stop then; nothing is changed
	LeftOut  ImportState = "left-out" // somebody decided that the file is not wanted; its rows are gone
)

// OnError says what happens when rows are rejected.
type OnError string

// Either nothing is applied, or the others are.
const (
	Stop OnError = "stop"
	Skip OnError = "skip"
)

// Import is a file on its way into the register.
type Import struct {
	ID      int64
	Job     int64 // the last job, 0 if none
	Account int64
	Area    int64
	Name    string
	Size    int64
	SHA256  string
	Header  []string
	Mapping *Mapping // nil while none was given
	State   ImportState
	OnError OnError
	Created clock.Time
	Ver     int64
	Rows    int64
	Sheet   string // worksheet of a book with several
	Bundle  int64  // the first import of the same upload; 0 for imports of before there were bundles
}

// Part says what an upload is a part of.
type Part struct {
	Name   string // of the file
	Sheet  string // worksheet of a book with several, else empty
	Bundle int64  // the first import of the same upload; 0 begins a bundle
}

const (
	importKind = "import"
	stageChunk = 1000
)

// Upload stages a file's rows, sealed under a key of their own. Nothing of the register changes.
func (s *Service) Upload(ctx context.Context, scope access.Scope, name string, r table.Reader) (Import, error) {
	return s.UploadPart(ctx, scope, Part{Name: name}, r)
}

// UploadPart is Upload for a file among several, or a worksheet of a book.
func (s *Service) UploadPart(ctx context.Context, scope access.Scope, part Part, r table.Reader) (Import, error) {
	ranges := scope.Ranges()
	if len(ranges) == 0 {
		return Import{}, fault.New(fault.Forbidden, "your role does not include imports")
	}
	if err := s.forgetUploads(ctx, scope); err != nil {
		return Import{}, fmt.Errorf("clear what broken uploads left: %w", err)
	}
	id, err := s.journal.Ids().One(ctx, 0)
	if err != nil {
		return Import{}, err
	}
	im := Import{ID: id, Account: scope.Caller().Account, Area: firstArea(ranges), Name: part.Name, Sheet: part.Sheet, Bundle: part.Bundle, Header: r.Header(), State: Uploaded, OnError: Stop, Created: s.journal.Clock().Now(), Ver: 1}
	if im.Bundle == 0 {
		im.Bundle = id
	}
	key := s.keys.Make(0, id)
	header, err := json.Marshal(im.Header)
	if err != nil {
		return Import{}, err
	}
	whole := access.Range{Lo: ranges[0].Lo, Hi: ranges[len(ranges)-1].Hi}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO import (id, job, account, area, lo, hi, name, size, sha256, header, mapping, pack, state, on_error, created, bundle, sheet)
			VALUES ($1, 0, $2, $3, $4, $5, $6, 0, '', $7, '', '', 'uploading', $8, $9, $10, $11)`, id, im.Account, im.Area, whole.Lo, whole.Hi, im.Name, string(header), string(im.OnError), int64(im.Created), im.Bundle, im.Sheet)
		if err != nil {
			return err
		}
		return journal.StoreKeys(ctx, tx, []journal.NewKey{key})
	})
	if err != nil {
		return Import{}, fmt.Errorf("store an import: %w", err)
	}
	if err := s.stage(ctx, scope, &im, r, key.Key); err != nil {
		return Import{}, err
	}
	return im, nil
}

// uploadTime is after how long an upload that did not end will not end.
const uploadTime = 24 * time.Hour

// forgetUploads takes away what was staged by uploads that broke off: nobody sees it, and it holds personal data.
func (s *Service) forgetUploads(ctx context.Context, scope access.Scope) error {
	before := int64(s.journal.Clock().Now().Add(-uploadTime))
	ids, err := store.All(ctx, s.db.In(scope), "SELECT id FROM import WHERE {checked} AND state = 'uploading' AND created < $1", []any{before},
		func(r store.Rows, id *int64) error { return r.Scan(id) })
	err = errors.Join(err, s.forgetRejected(ctx, scope))
	for _, id := range ids {
		err = errors.Join(err, s.db.Tx(ctx, scope, func(tx store.Tx) error {
			for _, text := range []string{"DELETE FROM data_key WHERE home = 0 AND subject = $1", "DELETE FROM staging WHERE {checked} AND set_id = $1", "DELETE FROM import WHERE {checked} AND id = $1"} {
				if _, err := tx.Exec(ctx, text, id); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	return err
}

func firstArea(ranges []access.Range) int64 {
	if ranges[0] == access.Everywhere {
		return 0
	}
	return ranges[0].Lo
}

// stage writes the rows of a file in short transactions.
func (s *Service) stage(ctx context.Context, scope access.Scope, im *Import, r table.Reader, key crypt.DataKey) error {
	sum := sha256.New()
	words := newWordCollector(im.Header)
	var rows [][]any
	flush := func() error {
		err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
			return tx.Bulk(ctx, "staging", []string{"set_id", "n", "body", "state", "problems", "subject"}, rows)
		})
		rows = rows[:0]
		return err
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		state, problems := "", ""
		if err != nil {
			var bad *fault.Error
			if !errors.As(err, &bad) || len(bad.Details) == 0 || bad.Details[0].Row == 0 {
				return err
			}
			state, problems = "unreadable", encodeProblems([]Problem{{Column: bad.Details[0].Field, Reason: bad.Details[0].Reason, Severity: "reject"}})
		}
		body, err := encodeStaged(row)
		if err != nil {
			return err
		}
		words.add(row.Cells)
		im.Rows++
		im.Size += int64(len(body))
		sum.Write(body)
		rows = append(rows, []any{im.ID, row.Number, crypt.Seal(key, body, stagePlace(im.ID, row.Number)), state, problems, 0})
		if len(rows) == stageChunk {
			if err := flush(); err != nil {
				return fmt.Errorf("stage rows: %w", err)
			}
		}
	}
	if err := flush(); err != nil {
		return fmt.Errorf("stage rows: %w", err)
	}
	im.SHA256 = hex.EncodeToString(sum.Sum(nil))
	few, err := words.seal(key, im.ID)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE import SET state = $2, size = $3, sha256 = $4, rows = $5, words = $6 WHERE {checked} AND id = $1", im.ID, string(Uploaded), im.Size, im.SHA256, im.Rows, few)
		return err
	})
}

func stagePlace(im int64, n int) crypt.Place {
	return crypt.Place{Table: "staging", Column: fmt.Sprintf("body/%d", n), Row: im}
}

func encodeProblems(problems []Problem) string {
	if len(problems) == 0 {
		return ""
	}
	text, err := json.Marshal(problems)
	if err != nil { // texts always encode
		panic(err)
	}
	return string(text)
}

// GetImport returns an import that the caller made, or with import.run one whose areas lie in scope.
func (s *Service) GetImport(ctx context.Context, scope access.Scope, id int64) (Import, error) {
	found, err := s.imports(ctx, scope, "id = $2", id)
	if err != nil {
		return Import{}, err
	}
	if len(found) == 0 {
		return Import{}, fault.New(fault.NotFound, "no such import")
	}
	return found[0], nil
}

// Imports lists imports, newest first, older than before (0 for the newest).
func (s *Service) Imports(ctx context.Context, scope access.Scope, before int64, limit int) ([]Import, error) {
	if before == 0 {
		before = 1 << 62
	}
	return s.imports(ctx, scope, "id < $2 ORDER BY id DESC LIMIT $3", before, limit)
}

func (s *Service) imports(ctx context.Context, scope access.Scope, condition string, args ...any) ([]Import, error) {
	sql := `SELECT id, job, account, area, name, size, sha256, header, mapping, state, on_error, created, ver, rows, bundle, sheet FROM import
		WHERE state <> 'uploading' AND (account = $1 OR ({scope lo} AND {scope hi})) AND ` + condition
	found, err := store.All(ctx, s.db.In(scope), sql, append([]any{scope.Caller().Account}, args...), scanImport)
	if err != nil {
		return nil, fmt.Errorf("read imports: %w", err)
	}
	return found, nil
}

func scanImport(r store.Rows, im *Import) error {
	var header, mapping string
	if err := r.Scan(&im.ID, &im.Job, &im.Account, &im.Area, &im.Name, &im.Size, &im.SHA256, &header, &mapping, &im.State, &im.OnError, &im.Created, &im.Ver, &im.Rows, &im.Bundle, &im.Sheet); err != nil {
		return err
	}
	if mapping != "" {
		im.Mapping = &Mapping{}
		if err := json.Unmarshal([]byte(mapping), im.Mapping); err != nil {
			return err
		}
	}
	return json.Unmarshal([]byte(header), &im.Header)
}

// Check tries every row of an import under a mapping and counts what an application would do, as a job; nothing of
// the register changes.
func (s *Service) Check(ctx context.Context, scope access.Scope, id, ver int64, m Mapping) (Import, error) {
	return s.start(ctx, scope, id, ver, m, Stop, importArgs{Import: id})
}

// Apply checks every row and then writes them, as a job. With Stop one rejected row keeps all out.
func (s *Service) Apply(ctx context.Context, scope access.Scope, id, ver int64, m Mapping, onError OnError) (Import, error) {
	if onError != Stop && onError != Skip {
		return Import{}, fault.New(fault.Invalid, "on_error is %q, not stop or skip", onError).With(0, "on_error", "is neither stop nor skip")
	}
	return s.start(ctx, scope, id, ver, m, onError, importArgs{Import: id, Apply: true})
}

// importArgs are the arguments of an import's job.
type importArgs struct {
	Import int64   `json:"import"`
	Apply  bool    `json:"apply"`
	Then   []int64 `json:"then,omitempty"` // imports to apply after this one
}

func (s *Service) start(ctx context.Context, scope access.Scope, id, ver int64, m Mapping, onError OnError, args importArgs) (Import, error) {
	im, err := s.GetImport(ctx, scope, id)
	if err != nil {
		return Import{}, err
	}
	if !slices.Contains([]ImportState{Uploaded, Checked, Stopped}, im.State) {
		return Import{}, fault.New(fault.Conflict, "the import is already %s", im.State)
	}
	pack, err := s.Pack(im.Area)
	if err != nil {
		return Import{}, err
	}
	if m.Day == "" {
		m.Day = s.today().String()
	}
	if _, err := m.resolve(im.Header, pack); err != nil {
		return Import{}, err
	}
	mapping, err := json.Marshal(m)
	if err != nil {
		return Import{}, err
	}
	im.State = Checking
	title := "check " + im.Name
	if args.Apply {
		im.State, title = Applying, "import "+im.Name
	}
	within := access.Everywhere
	if ranges := scope.Ranges(); len(ranges) > 0 {
		within = access.Range{Lo: ranges[0].Lo, Hi: ranges[len(ranges)-1].Hi}
	}
	j, err := s.jobs.Prepare(ctx, scope.Caller().Account, job.Request{Kind: importKind, Title: title, Args: args, Area: im.Area, Range: within})
	if err != nil {
		return Import{}, err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := store.Bump(ctx, tx, "import", "{checked} AND id = $1", ver, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE import SET mapping = $2, pack = $3, state = $4, on_error = $5, job = $6 WHERE {checked} AND id = $1",
			id, string(mapping), pack.Hash, string(im.State), string(onError), j.ID)
		if err != nil {
			return err
		}
		return s.jobs.Insert(ctx, tx, j, within)
	})
	if err != nil {
		return Import{}, fmt.Errorf("start an import: %w", err)
	}
	s.jobs.Wake()
	im.Job, im.Mapping, im.OnError, im.Ver = j.ID, &m, onError, ver+1
	return im, nil
}

// ReportRow is a row with problems, for the report.
type ReportRow struct {
	N        int
	State    string
	Problems []Problem
}

// Report lists the rows of an import that were rejected or have problems, in order, after row n.
func (s *Service) Report(ctx context.Context, scope access.Scope, id int64, after, limit int) ([]ReportRow, error) {
	if _, err := s.GetImport(ctx, scope, id); err != nil {
		return nil, err
	}
	rows, err := store.All(ctx, s.db.In(scope), "SELECT n, state, problems FROM staging WHERE {checked} AND set_id = $1 AND n > $2 AND problems <> '' ORDER BY n LIMIT $3", []any{id, after, limit},
		func(r store.Rows, row *ReportRow) error {
			var problems string
			if err := r.Scan(&row.N, &row.State, &problems); err != nil {
				return err
			}
			return json.Unmarshal([]byte(problems), &row.Problems)
		})
	if err != nil {
		return nil, fmt.Errorf("read the report of an import: %w", err)
	}
	return rows, nil
}
