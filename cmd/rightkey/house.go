package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/identify"
	"rightkey/internal/identify/away"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/policy/library"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/registry/overview"
	"rightkey/internal/registry/quality"
	"rightkey/internal/store"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/verify/crosscheck"
	"rightkey/internal/verify/duplicate"
)

// place says where a database and its keys are.
type place struct {
	Data     string   `default:"./data" placeholder:"DIR" help:"Folder of the embedded database."`
	Database string   `env:"RIGHTKEY_DATABASE" placeholder:"URL" help:"A PostgreSQL database (postgres://…) instead of the embedded one."`
	Keys     string   `env:"RIGHTKEY_KEYS" placeholder:"FILE" help:"The key file; by default keys/rightkey.keys in the data folder. Keep a copy away from database and backups: without it sealed fields cannot be opened."`
	Witness  []string `sep:"none" placeholder:"FILE" help:"Files, best on another machine, that are told of every signed checkpoint of the journal; by default one beside the key file."`
	Now      string   `placeholder:"TIME" help:"Act as if it were this moment (2014-12-31T09:00:00Z), for exercises."`

	seen func(statement string) // each reading statement, where a test wants to know
}

func (p place) address() string {
	if p.Database != "" {
		return p.Database
	}
	return filepath.Join(p.Data, "rightkey.db")
}

func (p place) keyFile() string {
	if p.Keys != "" {
		return p.Keys
	}
	return filepath.Join(p.Data, "keys", "rightkey.keys")
}

func (p place) clock() (clock.Clock, error) {
	if p.Now == "" {
		return clock.System(), nil
	}
	at, err := clock.ParseTime(p.Now)
	if err != nil {
		return nil, fmt.Errorf("--now: %w", err)
	}
	return clock.Offset(clock.System(), at), nil
}

// house is an open database with all rooms.
type house struct {
	data          string // folder beside the database
	raw           store.DB
	db            *access.DB
	clock         clock.Clock
	ids           *store.Ids
	journal       *journal.Journal
	keys          *journal.Keys
	areas         *area.Service
	packs         *library.Library
	changes       *change.Service
	jobs          *job.Runner
	office        *office.Service
	loads         *office.FileLoads // of areas
	approvals     *office.Approvals
	organisations *office.Organisations
	assignments   *office.Assignments
	identity      *office.Identity
	alerts        *office.Alerts
	denials       *office.Denials
	registry      *registry.Service
	identify      *identify.Service
	cases         *procedure.Service
	packages      *away.Service // of meetings without network
	quality       *quality.Service
	monthEnds     *overview.MonthEnds
	duplicates    *duplicate.Service
	crosschecks   *crosscheck.Service
	campaigns     *campaign.Service
	orgLoads      *office.FileLoads // of organisations

	// What lies outside the database, and who seals its journal.
	out      outside
	sealer   *journal.Sealer
	erasures *registry.Erasures
	// erasedAgain is how many persons were erased at the opening, because the list of erasures says so.
	erasedAgain int
	figures     *metrics // of the server, once it has doors
}

// program is the scope of commands given on the machine itself: who can read the database file needs no login.
var program = access.System("given on the machine of the database itself")

// observed is a database of which each reading statement is told.
type observed struct {
	store.DB
	seen func(statement string)
}

// Query tells of the statement and runs it.
func (o observed) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	o.seen(sql)
	return o.DB.Query(ctx, sql, args...)
}

// openHouse opens the database; levels are the widths of the area levels of a new database ("" for an existing one).
func openHouse(ctx context.Context, p place, levels string) (h *house, err error) {
	h = &house{data: p.Data}
	if h.clock, err = p.clock(); err != nil {
		return nil, err
	}
	raw, err := store.Open(ctx, store.Options{URL: p.address()})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			raw.Close()
		}
	}()
	h.raw = raw
	if p.seen != nil {
		h.raw = observed{raw, p.seen}
	}
	h.db = access.Guard(h.raw)
	if h.ids, err = store.OpenIds(ctx, h.raw, func() int64 { return int64(h.clock.Now()) }); err != nil {
		return nil, err
	}
	ring, err := openKeys(ctx, h.db, p.keyFile())
	if err != nil {
		return nil, err
	}
	if h.out, err = p.outside(ring); err != nil {
		return nil, err
	}
	if err := h.skipBlocks(ctx); err != nil {
		return nil, err
	}
	scheme, err := openScheme(ctx, h.db, levels)
	if err != nil {
		return nil, err
	}
	if err := h.furnish(ctx, ring, scheme); err != nil {
		return nil, err
	}
	if h.erasedAgain, err = h.erasures.Again(ctx); err != nil { // of what a backup that was put back still held
		return nil, err
	}
	return h, h.registry.PrepareFinding(ctx)
}

