package access

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"rightkey/internal/store"
)

// DB is the database as rooms see it: no statement runs without a Scope. The SQL text says with {scope AREA HOUSEHOLD}
// where the area ranges of the scope go and, for verbs about single records, the households that are assigned to a
// caller who reaches no others; {scope AREA} alone reaches nothing for such a caller. {place AREA} is for rows that
// hold no personal data, for which the area decides alone. A statement on a scoped table without a marker does not
// run. Rows that hang on a record whose scope was decided before, by its identifier, say {checked} instead.
type DB struct{ raw store.DB }

// Guard makes rooms' view of a database.
func Guard(raw store.DB) *DB { return &DB{raw: raw} }

// Engine says which database this is.
func (db *DB) Engine() store.Engine { return db.raw.Engine() }

// Query runs one SELECT within the scope.
func (db *DB) Query(ctx context.Context, s Scope, sql string, args ...any) (store.Rows, error) {
	text, bound, err := s.bind(sql, args)
	if err != nil {
		return nil, err
	}
	store.Courtesy(ctx)
	return db.raw.Query(ctx, text, bound...)
}

// In returns a reader whose queries all run within the scope.
func (db *DB) In(s Scope) store.Querier { return reader{db, s} }

type reader struct {
	db *DB
	s  Scope
}

func (r reader) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	return r.db.Query(ctx, r.s, sql, args...)
}

// Tx runs work in a transaction whose statements all run within the scope; see package store for what work may do.
func (db *DB) Tx(ctx context.Context, s Scope, work func(store.Tx) error) error {
	store.Courtesy(ctx)
	return db.raw.Tx(ctx, func(tx store.Tx) error { return work(scopedTx{tx, s}) })
}

// TxSoon is Tx for notes of what was read, which does not wait for the disk.
func (db *DB) TxSoon(ctx context.Context, s Scope, work func(store.Tx) error) error {
	return db.raw.TxSoon(ctx, func(tx store.Tx) error { return work(scopedTx{tx, s}) })
}

type scopedTx struct {
	raw store.Tx
	s   Scope
}

func (t scopedTx) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	text, bound, err := t.s.bind(sql, args)
	if err != nil {
		return nil, err
	}
	return t.raw.Query(ctx, text, bound...)
}

func (t scopedTx) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	text, bound, err := t.s.bind(sql, args)
	if err != nil {
		return 0, err
	}
	return t.raw.Exec(ctx, text, bound...)
}

func (t scopedTx) Bulk(ctx context.Context, table string, columns []string, rows [][]any) error {
	return t.raw.Bulk(ctx, table, columns, rows)
}

// scoped are the tables whose rows belong to an area's household; inserting into them needs no marker, reading,
// changing and deleting does. A new one is a new line.
var scoped = regexp.MustCompile(`(?i)\b(?:from|join|update)\s+(` + strings.Join([]string{
	"household",
	"person",
	"id_claim",
	"membership",
	"transfer",
	"dwelling",
	"facts",
	"fact_index",
	"entry",
	"household_status",
	"assessment",
	"change_set",
	"change_row",
	"change_conflict",
	"staging",
	"import",
	"import_template",
	"export",
	"export_part",
	"document",
	"job",
	"event",
	"event_body",
	"legal_hold",
	"approval",
	"alert",
	"assignment",
	"inspection",
	"find_key",
	"find_late",
	"person_find",
	"phone_key",
	"duplicate_pair",
	"duplicate_side",
	"duplicate_judgement",
	"duplicate_inquiry",
	"check_list",
	"check_row",
	"check_token",
	"check_lead",
	"case_file",
	"case_act",
	"case_clock",
	"case_sample",
	"case_bulk",
	"sitting",
	"sitting_line",
	"notice",
	"notice_line",
	"objection",
	"attachment",
	"attachment_chunk",
	"problem_item",
	"quality_mark",
	"month_figure",
	"place",
	"organisation",
	"worksheet",
	"area_change_household",
	"campaign",
	"campaign_stratum",
	"campaign_team",
	"campaign_household",
	"visit",
}, "|") + `)\b`)

// marker is {scope AREA}, {scope AREA HOUSEHOLD}, {place AREA} or {checked}.
var marker = regexp.MustCompile(`\{(?:(scope|place) ([a-z_.]+)(?: ([a-z_.]+))?|(checked))\}`)

// unmarked remembers the texts that were looked at, so that each is parsed once.
var unmarked sync.Map // SQL text → bool

// bind puts the scope's ranges where the text says so.
func (s Scope) bind(sql string, args []any) (string, []any, error) {
	if !strings.Contains(sql, "{") {
		bad, seen := unmarked.Load(sql)
		if !seen {
			bad = scoped.MatchString(sql)
			unmarked.Store(sql, bad)
		}
		if bad.(bool) {
			return "", nil, fmt.Errorf("a statement on a scoped table without {scope …}: %.120s", sql)
		}
		return sql, args, nil
	}
	bound := args
	text := marker.ReplaceAllStringFunc(sql, func(m string) string {
		found := marker.FindStringSubmatch(m)
		if found[4] != "" {
			return "1 = 1"
		}
		var condition string
		condition, bound = s.condition(found[1], found[2], found[3], bound)
		return condition
	})
	if strings.Contains(text, "{scope") || strings.Contains(text, "{place") || strings.Contains(text, "{checked") {
		return "", nil, fmt.Errorf("a malformed scope marker: %.120s", sql)
	}
	return text, bound, nil
}

// condition is what a marker stands for, with the values that it binds after those bound already.
func (s Scope) condition(word, area, household string, args []any) (string, []any) {
	args = args[:len(args):len(args)]
	bind := func(value int64) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	between := func(ranges []Range) string {
		parts := make([]string, len(ranges))
		for i, r := range ranges {
			if s.system != "" && r == Everywhere { // no bounds, so that work on all of a register goes by numbers, not by areas
				parts[i] = area + " IS NOT NULL"
				continue
			}
			parts[i] = area + " BETWEEN " + bind(r.Lo) + " AND " + bind(r.Hi)
		}
		return strings.Join(parts, " OR ")
	}
	open, limited := s.bound()
	if word == "place" {
		open, limited = s.Ranges(), nil
	}
	var reached []string
	if len(open) > 0 {
		reached = append(reached, between(open))
	}
	for _, of := range limited {
		if household == "" || len(of.households) == 0 {
			continue
		}
		ids := make([]string, len(of.households))
		for i, id := range of.households {
			ids[i] = bind(id)
		}
		reached = append(reached, "("+household+" IN ("+strings.Join(ids, ", ")+") AND ("+between(of.ranges)+"))")
	}
	if len(reached) == 0 {
		return "1 = 0", args
	}
	condition := strings.Join(reached, " OR ")
	if len(open)+len(limited) > 1 {
		condition = "(" + condition + ")"
	}
	return condition, args
}
