package fault_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// editors is how many clerks edit at once, each the households of their own.
const editors = 4

// office is the rooms that editing needs, as clerks use them.
type office struct {
	db           *access.DB
	journal      *journal.Journal
	registry     *registry.Service
	changes      *change.Service
	edit, decide access.Scope
}

// edit is the editing driver: clerks edit until the process is killed. It says on a line what it is about to do
// (try), and on another that it got the answer (ack, or wait for what a second person has to decide; seen for a reading),
// or that nothing was saved (no), and what error it got: err for "the database cannot now", odd for any other.
func edit() {
	o, households, err := openOffice(os.Getenv(editorFlag), os.Getenv(editorFlag+"_KEYS"))
	if err != nil {
		fmt.Println("odd", err)
		os.Exit(1)
	}
	fmt.Println("ready")
	var clerks sync.WaitGroup
	for clerk := range editors {
		clerks.Go(func() {
			for {
				own := households[clerk+editors*rand.IntN(len(households)/editors)]
				if err := o.editOnce(own); err != nil {
					complain(err)
				}
				if err := o.readOnce(own); err != nil {
					complain(err)
				}
			}
		})
	}
	clerks.Wait()
}

func complain(err error) {
	if fault.Is(err, fault.Unavailable) {
		fmt.Println("err", err)
		time.Sleep(20 * time.Millisecond)
		return
	}
	fmt.Println("odd", err)
}

func openOffice(address, keys string) (*office, []int64, error) {
	raw, err := store.Open(ctx, store.Options{URL: address})
	if err != nil {
		return nil, nil, err
	}
	ids, err := store.OpenIds(ctx, raw, func() int64 { return int64(clock.System().Now()) })
	if err != nil {
		return nil, nil, err
	}
	ring, err := crypt.Load(keys)
	if err != nil {
		return nil, nil, err
	}
	scheme, err := area.ParseScheme("2-3-3")
	if err != nil {
		return nil, nil, err
	}
	db := access.Guard(raw)
	j := journal.New(raw, ids, clock.System())
	packs, err := library.Open(ctx, db, j, policy.NewLoader())
	if err != nil {
		return nil, nil, err
	}
	o := &office{db: db, journal: j, changes: change.NewService(db, j)}
	o.registry = registry.NewService(registry.Needs{DB: db, Journal: j, Keys: journal.NewKeys(ring, raw), Areas: area.NewService(db, j, scheme), Packs: packs, Changes: o.changes})
	clerk := func(account int64, verb access.Verb) access.Scope {
		scope, denied := access.Decide(access.Caller{Account: account, Person: fmt.Sprint("person-", account), Place: "127.0.0.1", Today: clock.Date(2026, 1, 1),
			Grants: []access.Grant{{Role: "county-office", Range: access.Everywhere}}}, verb)
		err = errors.Join(err, denied)
		return scope
	}
	o.edit, o.decide = clerk(2, access.HouseholdEdit), clerk(5, access.ChangeDecide)
	if err != nil {
		return nil, nil, err
	}
	households, err := store.All(ctx, raw, "SELECT id FROM household ORDER BY id", nil, func(r store.Rows, id *int64) error { return r.Scan(id) })
	return o, households, err
}

// editOnce changes a field of a household; every fourth time the status, to which a second person agrees.
func (o *office) editOnce(household int64) error {
	record, err := o.changes.Subject(registry.SubjectHousehold).Load(ctx, o.edit, household, clock.System().Now().Day(time.UTC))
	if err != nil {
		return err
	}
	set := change.Values{}
	field := []string{"motto", "drift_nets", "lamp", registry.FieldStatus}[rand.IntN(4)]
	switch field {
	case "motto":
		set[field] = fmt.Sprintf("%c%c%c%c%c", letter(), letter(), letter(), letter(), letter())
	case "drift_nets":
		set[field] = int64(rand.IntN(40))
	case "lamp":
		set[field] = record.Fields["lamp"] != true
	default:
		set[field] = []string{"afloat", "stranded", "refloated"}[rand.IntN(3)]
	}
	draft := change.Draft{Source: change.Page, Title: "visit", Reason: "visit", Rows: []change.Row{{SubjectKind: registry.SubjectHousehold, Subject: household, BaseVer: record.Ver, Set: set}}}
	if field == registry.FieldStatus {
		return o.changeStatus(record, draft, set[field])
	}
	fmt.Println("try", household, record.Ver, field, set[field])
	done, err := o.changes.Submit(ctx, o.edit, draft)
	if promised(err) {
		fmt.Println("no", household, record.Ver, field, set[field])
	}
	if err == nil && done.State == change.Applied {
		fmt.Println("ack", household, record.Ver, field, set[field], done.ID)
	}
	return err
}

// readOnce journals that a clerk sees a household, for a purpose by which the reading is known.
func (o *office) readOnce(household int64) error {
	why := fmt.Sprintf("%s%d", reading, rand.Int64())
	err := o.journal.Shown(ctx, journal.Who{Account: 2, Role: "county-office", Place: "127.0.0.1", Why: why}, "household.shown", registry.SubjectHousehold, 0, 0, []int64{household})
	if err == nil {
		fmt.Println("seen", why, time.Now().UnixMilli())
	}
	return err
}

// reading is how the purposes of readings begin.
const reading = "reading-"

// promised says whether an error promises that nothing was saved; a server that went away promises nothing.
func promised(err error) bool { return err != nil && strings.Contains(err.Error(), roomless) }

func letter() rune { return 'a' + rune(rand.IntN(26)) }

func (o *office) changeStatus(record change.Record, draft change.Draft, status any) error {
	waiting, err := o.changes.Submit(ctx, o.edit, draft)
	if err != nil || waiting.State != change.Waiting {
		return err
	}
	fmt.Println("wait", record.ID, record.Ver, registry.FieldStatus, status, waiting.ID)
	fmt.Println("try", record.ID, record.Ver, registry.FieldStatus, status)
	if _, err := o.changes.Approve(ctx, o.decide, waiting.ID, waiting.Ver, "agreed"); err != nil {
		if promised(err) {
			fmt.Println("no", record.ID, record.Ver, registry.FieldStatus, status)
		}
		return err
	}
	fmt.Println("ack", record.ID, record.Ver, registry.FieldStatus, status, waiting.ID)
	return nil
}