// furnish opens the rooms in the order of the floor plan.
func (h *house) furnish(ctx context.Context, ring *crypt.Keyring, scheme area.Scheme) (err error) {
	h.journal = journal.New(h.raw, h.ids, h.clock)
	h.keys = journal.NewKeys(ring, h.raw)
	h.sealer = journal.NewSealer(h.journal, h.out.notary, h.out.witnesses...)
	h.areas = area.NewService(h.db, h.journal, scheme)
	if h.packs, err = library.Open(ctx, h.db, h.journal, packLoader()); err != nil {
		return err
	}
	h.changes = change.NewService(h.db, h.journal)
	h.jobs = job.NewRunner(h.db, h.ids, h.clock)
	h.office = office.New(office.Options{DB: h.db, Journal: h.journal, Keys: h.keys, Scheme: scheme})
	h.areas.Follows(h.office.FollowArea)
	h.approvals = office.NewApprovals(h.db, h.journal, scheme)
	h.office.ConfirmGrants(h.approvals)
	h.assignments = office.NewAssignments(h.db, h.journal, scheme)
	h.organisations = office.NewOrganisations(h.db, h.journal, h.areas, h.packs)
	h.alerts = office.NewAlerts(h.db, h.journal)
	h.denials = office.NewDenials(h.db, h.journal, h.alerts)
	h.loads = office.NewAreaLoads(h.office, h.areas, h.jobs)
	h.orgLoads = office.NewOrganisationLoads(h.office, h.organisations, h.jobs)
	h.registry = registry.NewService(registry.Needs{DB: h.db, Journal: h.journal, Keys: h.keys, Areas: h.areas, Packs: h.packs,
		Changes: h.changes, Jobs: h.jobs, Caller: h.caller, Unmaskings: office.NewUnmaskings(h.db, h.journal, h.alerts), Approvals: h.approvals, Verdict: identify.NewestVerdict})
	h.approvals.Register(registry.ApprovalKinds()...)
	h.erasures = registry.NewErasures(h.registry, h.approvals, journal.NewErasures(h.out.erasures, h.raw))
	h.identify = identify.NewService(identify.Needs{DB: h.db, Journal: h.journal, Areas: h.areas, Packs: h.packs, Registry: h.registry, Jobs: h.jobs, Caller: h.caller})
	h.cases = procedure.NewService(procedure.Needs{DB: h.db, Journal: h.journal, Keys: h.keys, Areas: h.areas, Packs: h.packs, Subjects: identify.CaseSubjects(h.registry), Kin: h.office.Relatives, Jobs: h.jobs, Caller: h.caller})
	h.identify.Decide(h.cases)
	h.packages = away.NewService(away.Needs{Journal: h.journal, Keys: h.keys, Registry: h.registry, Identify: h.identify, Cases: h.cases})
	h.monthEnds = overview.NewMonthEnds(overview.Needs{DB: h.db, Journal: h.journal, Registry: h.registry, Jobs: h.jobs, Assessed: identify.AssessedOn})
	h.quality = quality.NewService(quality.Needs{DB: h.db, Journal: h.journal, Keys: h.keys, Packs: h.packs, Registry: h.registry, Jobs: h.jobs, Welfare: h.identify.Welfare, Caller: h.caller})
	h.duplicates = duplicate.NewService(duplicate.Needs{DB: h.db, Journal: h.journal, Keys: h.keys, Packs: h.packs, Registry: h.registry, Jobs: h.jobs})
	h.crosschecks = crosscheck.NewService(crosscheck.Needs{DB: h.db, Journal: h.journal, Keys: h.keys, Packs: h.packs, Registry: h.registry, Duplicates: h.duplicates, Cases: h.cases, Jobs: h.jobs, Caller: h.caller})
	h.campaigns = campaign.NewService(campaign.Needs{DB: h.db, Journal: h.journal, Keys: h.keys, Packs: h.packs, Registry: h.registry, Changes: h.changes, Identify: h.identify, Quality: h.quality, Cases: h.cases, Assignments: h.assignments, Caller: h.caller})
	return nil
}

