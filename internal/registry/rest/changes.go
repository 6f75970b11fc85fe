package rest

import (
	"context"
	"net/http"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// ChangeSet is a submission: one or more changed records, decided as a whole.
type ChangeSet struct {
	ID           int64  `json:"id,omitempty" doc:"Absent where nothing was different and so nothing was stored."`
	Source       string `json:"source" enum:"page,api,offline,import,matched"`
	State        string `json:"state" enum:"waiting,conflict,applied,returned,withdrawn,expired,unchanged" doc:"waiting: a second person has to decide. conflict: a record moved on, somebody has to choose between the values."`
	Title        string `json:"title,omitempty"`
	Reason       string `json:"reason,omitempty"`
	Area         string `json:"area,omitempty" doc:"Official code of the area of its first record."`
	Submitter    string `json:"submitter,omitempty"`
	SubmitterFor string `json:"submitter_for,omitempty" doc:"Whoever was away and for whom the submitter stood in."`
	Submitted    string `json:"submitted,omitempty" format:"date-time"`
	Decided      string `json:"decided,omitempty" format:"date-time"`
	Comment      string `json:"comment,omitempty" doc:"Of who decided."`
	Records      int64  `json:"records"`
	Version      int64  `json:"version,omitempty"`
}

// ChangeFile is a change set with its records.
type ChangeFile struct {
	ChangeSet
	Rows []ChangeRow `json:"rows" nullable:"false"`
}

// ChangeRow is one record of a set.
type ChangeRow struct {
	Row         int           `json:"row" doc:"Counted from 0."`
	Subject     string        `json:"subject"`
	Number      string        `json:"number" doc:"Of the household or person; of an entry that of its household."`
	BaseVersion int64         `json:"base_ver" doc:"The version that the submitter saw."`
	Version     int64         `json:"version" doc:"The version that is stored now."`
	State       string        `json:"state"`
	Fields      []ChangeField `json:"fields" nullable:"false" doc:"Fields that you may not see are left out."`
	Hidden      int           `json:"hidden,omitempty" doc:"How many fields were left out."`
}

// ChangeField is a field with what is stored and what was submitted; null is unknown.
type ChangeField struct {
	Field     string `json:"field"`
	Stored    any    `json:"stored" doc:"What is stored now; null is unknown."`
	Submitted any    `json:"submitted"`
	Base      any    `json:"base,omitempty" doc:"What the submitter saw, where that was kept."`
	Conflict  bool   `json:"conflict" doc:"The stored value moved on since the submission."`
	Protected bool   `json:"protected" doc:"A change needs a second person."`
}

func setOf(s change.Set, codes map[int64]string) ChangeSet {
	people := append(access.Persons(s.Person), "", "")
	return ChangeSet{ID: s.ID, Source: string(s.Source), State: string(s.State), Title: s.Title, Reason: s.Reason, Area: codes[s.Area], Submitter: people[0], SubmitterFor: people[1],
		Submitted: moment(s.Submitted), Decided: moment(s.Decided), Comment: s.Comment, Records: s.Count, Version: s.Ver}
}

func rowsOf(details []change.Detail) []ChangeRow {
	rows := make([]ChangeRow, len(details))
	for i, d := range details {
		row := ChangeRow{Row: d.N, Subject: d.Record.Kind, Number: d.Record.Label, BaseVersion: d.BaseVer, Version: d.Record.Ver, State: string(d.State), Fields: []ChangeField{}}
		for _, f := range d.Fields {
			if f.Hidden {
				row.Hidden++
				continue
			}
			if d.Record.Kind == registry.SubjectRoster {
				f.Mine = registry.ActShown(f.Mine)
			}
			row.Fields = append(row.Fields, ChangeField{Field: f.Name, Stored: f.Stored, Submitted: f.Mine, Base: f.Base, Conflict: f.Conflict, Protected: f.Protected})
		}
		rows[i] = row
	}
	return rows
}

// setOutput is the answer about one set.
type setOutput struct {
	rest.Tagged
	Location string `header:"Location" doc:"The set, where one was stored."`
	Body     ChangeSet
}

func (rooms Rooms) answerSet(ctx context.Context, s change.Set) (*setOutput, error) {
	codes, err := rooms.codes(ctx, s.Area)
	if err != nil {
		return nil, err
	}
	out := &setOutput{Body: setOf(s, codes)}
	if s.ID != 0 {
		out.Tagged, out.Location = rest.Tag(ctx, s.Ver), rest.Prefix+"/change-sets/"+strconv.FormatInt(s.ID, 10)
	}
	return out, nil
}

// SubmittedRow is a change to one record.
type SubmittedRow struct {
	Subject string         `json:"subject" pattern:"^[a-z][a-z0-9_]{0,40}$" doc:"household, person, dwelling, income, expenditure, or the code of a level of areas that has a form."`
	Number  string         `json:"number,omitempty" doc:"Of the household or person." example:"000010485771"`
	ID      int64          `json:"id,omitempty" doc:"Of the dwelling or the entry, instead of a number."`
	Under   string         `json:"under,omitempty" doc:"To open an entry, or the first dwelling: the number of its household, instead of an id." example:"000010485771"`
	Area    int64          `json:"area,omitempty" minimum:"1" doc:"Of the form of an area, instead of an id: the key of the area."`
	BaseVer int64          `json:"base_ver,omitempty" minimum:"1" doc:"The version on which the change is based; may be left out of a single row where If-Match says it."`
	Base    map[string]any `json:"base,omitempty" doc:"The values that were seen, where a device kept them (source offline): a field whose stored value is still this one is no conflict."`
	Set     map[string]any `json:"set" doc:"The fields that change with their new values; null is unknown." example:"{\"status\":\"poor\"}"`
}

// submission is the input of a new change set.
type submission struct {
	IfMatch string `header:"If-Match" doc:"The ETag of the record that was read, for a single row without base_ver."`
	Body    struct {
		Source  string         `json:"source,omitempty" enum:"api,offline" default:"api" doc:"api: a stale version is refused (412). offline: it is kept as a conflict with both values."`
		Title   string         `json:"title,omitempty" maxLength:"200" doc:"In words, without personal data."`
		Reason  string         `json:"reason" minLength:"1" maxLength:"600" doc:"Why, in words, without personal data."`
		ValidOn string         `json:"valid_on,omitempty" format:"date" doc:"The day from which the change holds; today if absent. Answers of yearly form sections are those of its year: 2014-12-31 corrects the answers of 2014."`
		Rows    []SubmittedRow `json:"rows" minItems:"1" maxItems:"100"`
	}
}

// draft is the submission in the change room's terms.
func (in *submission) draft(ctx context.Context) (change.Draft, error) {
	d := change.Draft{Source: change.Source(in.Body.Source), Title: in.Body.Title, Reason: in.Body.Reason}
	if d.Source == "" {
		d.Source = change.API
	}
	if d.Title == "" {
		d.Title = string(d.Source)
	}
	if in.Body.ValidOn != "" {
		on, err := clock.ParseDay(in.Body.ValidOn)
		if err != nil || on > rest.Caller(ctx).Today {
			return d, fault.New(fault.Invalid, "valid_on is not a day up to today").With(0, "body.valid_on", "is not a day up to today")
		}
		d.ValidOn = &on
	}
	for n, row := range in.Body.Rows {
		id, under, err := row.identifier(n)
		if err != nil {
			return d, err
		}
		ver := row.BaseVer
		if ver == 0 && under == 0 {
			if ver, err = in.matched(ctx, n); err != nil {
				return d, err
			}
		}
		d.Rows = append(d.Rows, change.Row{SubjectKind: row.Subject, Subject: id, Under: under, BaseVer: ver, Base: canonical(row.Base), Set: canonical(row.Set)})
	}
	return d, nil
}

// matched is the version that If-Match says for a single row.
func (in *submission) matched(ctx context.Context, n int) (int64, error) {
	if in.IfMatch == "" || len(in.Body.Rows) != 1 {
		return 0, fault.New(fault.Required, "say on which version each row is based: base_ver, or If-Match for a single row").With(n+1, "base_ver", "is missing")
	}
	return rest.Conditional{IfMatch: in.IfMatch}.Version(ctx)
}

// identifier is the record that a row is about, or the household under which it opens one.
func (row SubmittedRow) identifier(n int) (id, under int64, err error) {
	switch {
	case row.Subject == registry.SubjectHousehold || row.Subject == registry.SubjectPerson:
		id, err = numbered(row.Number)
	case row.ID > 0:
		id = row.ID
	case row.Under != "":
		under, err = numbered(row.Under)
	default:
		err = fault.New(fault.Invalid, "a dwelling or an entry is named by its id, a new one by its household").With(n+1, "id", "is missing")
	}
	return id, under, err
}

func (rooms Rooms) registerChanges(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "submit-change-set", Method: http.MethodPost, Path: "/change-sets", Summary: "Submit a change of records", Room: room, Verb: access.HouseholdEdit,
		About: "What needs nobody else is applied at once; protected fields wait for a second person. Nothing is stored when a check refuses a value, or when nothing is different."},
		func(ctx context.Context, in *submission) (*setOutput, error) {
			if err := rooms.openForms(ctx, in); err != nil {
				return nil, err
			}
			d, err := in.draft(ctx)
			if err != nil {
				return nil, err
			}
			set, err := rooms.Registry.Changes().Submit(ctx, rest.Scope(ctx), d)
			if err != nil {
				return nil, err
			}
			return rooms.answerSet(ctx, set)
		})
	type listInput struct {
		rest.Paged
		State []string `query:"state,explode" enum:"waiting,conflict,applied,returned,withdrawn,expired" doc:"Any of these; give it several times."`
	}
	rest.Register(api, rest.Operation{ID: "list-change-sets", Method: http.MethodGet, Path: "/change-sets", Summary: "List change sets, newest first", Room: room, Verb: access.ChangeRead},
		func(ctx context.Context, in *listInput) (*rest.Listed[ChangeSet], error) {
			states := make([]change.State, len(in.State))
			for i, state := range in.State {
				states[i] = change.State(state)
			}
			read := func(before int64, rows int) ([]change.Set, error) {
				return rooms.Registry.Changes().List(ctx, rest.Scope(ctx), states, change.Position{ID: before}, rows)
			}
			show := func(page []change.Set) ([]ChangeSet, error) { return rooms.sets(ctx, page) }
			return rest.Listing(ctx, in.Paged, read, func(set change.Set) int64 { return set.ID }, show)
		})
	type getInput struct {
		ID int64 `path:"id"`
	}
	type fileOutput struct {
		rest.Tagged
		Body ChangeFile
	}
	rest.Register(api, rest.Operation{ID: "get-change-set", Method: http.MethodGet, Path: "/change-sets/{id}", Summary: "Read a change set side by side", Room: room, Verb: access.ChangeRead,
		About: "For every field what is stored now and what was submitted. The reading is journalled. The ETag is the set's version, for deciding."},
		func(ctx context.Context, in *getInput) (*fileOutput, error) {
			set, details, err := rooms.Registry.OpenChange(ctx, rest.Scope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			codes, err := rooms.codes(ctx, set.Area)
			if err != nil {
				return nil, err
			}
			return &fileOutput{Tagged: rest.Tag(ctx, set.Ver), Body: ChangeFile{setOf(set, codes), rowsOf(details)}}, nil
		})
}

