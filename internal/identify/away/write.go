package away

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/table"
)

// The columns of a package: of the worksheet of the meeting …
const (
	columnRow      = "row" // proves that the register wrote the row
	columnMeeting  = "meeting"
	columnArea     = "area"
	columnCalled   = "called"
	columnCases    = "cases"
	columnDay      = "day"
	columnEligible = "eligible"
	columnPresent  = "present"
	columnMinutes  = "minutes"
	// … and of that of the votes.
	columnHousehold = "household"
	columnHead      = "head"
	columnPersons   = "persons"
	columnFinding   = "finding"
	columnFor       = "for"
	columnAgainst   = "against"
	columnAbstain   = "abstain"
)

// The worksheets as they come back.
var (
	meetingSheet = table.Filled{Known: []string{columnRow, columnMeeting, columnArea, columnCalled, columnCases}, Kept: 2}
	votesSheet   = table.Filled{Known: []string{columnRow, columnHousehold, columnHead, columnPersons, columnFinding}, Kept: 2}
)

// contents is what a package tells.
type contents struct {
	meeting procedure.Sitting
	kind    *procedure.Meeting
	pack    *policy.Pack
	place   string
	agenda  []item
}

// item is a household on the agenda.
type item struct {
	of        int64 // its case
	household registry.Household
	members   []registry.Member
	finding   string
}

// Write writes the package of a meeting that is to be held: in titles and answers of a language, with what the reader
// may see of the households. The reading is journalled. A Conflict fault: the meeting is over.
func (s *Service) Write(ctx context.Context, scope access.Scope, id int64, lang i18n.Lang, out io.Writer) error {
	c, err := s.gather(ctx, scope, id, lang)
	if err != nil {
		return err
	}
	forms := []table.Form{s.meetingForm(lang, c), s.votesForm(lang, c)}
	if members := membersForm(lang, c); len(members.Rows) > 0 {
		forms = append(forms, members)
	}
	return table.WriteForm(out, forms...)
}

func (s *Service) gather(ctx context.Context, scope access.Scope, id int64, lang i18n.Lang) (contents, error) {
	m, cases, err := s.open(ctx, scope, id)
	if err != nil {
		return contents{}, err
	}
	c := contents{meeting: m}
	if c.kind, err = s.Cases.MeetingOf(m); err != nil {
		return c, err
	}
	pack, known := s.Identify.Pack(m.Pack)
	if !known {
		return c, fmt.Errorf("the pack of meeting %d is not installed", m.ID)
	}
	c.pack = pack
	places, err := s.Registry.Places(ctx, []int64{m.Area})
	if err != nil {
		return c, err
	}
	at := places[m.Area]
	c.place = at.Label(lang)
	of, ids := map[int64]int64{}, make([]int64, len(cases))
	for i, one := range cases {
		of[one.Household], ids[i] = one.ID, one.Household
	}
	homes, err := s.Registry.Found(ctx, scope, ids)
	if err != nil {
		return c, err
	}
	members, err := s.Registry.MembersOf(ctx, scope, homes)
	if err != nil {
		return c, err
	}
	findings, err := s.Identify.Newest(ctx, scope, m.Area, homes)
	if err != nil {
		return c, err
	}
	for _, h := range homes {
		one := item{of: of[h.ID], household: h, members: members[h.ID]}
		if a, judged := findings[h.ID]; judged {
			one.finding = a.Reason.In(lang)
		}
		c.agenda = append(c.agenda, one)
	}
	return c, s.carried(ctx, scope, m, homes, members)
}

// word is a message of these files.
func word(lang i18n.Lang, key string, args ...any) string {
	return i18n.T(lang, "cases.package."+key, args...)
}

// known adds a column that the register fills in.
func known(f *table.Form, name, title string) {
	f.Columns = append(f.Columns, table.FormColumn{Name: name, Title: title, Locked: true, Hidden: name == columnRow, Notes: []string{title}})
}

