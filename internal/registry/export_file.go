package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

const exportColumnNames = "id, job, approval, account, area, subject, format, filter, digest, columns, purpose, reason, state, households, rows, size, created, expires, ver"

func scanExport(r store.Rows, e *Export) error {
	var columns string
	err := r.Scan(&e.ID, &e.Job, &e.Approval, &e.Account, &e.Area, &e.Subject, &e.Format, &e.filter, &e.digest, &columns, &e.Purpose, &e.Reason, &e.State,
		&e.Households, &e.Rows, &e.Size, &e.Created, &e.Expires, &e.Ver)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(columns), &e.Columns)
}

// exports reads exports as they are now: one whose time is over has expired.
func (s *Service) exports(ctx context.Context, condition string, args ...any) ([]Export, error) {
	found, err := store.All(ctx, s.db.In(access.System("who may see an export is decided by its account")), "SELECT "+exportColumnNames+" FROM export WHERE {checked} AND "+condition, args, scanExport)
	if err != nil {
		return nil, fmt.Errorf("read exports: %w", err)
	}
	for i := range found {
		if found[i].State == ExportReady && found[i].Expires <= s.Now() {
			found[i].State = ExportExpired
		}
	}
	return found, nil
}

// GetExport returns an export of the caller's own; a NotFound fault for everybody else's.
func (s *Service) GetExport(ctx context.Context, caller access.Caller, id int64) (Export, error) {
	found, err := s.exports(ctx, "id = $1 AND account = $2", id, caller.Account)
	if err != nil {
		return Export{}, err
	}
	if len(found) == 0 {
		return Export{}, fault.New(fault.NotFound, "no such export")
	}
	return found[0], nil
}

// Exports lists the caller's own exports, newest first, older than before (0 for the newest).
func (s *Service) Exports(ctx context.Context, caller access.Caller, before int64, limit int) ([]Export, error) {
	if before == 0 {
		before = 1 << 62
	}
	return s.exports(ctx, "account = $1 AND id < $2 ORDER BY id DESC LIMIT $3", caller.Account, before, limit)
}

// Download is a file on its way out.
type Download struct {
	s      *Service
	export Export
	key    crypt.DataKey
}

// Download opens the file of an export for who asked for it, and journals that before anything leaves. It returns a
// Conflict fault while the file is not ready, a Gone fault when its time is over, and a Forbidden fault for who lost
// the right to export meanwhile.
func (s *Service) Download(ctx context.Context, caller access.Caller, id int64) (*Download, error) {
	e, err := s.GetExport(ctx, caller, id)
	if err != nil {
		return nil, err
	}
	switch e.State {
	case ExportReady:
	case ExportExpired:
		return nil, fault.New(fault.Gone, "the file is no longer kept: ask for it anew")
	default:
		return nil, fault.New(fault.Conflict, "the file is not ready")
	}
	caller.Purpose = e.Purpose
	scope, err := access.Decide(caller, access.ExportRun)
	if err != nil {
		return nil, err
	}
	if r := s.areas.Scheme().Range(e.Area); !scope.Holds(r.Lo) || !scope.Holds(r.Hi) {
		return nil, fault.New(fault.Forbidden, "the file holds areas that are no longer yours")
	}
	key, err := s.keys.Of(ctx, 0, e.ID)
	if errors.Is(err, journal.ErrErased) {
		return nil, fault.New(fault.Gone, "the file is no longer kept: ask for it anew")
	}
	if err != nil {
		return nil, fmt.Errorf("open an export: %w", err)
	}
	who := reads(scope, e.Area)
	if err := s.journal.Record(ctx, who, journal.Entry{Kind: "export.downloaded", SubjectKind: "export", Subject: e.ID, Area: e.Area, Body: map[string]any{"rows": e.Rows}}); err != nil {
		return nil, fmt.Errorf("journal a download: %w", err)
	}
	return &Download{s, e, key}, nil
}

// Export is what is downloaded.
func (d *Download) Export() Export { return d.export }

// WriteTo writes the file piece by piece; between is called before each piece.
func (d *Download) WriteTo(ctx context.Context, w io.Writer, between func() error) error {
	scope := access.System("the export was opened for who asked for it")
	for n := 1; ; n++ {
		var body []byte
		err := store.One(ctx, d.s.db.In(scope), "SELECT body FROM export_part WHERE {checked} AND export = $1 AND n = $2", []any{d.export.ID, n}, &body)
		if errors.Is(err, store.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a file: %w", err)
		}
		plain, err := crypt.Open(d.key, body, partPlace(d.export.ID, n))
		if err != nil {
			return fmt.Errorf("open a file: %w", err)
		}
		if err := between(); err != nil {
			return err
		}
		if _, err := w.Write(plain); err != nil {
			return fault.Wrap(fault.Unavailable, err, "the reader is gone")
		}
	}
}

func partPlace(export int64, n int) crypt.Place {
	return crypt.Place{Table: "export_part", Column: fmt.Sprintf("body/%d", n), Row: export}
}

// partSize is how much of a file one row holds.
const partSize = 256 << 10

// partWriter stores a file in sealed pieces.
type partWriter struct {
	ctx   context.Context
	s     *Service
	scope access.Scope
	id    int64
	key   crypt.DataKey
	n     int
	size  int64
	piece []byte
}

func (w *partWriter) Write(data []byte) (int, error) {
	w.piece = append(w.piece, data...)
	for len(w.piece) >= partSize {
		if err := w.store(w.piece[:partSize]); err != nil {
			return 0, err
		}
		w.piece = append(w.piece[:0], w.piece[partSize:]...)
	}
	return len(data), nil
}

// Close stores the last piece.
func (w *partWriter) Close() error {
	if len(w.piece) == 0 {
		return nil
	}
	return w.store(w.piece)
}

func (w *partWriter) store(piece []byte) error {
	w.n++
	w.size += int64(len(piece))
	n, sealed := w.n, crypt.Seal(w.key, piece, partPlace(w.id, w.n))
	return w.s.db.Tx(w.ctx, w.scope, func(tx store.Tx) error {
		_, err := tx.Exec(w.ctx, "INSERT INTO export_part (export, n, body) VALUES ($1, $2, $3)", w.id, n, sealed)
		return err
	})
}

// ForgetExports destroys the files whose time is over. What was exported, for whom and why stays.
func (s *Service) ForgetExports(ctx context.Context) error {
	scope := access.System("files whose time is over are destroyed")
	ids, err := store.All(ctx, s.db.In(scope), "SELECT e.id FROM export e JOIN data_key k ON k.home = 0 AND k.subject = e.id WHERE {checked} AND e.expires > 0 AND e.expires <= $1", []any{int64(s.Now())},
		func(r store.Rows, id *int64) error { return r.Scan(id) })
	for _, id := range ids {
		err = errors.Join(err, s.db.Tx(ctx, scope, func(tx store.Tx) error {
			return destroyExport(ctx, tx, id)
		}))
		s.keys.Forget(id)
	}
	return err
}
