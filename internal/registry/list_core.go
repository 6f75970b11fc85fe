package registry

import (
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
)

// unknownValue stands in an address for a value that is not known.
const unknownValue = "unknown"

// byCore selects households by the columns that every country has.
func (s *Service) byCore(scope access.Scope, q *query, f Filter) error {
	if (len(f.Status) > 0 || f.NoStatus || len(f.NotStatus) > 0 || len(f.Verdict) > 0) && q.scope.AnyIsolated() {
		return fault.New(fault.Forbidden, "your role does not see the status")
	}
	if len(f.Status) > 0 {
		q.add("h.status IN (" + q.list(f.Status) + ")")
	}
	if f.NoStatus {
		q.add("h.status = ''")
	}
	if len(f.NotStatus) > 0 {
		q.add("h.status NOT IN (" + q.list(f.NotStatus) + ")")
	}
	if len(f.Verdict) > 0 {
		if s.verdict == "" {
			return fault.New(fault.Invalid, "nobody judges households here").With(0, "verdict", "unknown filter")
		}
		q.add("(" + s.verdict + ") IN (" + q.list(f.Verdict) + ")")
	}
	if f.MinMembers != nil {
		q.add("h.members >= " + q.bind(*f.MinMembers))
	}
	if f.MaxMembers != nil {
		q.add("h.members <= " + q.bind(*f.MaxMembers))
	}
	if len(f.HeadSex) == 0 {
		return nil
	}
	pack, err := s.Pack(f.Area)
	if err != nil {
		return err
	}
	if !s.seesSex(scope, pack) {
		return fault.New(fault.Forbidden, "your role does not see the sex of persons")
	}
	values := slices.Clone(f.HeadSex)
	if i := slices.Index(values, unknownValue); i >= 0 {
		values[i] = ""
	}
	q.add("coalesce((SELECT p.sex FROM person p WHERE p.home = h.home AND p.id = h.head), '') IN (" + q.list(values) + ")")
	return nil
}

// list binds values, with commas between.
func (q *query) list(values []string) string {
	binds := make([]string, len(values))
	for i, value := range values {
		binds[i] = q.bind(value)
	}
	return strings.Join(binds, ", ")
}

func isCoreFilter(name string) bool {
	return slices.Contains([]string{"nostatus", "status.not", "verdict", "members.min", "members.max", "head_sex"}, name)
}

// takeCore reads a filter on a column that every country has.
func (f *Filter) takeCore(name string, values []string) error {
	switch name {
	case "nostatus":
		f.NoStatus = values[0] == "1"
		return nil
	case "head_sex":
		f.HeadSex = values
		return nil
	case "status.not":
		f.NotStatus = values
		return nil
	case "verdict":
		for _, value := range values {
			if !slices.Contains(Verdicts, value) {
				return fault.New(fault.Invalid, "there is no verdict %q", value).With(0, name, "is no verdict")
			}
		}
		f.Verdict = values
		return nil
	}
	n, err := strconv.ParseInt(values[0], 10, 64)
	if err != nil || n < 0 || n > 1000 {
		return fault.New(fault.Invalid, "the filter %s needs a number of persons", name).With(0, name, "is not a number of persons")
	}
	if name == "members.min" {
		f.MinMembers = &n
	} else {
		f.MaxMembers = &n
	}
	return nil
}
