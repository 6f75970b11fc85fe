package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/registry/upload"
	"rightkey/internal/store"
)

// AttachmentKind says what a photo or document shows.
type AttachmentKind string

// The kinds. A photo shows what every visitor sees; paper may say anything.
const (
	FamilyPhoto AttachmentKind = "family_photo"
	HousePhoto  AttachmentKind = "house_photo"
	FormScan    AttachmentKind = "form_scan"
	Certificate AttachmentKind = "certificate"
	OtherPaper  AttachmentKind = "other"
)

// AttachmentKinds lists the kinds.
func AttachmentKinds() []AttachmentKind {
	return []AttachmentKind{FamilyPhoto, HousePhoto, FormScan, Certificate, OtherPaper}
}

// Class is how sensitive what a kind shows is.
func (k AttachmentKind) Class() access.Class {
	if k == FamilyPhoto || k == HousePhoto {
		return access.P2
	}
	return access.P3
}

// AttachmentState says whether a file may be opened.
type AttachmentState string

// The states.
const (
	Quarantined AttachmentState = "quarantined" // the scanner has not looked yet
	Clean       AttachmentState = "clean"
	Infected    AttachmentState = "infected" // never opened
)

// Attachment is a photo or document; its content is read by OpenAttachment.
type Attachment struct {
	Home, ID      int64
	Token         string // by which it is addressed; nobody can guess it
	SubjectKind   string // household, person or dwelling
	Subject       int64
	Household     int64
	Area          int64
	Kind          AttachmentKind
	Type          string // upload.JPEG …
	Size          int64  // bytes
	Width, Height int    // pixels of an image
	Pages         int    // of a document
	State         AttachmentState
	Added         clock.Time
	Account       int64
	Ended         *clock.Time
	Ver           int64
	Taken         *clock.Day // when it was taken or made, nil where nobody said
	Lat, Lon      *float64   // where, in degrees (WGS 84), nil where nobody said

	owner int64 // under whose key it is sealed
}

// HasThumbnail says whether there is a small picture of it.
func (a Attachment) HasThumbnail() bool { return a.Type != upload.PDF && a.State == Clean }

const attachmentColumns = "t.home, t.id, t.token, t.subject_kind, t.subject, t.household, t.area, t.kind, t.type, t.size, t.width, t.height, t.pages, t.state, t.added, t.account, t.ended, t.ver, t.owner, t.taken, t.lat, t.lon"

func scanAttachment(r store.Rows, a *Attachment) error {
	var ended, taken *int64
	err := r.Scan(&a.Home, &a.ID, &a.Token, &a.SubjectKind, &a.Subject, &a.Household, &a.Area, &a.Kind, &a.Type, &a.Size, &a.Width, &a.Height, &a.Pages,
		&a.State, (*int64)(&a.Added), &a.Account, &ended, &a.Ver, &a.owner, &taken, &a.Lat, &a.Lon)
	if ended != nil {
		at := clock.Time(*ended)
		a.Ended = &at
	}
	if taken != nil {
		day := clock.Day(*taken)
		a.Taken = &day
	}
	return err
}

// UseScanner has every upload looked through before it can be opened. Call it before serving.
func (s *Service) UseScanner(scanner upload.Scanner) { s.scanner = scanner }

// attachmentChunk is how many bytes one row holds.
const attachmentChunk = 256 << 10

