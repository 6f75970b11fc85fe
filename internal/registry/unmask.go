package registry

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/office"
)

// Secrets lists the fields of a household and its members whose values are secret (P4) and stored, by subject. They
// can be shown one at a time to who says why: see Unmask.
func (s *Service) Secrets(ctx context.Context, f File) map[int64][]string {
	secrets := map[int64][]string{}
	for _, item := range f.Pack.Items {
		if item.Class != "P4" {
			continue
		}
		if item.Subject == SubjectHousehold && f.Facts[item.Code] != nil {
			secrets[f.ID] = append(secrets[f.ID], item.Code)
		}
		for _, m := range f.Members {
			held := m.Facts[item.Code] != nil || (item.Code == FieldNationalID && m.IDTail != "")
			if item.Subject == SubjectPerson && held {
				secrets[m.ID] = append(secrets[m.ID], item.Code)
			}
		}
	}
	return secrets
}

// Unmask lets the caller see one secret field of one household or person for a quarter of an hour; reason says why.
// It returns a NotFound fault out of scope, an Invalid fault for a field that is not secret or without a reason, and
// what office.Unmaskings.Begin returns.
func (s *Service) Unmask(ctx context.Context, scope access.Scope, kind string, subject int64, field, reason string) (office.Unmasking, error) {
	record, concerns, err := s.secret(ctx, scope, kind, subject)
	if err != nil {
		return office.Unmasking{}, err
	}
	pack, err := s.Pack(record.Area)
	if err != nil {
		return office.Unmasking{}, err
	}
	if s.unmaskings == nil {
		return office.Unmasking{}, fault.New(fault.Unavailable, "secret fields cannot be shown here")
	}
	item, known := pack.Item(kind, field)
	if !known || item.Class != "P4" {
		return office.Unmasking{}, fault.New(fault.Invalid, "the field is not one that is masked").With(0, "field", "is not a secret field")
	}
	u := office.Unmasking{Home: record.Home, Area: record.Area, SubjectKind: kind, Subject: subject, Field: field, Reason: reason}
	return s.unmaskings.Begin(ctx, scope, u, concerns...)
}

// Unmasked returns the value of a field that the caller has unmasked, with its record, and journals that it was
// shown. It returns a Gone fault after its time.
func (s *Service) Unmasked(ctx context.Context, scope access.Scope, id int64) (office.Unmasking, change.Record, string, error) {
	if s.unmaskings == nil {
		return office.Unmasking{}, change.Record{}, "", fault.New(fault.Unavailable, "secret fields cannot be shown here")
	}
	u, err := s.unmaskings.Own(ctx, scope.Caller(), id)
	if err != nil {
		return u, change.Record{}, "", err
	}
	record, _, err := s.secret(ctx, scope, u.SubjectKind, u.Subject)
	if err != nil {
		return u, record, "", err
	}
	value, _ := record.Fields[u.Field].(string)
	who := reads(scope, record.Area)
	who.Why = u.Reason
	err = s.journal.Record(ctx, who, journal.Entry{Kind: "field.shown", SubjectKind: u.SubjectKind, Subject: u.Subject, Home: record.Home, Area: record.Area, Body: map[string]string{"field": u.Field}})
	if err != nil {
		return u, record, "", fmt.Errorf("journal that a field was shown: %w", err)
	}
	return u, record, value, nil
}

// secret loads a household or person in scope, with the identifiers that the matter concerns.
func (s *Service) secret(ctx context.Context, scope access.Scope, kind string, subject int64) (change.Record, []int64, error) {
	switch kind {
	case SubjectHousehold:
		record, err := householdSubject{s}.Load(ctx, scope, subject, s.today())
		return record, []int64{subject}, err
	case SubjectPerson:
		record, err := personSubject{s}.Load(ctx, scope, subject, s.today())
		if err != nil {
			return record, nil, err
		}
		_, h, _, err := s.person(ctx, scope, subject)
		return record, []int64{subject, h.ID}, err
	}
	return change.Record{}, nil, fault.New(fault.NotFound, "no such record")
}