// asked adds a column that is filled in at the meeting.
func asked(f *table.Form, name, title, help string) {
	f.Columns = append(f.Columns, table.FormColumn{Name: name, Title: title, Notes: []string{help}})
}

// form is a worksheet of the package.
func form(lang i18n.Lang, sheet string) table.Form {
	return table.Form{Sheet: word(lang, "sheet."+sheet), FromRight: i18n.Dir(lang) == "rtl"}
}

// meetingForm asks for what belongs to the meeting as a whole.
func (s *Service) meetingForm(lang i18n.Lang, c contents) table.Form {
	f := form(lang, "meeting")
	f.Notes, f.NotesHead = word(lang, "sheet.notes"), []string{"# " + word(lang, "column"), word(lang, "meaning")}
	quorum, _ := c.kind.Quorum.Float64()
	minutes := "minutes_help"
	if c.kind.Minutes {
		minutes = "minutes_needed"
	}
	known(&f, columnRow, "#")
	known(&f, columnMeeting, word(lang, "meeting"))
	known(&f, columnArea, i18n.T(lang, "common.area"))
	known(&f, columnCalled, word(lang, "called"))
	known(&f, columnCases, word(lang, "households"))
	asked(&f, columnDay, word(lang, "day"), word(lang, "day_help"))
	asked(&f, columnEligible, i18n.T(lang, "cases.meeting.eligible"), word(lang, "eligible_help"))
	asked(&f, columnPresent, i18n.T(lang, "cases.meeting.present"), word(lang, "present_help", "share", i18n.Percent(lang, quorum, 0)))
	asked(&f, columnMinutes, i18n.T(lang, "cases.meeting.minutes"), word(lang, minutes))
	f.Rows = [][]string{{s.proof(c.meeting.ID, 0), c.kind.Title.In(lang), c.place, c.meeting.Day.String(), strconv.Itoa(len(c.agenda))}}
	return f
}

// votesForm is the agenda: each household, with the votes to be written down.
func (s *Service) votesForm(lang i18n.Lang, c contents) table.Form {
	f := form(lang, "votes")
	known(&f, columnRow, "#")
	known(&f, columnHousehold, i18n.T(lang, "cases.household"))
	known(&f, columnHead, word(lang, "head"))
	known(&f, columnPersons, i18n.T(lang, "cases.meeting.persons"))
	known(&f, columnFinding, i18n.T(lang, "cases.meeting.finding"))
	for _, votes := range []string{columnFor, columnAgainst, columnAbstain} {
		asked(&f, votes, i18n.T(lang, "cases."+votes), "")
	}
	for _, one := range c.agenda {
		head := ""
		if len(one.members) > 0 && one.members[0].IsHead {
			head = one.members[0].Name
		}
		f.Rows = append(f.Rows, []string{s.proof(c.meeting.ID, one.of), one.household.Number, head, strconv.Itoa(one.household.Members), one.finding})
	}
	return f
}

// membersForm lists who lives in the households, for whoever reads the list aloud; without rows where nobody's name may
// be read.
func membersForm(lang i18n.Lang, c contents) table.Form {
	f := form(lang, "members")
	sex, _ := c.pack.Item(registry.SubjectPerson, registry.FieldSex)
	relation, _ := c.pack.Item(registry.SubjectPerson, registry.FieldRelation)
	known(&f, columnHousehold, "# "+i18n.T(lang, "cases.household"))
	known(&f, "name", word(lang, "name"))
	known(&f, "relation", relation.Label.In(lang))
	known(&f, "sex", sex.Label.In(lang))
	known(&f, "born", word(lang, "born"))
	for _, one := range c.agenda {
		for _, m := range one.members {
			if m.Name == "" {
				continue
			}
			born := ""
			if m.Birth != nil {
				year, _, _ := m.Birth.Civil()
				born = strconv.Itoa(year)
			}
			f.Rows = append(f.Rows, []string{one.household.Number, m.Name, relation.Format(lang, m.Relation), sex.Format(lang, m.Sex), born})
		}
	}
	return f
}
