package change

import (
	"context"
	"encoding/json"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// State is where a change set is.
type State string

// The states of a set. A row has the state of its set, or Unchanged when it says nothing new.
const (
	Waiting   State = "waiting"  // for a second person
	Conflict  State = "conflict" // a record moved on; somebody has to choose between the values
	Applied   State = "applied"
	Returned  State = "returned" // not agreed to, with a comment
	Withdrawn State = "withdrawn"
	Expired   State = "expired" // nobody decided in time
	Unchanged State = "unchanged"
)

// Source says where a submission was made, and with it what happens when a record has moved on.
type Source string

// The sources.
const (
	Page    Source = "page"    // a form: stale is refused
	API     Source = "api"     // a program online: stale is refused
	Offline Source = "offline" // a device without network: stale is kept as a conflict
	File    Source = "import"  // an import: stale is kept as a conflict
	Matched Source = "matched" // another department's answer: stale is kept as a conflict
)

// apart says that the submission was made away from the register, so that stale values are kept and not refused.
func (s Source) apart() bool { return s == Offline || s == File || s == Matched }

// Valid says whether s is a known source.
func (s Source) Valid() bool {
	return s == Page || s == API || s == Offline || s == File || s == Matched
}

// Values are fields with their canonical values (see policy.Value); nil is unknown.
type Values map[string]any

// Row is a change to one subject: the fields that change with their new values.
type Row struct {
	SubjectKind string
	// Subject is the record, 0 to open a new one.
	Subject int64
	// Under is the household in which a new record is opened, 0 for a record that exists.
	Under int64
	// BaseVer is the version of the subject that the submitter saw, 0 of a new one.
	BaseVer int64
	// Base holds the values the submitter saw, where the source kept them (offline); nil if it did not.
	Base Values
	Set  Values
}

// Draft is a submission.
type Draft struct {
	Source Source
	Title  string // in words, without personal data
	Reason string // why, in words, without personal data
	Rows   []Row
	// Job is the import that made the submission, 0 for none.
	Job int64
	// ValidOn is the day from which the change holds in the world; nil for today.
	ValidOn *clock.Day
}

// Record is a subject as it is stored now, seen on a day.
type Record struct {
	Kind       string
	ID         int64
	Home, Area int64
	// Household is the household in which a person lives, for the question whose matter it is; 0 for other records.
	Household int64
	Ver       int64
	Label     string // number of the subject, never its name
	// Under is the household of a record that belongs to one, 0 for others.
	Under int64
	// On is the day from which a change of this record is to hold; of answers that are given every year, Fields
	// holds those of its year.
	On     clock.Day
	Fields Values
	Key    crypt.DataKey
}

// Write applies prepared values inside the transaction. It bumps the record's version and fails with a Stale fault
// when it is no longer the one that was prepared for.
type Write func(ctx context.Context, tx store.Tx) error

// Subject reaches the records of one kind; rooms register theirs.
type Subject interface {
	// Load returns the whole record as a change that holds from a day finds it: of what is answered every year, the
	// answers of that year. It returns a NotFound fault when the record is absent or out of scope.
	Load(ctx context.Context, scope access.Scope, id int64, on clock.Day) (Record, error)
	// Sees says whether the scope may see a field of the record; who may not see it can neither change nor decide it.
	Sees(scope access.Scope, r Record, field string) bool
	// Protected says whether a change of the field needs a second person; an unknown field is an Invalid fault.
	Protected(ctx context.Context, r Record, field string) (bool, error)
	// Check says what is wrong with the record once set is applied. Problems of severity reject refuse the submission.
	Check(ctx context.Context, r Record, set Values) ([]policy.Problem, error)
	// Prepare does the slow work of applying set on the record from its day On: sealing, indexing.
	Prepare(ctx context.Context, scope access.Scope, r Record, set Values) (Write, error)
}

// Opener is a Subject whose records can be opened by a change set, in a household.
type Opener interface {
	Subject
	// Blank is a record that does not exist yet: version 0, nothing known. It returns a NotFound fault where the
	// household is absent or out of scope. Prepare of a record of version 0 makes the write that stores it.
	Blank(ctx context.Context, scope access.Scope, under, id int64, on clock.Day) (Record, error)
}

// Set is a stored change set.
type Set struct {
	ID, Home      int64
	Source        Source
	State         State
	Title, Reason string
	Area          int64
	Account       int64
	Person        string
	Submitted     clock.Time
	DecidedBy     int64 // account, 0 while undecided
	Decided       clock.Time
	Comment       string
	Job           int64
	Count         int64 // rows
	Ver           int64
}

// Submission is who made the set, for the rules of who decides it.
func (s Set) Submission() access.Did {
	return access.Did{Step: access.ChangeSubmitStep, Account: s.Account, Person: s.Person}
}

// Field is one field of a row for review: what is stored now against what is submitted.
type Field struct {
	Name       string
	Base       any  // what the submission was based on; meaningful if HasBase
	HasBase    bool // the submission kept it
	Mine       any  // what the submission says
	Stored     any  // what is stored now
	Conflict   bool // the stored value moved on since the submission saw it
	Resolution string
	Protected  bool
	Hidden     bool // the reader may not see the field; its values are left out
}

// Detail is a row of a set with its record and fields.
type Detail struct {
	N       int
	Record  Record
	BaseVer int64
	State   State
	Fields  []Field
}

// body is what is sealed in a row.
type body struct {
	Base    Values `json:"base,omitempty"`
	Set     Values `json:"set"`
	ValidOn int64  `json:"valid_on"`
}

// Service submits, lists and decides change sets.
type Service struct {
	db       *access.DB
	journal  *journal.Journal
	subjects map[string]Subject
	others   func(kind string) Subject
}

// NewService makes the service; register the subjects before use.
func NewService(db *access.DB, j *journal.Journal) *Service {
	return &Service{db: db, journal: j, subjects: map[string]Subject{}}
}

// Register says how records of a kind are reached.
func (s *Service) Register(kind string, subject Subject) { s.subjects[kind] = subject }

// RegisterOthers says how records are reached whose kinds are not known before a pack is read: areas, whose kinds are
// the pack's levels. of returns nil for a kind that it does not know.
func (s *Service) RegisterOthers(of func(kind string) Subject) { s.others = of }

// Subject returns how records of a kind are reached, nil for a kind that nobody registered.
func (s *Service) Subject(kind string) Subject {
	if subject, ok := s.subjects[kind]; ok || s.others == nil {
		return subject
	}
	return s.others(kind)
}

// equal compares canonical values.
func equal(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