// skippedBlocks is how many blocks of identifiers are left out after an older database was put back: more than can have
// been given out since, and few of the 2^33 there are.
const skippedBlocks = 1 << 20

// skipBlocks leaves out identifiers that were given out after the copy from which this database was put back, as far
// as a witness knows of them.
func (h *house) skipBlocks(ctx context.Context) error {
	log, err := journal.LogOf(ctx, h.raw)
	if err != nil || log == "" {
		return err
	}
	for _, w := range h.out.witnesses {
		told, err := w.Of(log)
		if err != nil {
			return err
		}
		if err := store.SkipBlocks(ctx, h.raw, told.Blocks(), skippedBlocks); err != nil {
			return fmt.Errorf("leave out identifiers: %w", err)
		}
	}
	return nil
}

// programAccount is the account number of the program itself in jobs and journal.
const programAccount = 0

// caller says who an account is today; the program itself may do what a county's office and its administrator may.
func (h *house) caller(ctx context.Context, account int64) (access.Caller, error) {
	if account != programAccount {
		return h.office.CallerOf(ctx, account)
	}
	return h.console(), nil
}

// console is the caller of commands given on the machine itself.
func (h *house) console() access.Caller {
	everywhere := access.Everywhere
	return access.Console("console", []access.Grant{{Role: "administrator", Range: everywhere}, {Role: "county-office", Range: everywhere}})
}

func (h *house) close() { h.raw.Close() }

const (
	metaKeys   = "keys"   // which key file belongs to the database
	metaLevels = "levels" // the widths of the area levels
)

func readMeta(ctx context.Context, q store.Querier, key string) (string, error) {
	var value string
	err := store.One(ctx, q, "SELECT value FROM meta WHERE key = $1", []any{key}, &value)
	if errors.Is(err, store.ErrNoRows) {
		return "", nil
	}
	return value, err
}

func writeMeta(ctx context.Context, db *access.DB, key, value string) error {
	return db.Tx(ctx, program, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
		return err
	})
}

// openKeys loads the key file and checks that it is this database's; a new database gets a new one.
func openKeys(ctx context.Context, db *access.DB, path string) (*crypt.Keyring, error) {
	id, err := readMeta(ctx, db.In(program), metaKeys)
	if err != nil {
		return nil, err
	}
	ring, err := crypt.Load(path)
	if errors.Is(err, os.ErrNotExist) && id == "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		ring, err = crypt.Create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the key file (without it the sealed fields of this database cannot be read): %w", err)
	}
	if id == "" {
		return ring, writeMeta(ctx, db, metaKeys, ring.ID())
	}
	return ring, ring.Check(id)
}

// openScheme returns the area levels of the database.
func openScheme(ctx context.Context, db *access.DB, levels string) (area.Scheme, error) {
	known, err := readMeta(ctx, db.In(program), metaLevels)
	if err != nil {
		return area.Scheme{}, err
	}
	switch {
	case known == "" && levels == "":
		return area.Scheme{}, fault.New(fault.NotFound, "there is no rightkey database here yet; make one with: rightkey init --pack PACK")
	case known == "":
		if err := writeMeta(ctx, db, metaLevels, levels); err != nil {
			return area.Scheme{}, err
		}
		known = levels
	case levels != "" && levels != known:
		return area.Scheme{}, fault.New(fault.Conflict, "the database has area levels %s; a pack with levels %s needs a database of its own", known, levels)
	}
	return area.ParseScheme(known)
}