func (s *Service) storeAttachment(ctx context.Context, scope access.Scope, a Attachment, file upload.File) error {
	key, err := s.keys.Of(ctx, a.Home, a.owner)
	if err != nil {
		return fmt.Errorf("open the key of an attachment: %w", err)
	}
	var chunks [][]any
	for thumbnail, content := range [][]byte{file.Body, file.Thumbnail} {
		n := 0
		for part := range slices.Chunk(content, attachmentChunk) {
			chunks = append(chunks, []any{a.Home, a.ID, int64(thumbnail), int64(n), a.Subject, crypt.Seal(key, part, chunkPlace(a.ID, thumbnail, n))})
			n++
		}
	}
	command, err := s.journal.Begin(ctx, reads(scope, a.Area))
	if err != nil {
		return err
	}
	if err := command.Note(ctx, a.entry("attachment.added")); err != nil {
		return err
	}
	var taken *int64
	if a.Taken != nil {
		day := int64(*a.Taken)
		taken = &day
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO attachment (home, id, token, subject_kind, subject, household, area, kind, type, size, width, height, pages, state, added, account, owner, taken, lat, lon, likeness)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`, a.Home, a.ID, a.Token, a.SubjectKind, a.Subject, a.Household, a.Area,
			string(a.Kind), a.Type, a.Size, a.Width, a.Height, a.Pages, string(a.State), int64(a.Added), a.Account, a.owner, taken, a.Lat, a.Lon, file.Likeness)
		if err != nil {
			return err
		}
		if err := tx.Bulk(ctx, "attachment_chunk", []string{"home", "attachment", "thumbnail", "n", "subject", "body"}, chunks); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("store an attachment: %w", err)
	}
	return nil
}

// entry is an event about an attachment, which stands with what it is of.
func (a Attachment) entry(kind string) journal.Entry {
	subjectKind, subject := SubjectHousehold, a.Household
	if a.SubjectKind == SubjectPerson {
		subjectKind, subject = SubjectPerson, a.Subject
	}
	return journal.Entry{Kind: kind, SubjectKind: subjectKind, Subject: subject, Home: a.Home, Area: a.Area, Body: map[string]any{"attachment": a.ID, "kind": a.Kind}}
}

// chunkPlace binds a chunk to its place: its number and whether it is of the thumbnail stand in the column's name.
func chunkPlace(id int64, thumbnail, n int) crypt.Place {
	return crypt.Place{Table: "attachment_chunk", Column: fmt.Sprintf("body.%d.%d", thumbnail, n), Row: id}
}

// Attachments lists the photos and documents of a household, its members and dwellings that the caller may see,
// newest first; ended ones are left out. It returns a NotFound fault for a household out of scope.
func (s *Service) Attachments(ctx context.Context, scope access.Scope, household int64) ([]Attachment, error) {
	h, err := s.household(ctx, scope, household)
	if err != nil {
		return nil, err
	}
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+attachmentColumns+" FROM attachment t WHERE {checked} AND t.home = $1 AND t.household = $2 AND t.ended IS NULL ORDER BY t.id DESC",
		[]any{h.Home, h.ID}, scanAttachment)
	if err != nil {
		return nil, fmt.Errorf("list attachments: %w", err)
	}
	return slices.DeleteFunc(found, func(a Attachment) bool { return !scope.Sees(h.Area, a.Kind.Class()) }), nil
}

// attachment returns one in scope that the caller may see, and has not ended.
func (s *Service) attachment(ctx context.Context, scope access.Scope, household int64, token string) (Attachment, error) {
	absent := fault.New(fault.NotFound, "no such document")
	h, err := s.household(ctx, scope, household)
	if err != nil {
		return Attachment{}, err
	}
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+attachmentColumns+" FROM attachment t WHERE {checked} AND t.home = $1 AND t.token = $2 AND t.household = $3 AND t.ended IS NULL",
		[]any{h.Home, token, h.ID}, scanAttachment)
	switch {
	case err != nil:
		return Attachment{}, fmt.Errorf("find an attachment: %w", err)
	case len(found) == 0, !scope.Sees(h.Area, found[0].Kind.Class()):
		return Attachment{}, absent
	}
	return found[0], nil
}

// OpenAttachment returns a photo or document of a household, or the small picture of it, and journals that it was
// read. One that the scanner has not looked at is looked at now; while that cannot be done it returns an Unavailable
// fault, and a Gone fault for one in which something was found or whose key was destroyed.
func (s *Service) OpenAttachment(ctx context.Context, scope access.Scope, household int64, token string, thumbnail bool) (Attachment, []byte, error) {
	a, err := s.attachment(ctx, scope, household, token)
	if err != nil {
		return a, nil, err
	}
	if a.State == Quarantined && s.scanner != nil {
		content, err := s.content(ctx, scope, a, false)
		if err != nil {
			return a, nil, err
		}
		if a, err = s.scanned(ctx, scope, a, content); err != nil {
			return a, nil, err
		}
	}
	switch {
	case a.State == Quarantined:
		return a, nil, fault.New(fault.Unavailable, "the file was not checked for malicious content yet: try again later")
	case a.State == Infected:
		return a, nil, fault.New(fault.Gone, "malicious content was found in the file: it is closed away")
	case thumbnail && !a.HasThumbnail():
		return a, nil, fault.New(fault.NotFound, "there is no small picture of it")
	}
	content, err := s.content(ctx, scope, a, thumbnail)
	if err != nil {
		return a, nil, err
	}
	if err := s.journal.Record(ctx, reads(scope, a.Area), a.entry("attachment.read")); err != nil {
		return a, nil, fmt.Errorf("journal that an attachment was read: %w", err)
	}
	return a, content, nil
}

// content opens the chunks of an attachment.
func (s *Service) content(ctx context.Context, scope access.Scope, a Attachment, thumbnail bool) ([]byte, error) {
	key, err := s.keys.Of(ctx, a.Home, a.owner)
	if errors.Is(err, journal.ErrErased) {
		return nil, fault.New(fault.Gone, "the document was erased with the person")
	}
	if err != nil {
		return nil, fmt.Errorf("open the key of an attachment: %w", err)
	}
	chunks, err := store.All(ctx, s.db.In(scope), "SELECT body FROM attachment_chunk WHERE {checked} AND home = $1 AND attachment = $2 AND thumbnail = $3 ORDER BY n",
		[]any{a.Home, a.ID, flag(thumbnail)}, func(r store.Rows, body *[]byte) error { return r.Scan(body) })
	if err != nil {
		return nil, fmt.Errorf("read an attachment: %w", err)
	}
	var content []byte
	for n, sealed := range chunks {
		part, err := crypt.Open(key, sealed, chunkPlace(a.ID, int(flag(thumbnail)), n))
		if err != nil {
			return nil, fmt.Errorf("open an attachment: %w", err)
		}
		content = append(content, part...)
	}
	return content, nil
}

// scanned has a quarantined attachment looked through and returns it in its new state. A scanner that cannot look
// leaves it where it is; what it finds closes it away and is a Malicious fault.
func (s *Service) scanned(ctx context.Context, scope access.Scope, a Attachment, content []byte) (Attachment, error) {
	if s.scanner == nil || a.State != Quarantined {
		return a, nil
	}
	clean, err := s.scanner.Clean(ctx, content)
	if err != nil {
		slog.WarnContext(ctx, "a file stays in quarantine", "attachment", a.ID, "error", err)
		return a, nil
	}
	state, kind := Clean, "attachment.cleared"
	if !clean {
		state, kind = Infected, "attachment.infected"
	}
	if err := s.moveAttachment(ctx, scope, a, kind, "UPDATE attachment SET state = $3 WHERE {checked} AND home = $1 AND id = $2", string(state)); err != nil {
		return a, err
	}
	a.State, a.Ver = state, a.Ver+1
	if !clean {
		return a, fault.New(fault.Malicious, "malicious content was found in the file: it is closed away").With(0, "file", "holds malicious content")
	}
	return a, nil
}

// EndAttachment takes a photo or document away from view, from now on; it and its event stay. It returns a Stale
// fault if it was changed since version ver.
func (s *Service) EndAttachment(ctx context.Context, scope access.Scope, household int64, token string, ver int64) error {
	a, err := s.attachment(ctx, scope, household, token)
	if err != nil {
		return err
	}
	a.Ver = ver
	return s.moveAttachment(ctx, scope, a, "attachment.ended", "UPDATE attachment SET ended = $3, ended_by = $4 WHERE {checked} AND home = $1 AND id = $2",
		int64(s.journal.Clock().Now()), scope.Caller().Account)
}

// moveAttachment changes an attachment's row and journals it.
func (s *Service) moveAttachment(ctx context.Context, scope access.Scope, a Attachment, kind, sql string, args ...any) error {
	command, err := s.journal.Begin(ctx, reads(scope, a.Area))
	if err != nil {
		return err
	}
	if err := command.Note(ctx, a.entry(kind)); err != nil {
		return err
	}
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := store.Bump(ctx, tx, "attachment", "{checked} AND home = $1 AND id = $2", a.Ver, a.Home, a.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sql, append([]any{a.Home, a.ID}, args...)...); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
}