// sets shows a page of change sets.
func (rooms Rooms) sets(ctx context.Context, found []change.Set) ([]ChangeSet, error) {
	keys := make([]int64, len(found))
	for i, set := range found {
		keys[i] = set.Area
	}
	codes, err := rooms.codes(ctx, keys...)
	if err != nil {
		return nil, err
	}
	items := make([]ChangeSet, len(found))
	for i, set := range found {
		items[i] = setOf(set, codes)
	}
	return items, nil
}

// decisionInput is a decision on a set at the version that was read.
type decisionInput struct {
	rest.Conditional
	ID   int64 `path:"id"`
	Body struct {
		Comment string `json:"comment,omitempty" maxLength:"2000" doc:"In words, without personal data."`
	}
}

func (rooms Rooms) registerDecisions(api *rest.API) {
	changes := rooms.Registry.Changes()
	decide := func(id, path, summary, about string, verb access.Verb, act func(ctx context.Context, scope access.Scope, in *decisionInput, ver int64) (change.Set, error)) {
		rest.Register(api, rest.Operation{ID: id, Method: http.MethodPost, Path: "/change-sets/{id}/" + path, Summary: summary, About: about, Room: room, Verb: verb},
			func(ctx context.Context, in *decisionInput) (*setOutput, error) {
				ver, err := in.Version(ctx)
				if err != nil {
					return nil, err
				}
				set, err := act(ctx, rest.Scope(ctx), in, ver)
				if err != nil {
					return nil, err
				}
				return rooms.answerSet(ctx, set)
			})
	}
	decide("approve-change-set", "approve", "Apply a waiting change", "By another person than the submitter. 412 where a record moved on since: the set is in conflict from then on.", access.ChangeDecide,
		func(ctx context.Context, scope access.Scope, in *decisionInput, ver int64) (change.Set, error) {
			return changes.Approve(ctx, scope, in.ID, ver, in.Body.Comment)
		})
	decide("return-change-set", "return", "Return a change to its submitter", "Nothing of it is applied. The comment is needed.", access.ChangeDecide,
		func(ctx context.Context, scope access.Scope, in *decisionInput, ver int64) (change.Set, error) {
			return changes.Return(ctx, scope, in.ID, ver, in.Body.Comment)
		})
	decide("withdraw-change-set", "withdraw", "Withdraw one's own change", "By its submitter, before somebody decides.", access.ChangeRead,
		func(ctx context.Context, scope access.Scope, in *decisionInput, ver int64) (change.Set, error) {
			return changes.Withdraw(ctx, scope, in.ID, ver, in.Body.Comment)
		})
	type choice struct {
		Row   int    `json:"row" minimum:"0"`
		Field string `json:"field"`
		Take  string `json:"take" enum:"mine,stored" doc:"mine: what was submitted. stored: what is stored now."`
	}
	type resolveInput struct {
		rest.Conditional
		ID   int64 `path:"id"`
		Body struct {
			Choices []choice `json:"choices" doc:"One for every field in conflict."`
			Comment string   `json:"comment,omitempty" maxLength:"2000"`
		}
	}
	rest.Register(api, rest.Operation{ID: "resolve-change-set", Method: http.MethodPost, Path: "/change-sets/{id}/resolve", Summary: "Choose between the values of a conflict and apply them", Room: room, Verb: access.ChangeDecide,
		About: "By another person than the submitter. Fields without conflict are applied as submitted."},
		func(ctx context.Context, in *resolveInput) (*setOutput, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			choices := map[int]map[string]change.Choice{}
			for _, c := range in.Body.Choices {
				if choices[c.Row] == nil {
					choices[c.Row] = map[string]change.Choice{}
				}
				choices[c.Row][c.Field] = change.Choice(c.Take)
			}
			set, err := changes.Resolve(ctx, rest.Scope(ctx), in.ID, ver, choices, in.Body.Comment)
			if err != nil {
				return nil, err
			}
			return rooms.answerSet(ctx, set)
		})
}
