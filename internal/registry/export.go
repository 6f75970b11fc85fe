package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/store"
)

// ExportState is where an export is.
type ExportState string

// The states of an export.
const (
	ExportAsked   ExportState = "asked"  // it waits for a second person
	ExportMaking  ExportState = "making" // a job writes the file
	ExportReady   ExportState = "ready"  // who asked for it can download it
	ExportExpired ExportState = "expired"
)

// Formats of exported files.
const (
	FormatCSV  = "csv"
	FormatXLSX = "xlsx"
)

// Export is a file of households, persons or entries in the shape in which imports take them, for one person, one
// purpose and a short time.
type Export struct {
	ID         int64
	Job        int64 // 0 until the file is made
	Approval   int64 // 0 where none is needed
	Account    int64
	Area       int64
	Subject    string // household, person, dwelling, income or expenditure
	Format     string
	Columns    []string
	Purpose    string // of access.Purposes
	Reason     string // in words, without names
	State      ExportState
	Households int64 // that the filter selected when it was asked for
	Rows       int64
	Size       int64 // bytes of the file
	Created    clock.Time
	Expires    clock.Time // 0 until the file is ready
	Ver        int64

	digest string
	filter []byte
}

// ExportRequest is what somebody wants in a file.
type ExportRequest struct {
	Subject string
	Format  string
	Filter  Filter
	Purpose string
	Reason  string
	// Special also writes the fields of health, disability and the like (P3), as far as the purpose shows them.
	Special bool
}

const (
	exportKind = "export"
	// ExportApproval is the kind of approval that an export asks for.
	ExportApproval = "household.export"
	// exportTime is for how long a file can be downloaded.
	exportTime = 72 * time.Hour
	// exportAlone is up to how many households nobody else has to agree, where the pack does not say (value export_alone).
	exportAlone = 1000
)

// ApprovalKinds are the acts of this room that need a second person.
func ApprovalKinds() []office.ApprovalKind {
	return []office.ApprovalKind{{Name: ExportApproval, Label: "registry.export.approval", Ask: access.ExportRun, Decide: access.ChangeDecide}}
}

// ExportNeeds says whether an export of so many households, with special fields or without, needs a second person.
func (s *Service) ExportNeeds(area, households int64, special bool) (bool, error) {
	pack, err := s.Pack(area)
	if err != nil {
		return true, err
	}
	limit := int64(exportAlone)
	if value, ok := pack.Value("export_alone", area, s.today()); ok && value.IsNumber {
		limit = int64(value.Number)
	}
	return special || households > limit, nil
}

// RequestExport begins an export: it starts the job that writes the file, or asks for the agreement of a second
// person where the file is large or holds special fields. It returns an Invalid fault without purpose, reason or
// area, and for a filter that the caller may not use.
func (s *Service) RequestExport(ctx context.Context, caller access.Caller, q ExportRequest) (Export, error) {
	if err := q.check(); err != nil {
		return Export{}, err
	}
	caller.Purpose = q.Purpose
	scope, err := access.Decide(caller, access.ExportRun)
	if err != nil {
		return Export{}, err
	}
	columns, err := s.exportColumns(scope, q)
	if err != nil {
		return Export{}, err
	}
	households, _, err := s.Count(ctx, scope, q.Filter)
	if err != nil {
		return Export{}, err
	}
	special := slices.ContainsFunc(columns, func(c FormColumn) bool { return c.special() })
	needs, err := s.ExportNeeds(q.Filter.Area, households, special)
	if err != nil {
		return Export{}, err
	}
	e, key, err := s.newExport(ctx, scope, q, columns, households)
	if err != nil {
		return Export{}, err
	}
	if needs {
		if e.Approval, err = s.askExport(ctx, caller, e); err != nil {
			return Export{}, err
		}
		e.State = ExportAsked
		return e, s.insertExport(ctx, scope, e, key, nil)
	}
	begin, err := s.beginExport(ctx, scope, &e)
	if err != nil {
		return Export{}, err
	}
	if err := s.insertExport(ctx, scope, e, key, begin); err != nil {
		return Export{}, err
	}
	s.jobs.Wake()
	return e, nil
}

// check says what a request lacks.
func (q ExportRequest) check() error {
	wrong := fault.New(fault.Invalid, "the export is not described completely")
	if !slices.Contains(importSubjects, q.Subject) {
		wrong.With(0, "subject", "is no kind of rows")
	}
	if q.Format != FormatCSV && q.Format != FormatXLSX {
		wrong.With(0, "format", "is neither csv nor xlsx")
	}
	if !slices.Contains(access.Purposes(), q.Purpose) {
		wrong.With(0, "purpose", "is none of the purposes")
	}
	if text := strings.TrimSpace(q.Reason); text == "" || len(text) > 400 {
		wrong.With(0, "reason", "is empty or too long")
	}
	if len(wrong.Details) > 0 {
		return wrong
	}
	return nil
}

func (s *Service) newExport(ctx context.Context, scope access.Scope, q ExportRequest, columns []FormColumn, households int64) (Export, journal.NewKey, error) {
	id, err := s.journal.Ids().One(ctx, 0)
	if err != nil {
		return Export{}, journal.NewKey{}, err
	}
	key := s.keys.Make(0, id)
	filter, err := json.Marshal(q.Filter)
	if err != nil {
		return Export{}, key, err
	}
	sum := sha256.Sum256(filter)
	e := Export{ID: id, Account: scope.Caller().Account, Area: q.Filter.Area, Subject: q.Subject, Format: q.Format, Purpose: q.Purpose, Reason: strings.TrimSpace(q.Reason),
		State: ExportMaking, Households: households, Created: s.Now(), Ver: 1, digest: hex.EncodeToString(sum[:8]), filter: crypt.Seal(key.Key, filter, filterPlace(id))}
	for _, c := range columns {
		e.Columns = append(e.Columns, c.Name)
	}
	return e, key, nil
}

