package office

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/store"
	"rightkey/internal/web"
)

// GrantKind is the kind of approval by which a second administrator confirms a role; its subject is the account.
const GrantKind = "account.grant"

// GrantAct says exactly which role is asked for; days are as in access.Grant.
type GrantAct struct {
	Role     string     `json:"role"`
	From     clock.Day  `json:"from"`
	To       *clock.Day `json:"to,omitempty"`
	Assigned bool       `json:"assigned"`
}

// ConfirmGrants makes roles that open households or manage accounts, and their deputies, wait for a second
// administrator. Call it once, before the service is used; without it every administrator grants alone.
func (s *Service) ConfirmGrants(approvals *Approvals) {
	s.approvals = approvals
	approvals.Register(ApprovalKind{Name: GrantKind, Label: "office.grants.approval", Ask: access.AccountManage, Decide: access.AccountManage, Agreed: s.confirmGrant},
		ApprovalKind{Name: CoverKind, Label: "office.covers.approval", Ask: access.CoverGive, Decide: access.AccountManage, Agreed: s.confirmCover})
}

// needsSecond says whether a role has to be confirmed by another administrator than the caller: not where nobody else
// was ever an administrator of the whole area, as in a new house, for nobody could confirm it then.
func (s *Service) needsSecond(ctx context.Context, c access.Caller, g access.Grant) (bool, error) {
	if s.approvals == nil || !access.Weighty(g.Role) {
		return false, nil
	}
	managing := access.RolesWith(access.AccountManage)
	args := []any{c.Person, g.Lo, g.Hi}
	for _, role := range managing {
		args = append(args, role)
	}
	another, err := exists(ctx, s.db.In(system), `SELECT 1 FROM account_grant g JOIN account a ON a.id = g.account
		WHERE a.person <> $1 AND g.lo <= $2 AND g.hi >= $3 AND g.role IN (`+store.In(4, len(managing))+`) LIMIT 1`, args...)
	if err != nil {
		return false, fmt.Errorf("look for another administrator: %w", err)
	}
	return another, nil
}

// needsReason is an Invalid fault where a request comes without its reason.
func needsReason(ctx context.Context, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return invalid(ctx, "reason", "grant_reason")
	}
	return nil
}

// askGrant asks another administrator to confirm a role.
func (s *Service) askGrant(ctx context.Context, c access.Caller, account int64, g access.Grant, reason string) (Approval, error) {
	if err := needsReason(ctx, reason); err != nil {
		return Approval{}, err
	}
	return s.approvals.Ask(ctx, c, Act{Kind: GrantKind, Area: g.Area, Subject: strconv.FormatInt(account, 10), Reason: reason,
		What:  GrantAct{Role: g.Role, From: g.From, To: g.To, Assigned: g.Assigned},
		Title: web.T(ctx, "office.grants.ask_title", "role", RoleName(web.Lang(ctx), g.Role))})
}

// confirmGrant prepares the grant that a second administrator agrees to. Everything is looked at anew with the eyes of
// the second: the person is not the second's own, the area lies within the second's, and the role still fits.
func (s *Service) confirmGrant(ctx context.Context, c access.Caller, asked Approval) (func(context.Context, store.Tx) error, error) {
	scope, who, err := s.manager(c, "confirm a role")
	if err != nil {
		return nil, err
	}
	if err := access.Separate(scope.Acting(asked.Area), access.GrantConfirmStep, access.Did{Step: access.GrantAskStep, Account: asked.Account, Person: asked.Person}); err != nil {
		return nil, err
	}
	id, err := strconv.ParseInt(asked.Subject, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("read whose role was asked for: %w", err)
	}
	act, err := ReadAct[GrantAct](asked)
	if err != nil {
		return nil, err
	}
	found, ok, err := s.find(ctx, s.db.In(system), "a.id = $1", id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, refuse(ctx, fault.NotFound, "no_account")
	}
	g, err := s.grantable(ctx, c, scope, found.Person, access.Grant{Role: act.Role, Area: asked.Area, From: act.From, To: act.To, Assigned: act.Assigned})
	if err != nil {
		return nil, err
	}
	command, err := s.journal.Begin(ctx, who)
	if err != nil {
		return nil, err
	}
	if err := command.Note(ctx, granted("granted", id, g)); err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx store.Tx) error {
		if err := s.addGrant(ctx, tx, found.Account, g, asked.Account, command.At); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	}, nil
}

// WaitingGrants are the roles of an account that wait for another administrator, newest first.
func (s *Service) WaitingGrants(ctx context.Context, c access.Caller, account int64) ([]Approval, error) {
	if s.approvals == nil {
		return nil, nil
	}
	if _, err := s.Get(ctx, c, account); err != nil {
		return nil, err
	}
	found, err := s.approvals.read(ctx, "kind = $1 AND subject = $2 AND state = 'asked' ORDER BY id DESC", GrantKind, strconv.FormatInt(account, 10))
	if err != nil {
		return nil, err
	}
	var waiting []Approval
	for _, a := range found {
		if a.State == Asked && (a.Account == c.Account || s.approvals.decides(c, a)) {
			waiting = append(waiting, a)
		}
	}
	return waiting, nil
}
