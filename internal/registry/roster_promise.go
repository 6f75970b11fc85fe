package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// A transfer that was accepted before its day waits for it. The acceptance is kept with the transfer, sealed under the
// household's key; on the day it is carried out as if its author accepted just then. Whoever carries it out twice finds
// the change set decided.

// answerPlace is where an acceptance is sealed.
func answerPlace(set int64) crypt.Place {
	return crypt.Place{Table: "transfer", Column: "answer", Row: set}
}

// promise keeps an acceptance until the day of its transfer.
func (s *Service) promise(ctx context.Context, wide access.Scope, t Transfer, ver int64, a Acceptance) (change.Set, error) {
	set, details, err := s.changes.Decidable(ctx, wide, t.Set, ver)
	if err != nil {
		return set, err
	}
	if t.State == TransferAccepted {
		return set, fault.New(fault.Conflict, "the transfer is accepted already and waits for its day")
	}
	record := details[0].Record
	if err := s.possible(ctx, wide, record, details[0], a); err != nil {
		return set, err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return set, err
	}
	sealed := crypt.Seal(record.Key, text, answerPlace(t.Set))
	command, err := s.transferEvent(ctx, reads(wide, t.To), t, "accepted", map[string]any{"set": t.Set, "day": t.Day.String()})
	if err != nil {
		return set, err
	}
	err = s.db.Tx(ctx, wide, func(tx store.Tx) error {
		if err := store.Bump(ctx, tx, "change_set", "{checked} AND id = $1", ver, t.Set); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE transfer SET accepted = $2, accepted_by = $3, answer = $4, reopened = '' WHERE {checked} AND set_id = $1", t.Set, int64(command.At), wide.Caller().Account, sealed)
		if err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	set.Ver++
	return set, err
}

// possible says whether an accepted transfer could be carried out on the register as it is now.
func (s *Service) possible(ctx context.Context, wide access.Scope, record change.Record, d change.Detail, a Acceptance) error {
	values := change.Values{}
	for _, f := range d.Fields {
		values[f.Name] = f.Mine
	}
	act, err := actIn(values)
	if err != nil {
		return err
	}
	h, err := s.household(ctx, wide, record.ID)
	if err != nil {
		return err
	}
	plan, err := s.planned(ctx, wide, h, act.answered(a.Into))
	if err == nil && plan.Rule.Kind == ActHandOver && a.Into == nil {
		err = Objections{{Field: "target", Code: "no_target"}}.fault()
	}
	return err
}

func (s *Service) transferEvent(ctx context.Context, who journal.Who, t Transfer, what string, body any) (*journal.Command, error) {
	command, err := s.journal.Begin(ctx, who)
	if err != nil {
		return nil, err
	}
	return command, command.Note(ctx, journal.Entry{Kind: "household.transfer-" + what, SubjectKind: SubjectHousehold, Subject: t.ID, Home: t.Home, Area: t.From, ValidOn: &t.Day, Body: body})
}

// CarryOutTransfers does what the day brings: it carries out accepted transfers whose day has come and lets requests
// expire that nobody answered. It returns how many were carried out. Work that was interrupted goes on with the next
// call; several processes may call it at once.
func (s *Service) CarryOutTransfers(ctx context.Context) (int, error) {
	scope := access.System("the day of a transfer has come")
	due, err := s.transfers(ctx, scope, transferWaits+" AND {checked} AND t.accepted IS NOT NULL AND t.day <= $1 ORDER BY t.day, t.set_id", int64(s.today()))
	if err != nil {
		return 0, err
	}
	done, all := 0, error(nil)
	for _, t := range due {
		switch carried, err := s.carryOut(ctx, scope, t); {
		case carried:
			done++
		case err != nil && !fault.Is(err, fault.Stale): // somebody else is at it
			all = errors.Join(all, fmt.Errorf("carry out transfer %d: %w", t.Set, err))
		}
	}
	late, err := s.transfers(ctx, scope, transferWaits+" AND {checked} AND t.accepted IS NULL AND t.expires < $1 ORDER BY t.set_id", int64(s.today()))
	for _, t := range late {
		if _, err := s.changes.Expire(ctx, t.Set); err != nil && !fault.Is(err, fault.Stale) && !fault.Is(err, fault.Conflict) {
			all = errors.Join(all, fmt.Errorf("let transfer %d expire: %w", t.Set, err))
		}
	}
	return done, errors.Join(all, err)
}

// carryOut does an accepted transfer in the name of who accepted it, and says whether it did. Where that is no longer
// possible it waits for an answer again.
func (s *Service) carryOut(ctx context.Context, scope access.Scope, t Transfer) (bool, error) {
	a, account, err := s.acceptance(ctx, scope, t)
	if err != nil {
		return false, err
	}
	caller, err := s.caller(ctx, account)
	if err != nil {
		return false, err
	}
	caller.Purpose = access.Registration
	for range 2 { // a household that changed since is marked so first, and taken over as it is then
		err = s.carryOutAs(ctx, caller, t, a)
		if !fault.Is(err, fault.Stale) {
			break
		}
	}
	if err != nil {
		if waits, failed := s.transfers(ctx, scope, transferWaits+" AND {checked} AND t.set_id = $1", t.Set); failed != nil || len(waits) == 0 {
			return false, failed // somebody else was faster
		}
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return false, s.reopen(ctx, scope, t, "impossible")
	case fault.Forbidden, fault.NotFound, fault.Unauthorized:
		return false, s.reopen(ctx, scope, t, "nobody")
	}
	return err == nil, err
}

func (s *Service) carryOutAs(ctx context.Context, caller access.Caller, t Transfer, a Acceptance) error {
	decide, err := access.Decide(caller, access.ChangeDecide)
	if err != nil {
		return err
	}
	_, wide, err := s.transfer(ctx, decide, t.Set)
	if err != nil {
		return err
	}
	set, err := s.changes.Summary(ctx, wide, t.Set)
	if err != nil {
		return err
	}
	_, err = s.complete(ctx, wide, t, set.Ver, a)
	return err
}

// acceptance reads what was answered, and by which account.
func (s *Service) acceptance(ctx context.Context, scope access.Scope, t Transfer) (a Acceptance, account int64, err error) {
	var sealed []byte
	if err := store.One(ctx, s.db.In(scope), "SELECT accepted_by, answer FROM transfer WHERE {checked} AND set_id = $1 AND accepted IS NOT NULL", []any{t.Set}, &account, &sealed); err != nil {
		return a, 0, fmt.Errorf("read the acceptance of a transfer: %w", err)
	}
	key, err := s.keys.Of(ctx, t.Home, t.ID)
	if err != nil {
		return a, 0, fmt.Errorf("open household %d: %w", t.ID, err)
	}
	plain, err := crypt.Open(key, sealed, answerPlace(t.Set))
	if err != nil {
		return a, 0, fmt.Errorf("open the acceptance of a transfer: %w", err)
	}
	return a, account, json.Unmarshal(plain, &a)
}

// reopen lets a transfer wait for an answer again, and says why.
func (s *Service) reopen(ctx context.Context, scope access.Scope, t Transfer, why string) error {
	command, err := s.transferEvent(ctx, journal.Who{Role: "system", Why: "the day of a transfer"}, t, "reopened", map[string]any{"set": t.Set, "why": why})
	if err != nil {
		return err
	}
	today, wait := int64(s.today()), int64(reopenedDays)
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE transfer SET accepted = NULL, accepted_by = 0, answer = NULL, reopened = $2, expires = CASE WHEN expires < $3 THEN $3 ELSE expires END
			WHERE {checked} AND set_id = $1 AND accepted IS NOT NULL AND EXISTS (SELECT 1 FROM change_set c WHERE c.id = set_id AND `+transferWaits+")", t.Set, why, today+wait)
		if err != nil || n == 0 {
			return err
		}
		return command.Append(ctx, tx)
	})
}

// reopenedDays is how many days there are at least to answer what could not be carried out.
const reopenedDays = 14