func filterPlace(export int64) crypt.Place {
	return crypt.Place{Table: "export", Column: "filter", Row: export}
}

// askExport asks for a second person's agreement to exactly this file.
func (s *Service) askExport(ctx context.Context, caller access.Caller, e Export) (int64, error) {
	if s.approvals == nil {
		return 0, fault.New(fault.Forbidden, "an export of this size needs the agreement of a second person").Coded("export.second")
	}
	a, err := s.approvals.Ask(ctx, caller, e.act())
	return a.ID, err
}

// ExportAct says exactly which file is asked for. Its fields stand in the order in which they were always kept.
type ExportAct struct {
	Columns    []string `json:"columns"`
	Export     int64    `json:"export"`
	Filter     string   `json:"filter"` // a digest of what selects the households
	Format     string   `json:"format"`
	Households int64    `json:"households"`
	Purpose    string   `json:"purpose"`
	Subject    string   `json:"subject"`
}

// act is the export as an act that somebody else agrees to.
func (e Export) act() office.Act {
	return office.Act{Kind: ExportApproval, Area: e.Area, Subject: strconv.FormatInt(e.ID, 10), Reason: e.Reason,
		Title: fmt.Sprintf("%s · %s · %d · %s", e.Subject, e.Format, e.Households, e.Purpose),
		What:  ExportAct{Columns: e.Columns, Export: e.ID, Filter: e.digest, Format: e.Format, Households: e.Households, Purpose: e.Purpose, Subject: e.Subject}}
}

// beginExport prepares the job that writes the file, to be stored together with the export.
func (s *Service) beginExport(ctx context.Context, scope access.Scope, e *Export) (func(context.Context, store.Tx) error, error) {
	within := s.areas.Scheme().Range(e.Area)
	j, err := s.jobs.Prepare(ctx, e.Account, job.Request{Kind: exportKind, Title: "export " + e.Subject + "." + e.Format, Args: exportArgs{e.ID}, Area: e.Area, Range: within})
	if err != nil {
		return nil, err
	}
	e.Job, e.State = j.ID, ExportMaking
	command, err := s.journal.Begin(ctx, journal.Who{Account: scope.Caller().Account, Role: scope.Role(e.Area), Place: scope.Caller().Place, Why: e.Purpose + ": " + e.Reason})
	if err != nil {
		return nil, err
	}
	err = command.Note(ctx, journal.Entry{Kind: "export.begun", SubjectKind: "export", Subject: e.ID, Area: e.Area,
		Body: map[string]any{"subject": e.Subject, "households": e.Households, "columns": e.Columns, "filter": e.digest, "approval": e.Approval}})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx store.Tx) error {
		if err := s.jobs.Insert(ctx, tx, j, within); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	}, nil
}

func (s *Service) insertExport(ctx context.Context, scope access.Scope, e Export, key journal.NewKey, begin func(context.Context, store.Tx) error) error {
	columns, err := json.Marshal(e.Columns)
	if err != nil {
		return err
	}
	within := s.areas.Scheme().Range(e.Area)
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO export (id, job, approval, account, area, lo, hi, subject, format, filter, digest, columns, purpose, reason, state, households, created)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`, e.ID, e.Job, e.Approval, e.Account, e.Area, within.Lo, within.Hi,
			e.Subject, e.Format, e.filter, e.digest, string(columns), e.Purpose, e.Reason, string(e.State), e.Households, int64(e.Created))
		if err != nil {
			return err
		}
		if err := journal.StoreKeys(ctx, tx, []journal.NewKey{key}); err != nil || begin == nil {
			return err
		}
		return begin(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("store an export: %w", err)
	}
	return nil
}

// MakeExport starts to write a file to which a second person has agreed. It returns a Forbidden fault without the
// agreement.
func (s *Service) MakeExport(ctx context.Context, caller access.Caller, id, ver int64) (Export, error) {
	e, err := s.GetExport(ctx, caller, id)
	if err != nil {
		return Export{}, err
	}
	if e.State != ExportAsked {
		return Export{}, fault.New(fault.Conflict, "the export is already %s", e.State)
	}
	caller.Purpose = e.Purpose
	scope, err := access.Decide(caller, access.ExportRun)
	if err != nil {
		return Export{}, err
	}
	use, err := s.approvals.Use(ctx, caller, e.Approval, e.act())
	if err != nil {
		return Export{}, err
	}
	begin, err := s.beginExport(ctx, scope, &e)
	if err != nil {
		return Export{}, err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := store.Bump(ctx, tx, "export", "{checked} AND id = $1", ver, id); err != nil {
			return err
		}
		if err := use(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE export SET state = $2, job = $3 WHERE {checked} AND id = $1", id, string(e.State), e.Job); err != nil {
			return err
		}
		return begin(ctx, tx)
	})
	if err != nil {
		return Export{}, err
	}
	e.Ver = ver + 1
	s.jobs.Wake()
	return e, nil
}
