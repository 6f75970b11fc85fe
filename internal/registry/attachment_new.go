package registry

import (
	"context"
	"fmt"
	"math"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/registry/upload"
	"rightkey/internal/store"
)

// Attaching is what somebody says of a photo or document that is added.
type Attaching struct {
	Household int64
	Subject   int64 // a member or a dwelling of the household, 0 for the household itself
	Kind      AttachmentKind
	Taken     *clock.Day // when it was taken or made
	Lat, Lon  *float64   // where, in degrees (WGS 84)
}

// check says what is wrong with it.
func (q Attaching) check(today clock.Day) error {
	wrong := fault.New(fault.Invalid, "the document is not described rightly")
	if !slices.Contains(AttachmentKinds(), q.Kind) {
		wrong.With(0, "kind", "is not a kind")
	}
	if q.Taken != nil && (*q.Taken > today || *q.Taken < clock.Date(1900, 1, 1)) {
		wrong.With(0, "taken", "is a day to come or too long ago")
	}
	if (q.Lat == nil) != (q.Lon == nil) || q.Lat != nil && (math.Abs(*q.Lat) > 90 || math.Abs(*q.Lon) > 180 || math.IsNaN(*q.Lat+*q.Lon)) {
		wrong.With(0, "lat", "and lon are no place on earth")
	}
	if len(wrong.Details) > 0 {
		return wrong
	}
	return nil
}

// Attach stores a photo or document. It returns what upload.Accept returns for a file that is not taken, a NotFound fault for a
// subject out of scope, a Forbidden fault where the caller may not see what the kind shows, and, with the attachment
// stored and closed away, a Malicious fault for a file in which the scanner found something.
func (s *Service) Attach(ctx context.Context, scope access.Scope, q Attaching, data []byte) (Attachment, error) {
	if err := q.check(s.today()); err != nil {
		return Attachment{}, err
	}
	h, err := s.household(ctx, scope, q.Household)
	if err != nil {
		return Attachment{}, err
	}
	if !scope.Sees(h.Area, q.Kind.Class()) {
		return Attachment{}, fault.New(fault.Forbidden, "who may not see such a document may not add one: state what your work is for first")
	}
	a, err := s.newAttachment(ctx, scope, h, q)
	if err != nil {
		return Attachment{}, err
	}
	file, err := s.accept(data)
	if err != nil {
		return Attachment{}, err
	}
	a.Type, a.Size, a.Width, a.Height, a.Pages = file.Type, int64(len(file.Body)), file.Width, file.Height, file.Pages
	if err := s.storeAttachment(ctx, scope, a, file); err != nil {
		return Attachment{}, err
	}
	return s.scanned(ctx, scope, a, data)
}

// Picture checks a picture of something that is no household, as those that are attached to households are checked. It
// returns what upload.Accept returns for a file that is not taken, and an OtherType fault for what is no picture.
func (s *Service) Picture(data []byte) (upload.File, error) {
	file, err := s.accept(data)
	if err == nil && file.Type == upload.PDF {
		err = fault.New(fault.OtherType, "a picture is needed here")
	}
	return file, err
}

// accept checks one file at a time: decoding a picture takes memory.
func (s *Service) accept(data []byte) (upload.File, error) {
	s.drawing.Lock()
	defer s.drawing.Unlock()
	return upload.Accept(data)
}

// newAttachment is an attachment before its content: whose it is and under whose key.
func (s *Service) newAttachment(ctx context.Context, scope access.Scope, h Household, q Attaching) (Attachment, error) {
	a := Attachment{Home: h.Home, SubjectKind: SubjectHousehold, Subject: h.ID, Household: h.ID, Area: h.Area, Kind: q.Kind, State: Clean,
		Taken: q.Taken, Lat: q.Lat, Lon: q.Lon,
		Added: s.journal.Clock().Now(), Account: scope.Caller().Account, Ver: 1, owner: h.ID}
	if s.scanner != nil {
		a.State = Quarantined
	}
	if q.Subject != 0 && q.Subject != h.ID {
		if err := s.attachTo(ctx, scope, &a, q.Subject); err != nil {
			return a, err
		}
	}
	id, err := s.journal.Ids().One(ctx, h.Home)
	if err != nil {
		return a, err
	}
	a.ID = id
	a.Token, _ = crypt.NewToken()
	return a, nil
}

// attachTo makes an attachment one of a member or a dwelling of its household.
func (s *Service) attachTo(ctx context.Context, scope access.Scope, a *Attachment, subject int64) error {
	var persons, dwellings int64
	err := store.One(ctx, s.db.In(scope), `SELECT (SELECT count(*) FROM membership WHERE {checked} AND home = $1 AND household = $2 AND person = $3 AND to_day IS NULL),
		(SELECT count(*) FROM dwelling WHERE home = $1 AND household = $2 AND id = $3)`, []any{a.Home, a.Household, subject}, &persons, &dwellings)
	switch {
	case err != nil:
		return fmt.Errorf("find what an attachment is of: %w", err)
	case persons > 0:
		a.SubjectKind, a.owner = SubjectPerson, subject
	case dwellings > 0:
		a.SubjectKind = SubjectDwelling
	default:
		return fault.New(fault.NotFound, "no such member or dwelling of the household")
	}
	a.Subject = subject
	return nil
}
