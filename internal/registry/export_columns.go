package registry

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// Columns of exported files that are no items. The second column of every file (the area's code, the household's
// number) carries the hidden mark, see mark.
const (
	areaColumnName      = "area"
	householdColumnName = "household"
	yearColumnName      = "year"
	exportedColumnName  = "exported"
)

// special says whether a column holds health, disability, nationality and the like, or secrets.
func (c FormColumn) special() bool {
	return c.Item != nil && (c.Item.Class == "P3" || c.Item.Class == "P4")
}

// exportColumns are the columns of a file, as an import of the same subject takes them: what the caller sees in all
// of the area. Fields of class P3 and P4 are written only where they are asked for.
func (s *Service) exportColumns(scope access.Scope, q ExportRequest) ([]FormColumn, error) {
	pack, err := s.Pack(q.Filter.Area)
	if err != nil {
		return nil, err
	}
	whole := s.areas.Scheme().Range(q.Filter.Area)
	if !scope.Holds(whole.Lo) || !scope.Holds(whole.Hi) {
		return nil, fault.New(fault.Invalid, "choose an area that is yours as a whole").With(0, "area", "is not yours as a whole")
	}
	columns := []FormColumn{{Name: numberColumn}, {Name: areaColumnName}}
	if q.Subject != SubjectHousehold {
		columns[1].Name = householdColumnName
	}
	if yearlyRow(q.Subject) {
		columns = append(columns, FormColumn{Name: yearColumnName})
	}
	columns = append(columns, FormColumn{Name: versionColumn})
	narrow := scope.Within(whole)
	for _, c := range FormColumns(pack, q.Subject) {
		if c.Item == nil || c.Class != "" || (c.special() && !q.Special) {
			continue
		}
		class, ok := access.ParseClass(c.Item.Class)
		if ok && seesEverywhere(narrow, class) {
			columns = append(columns, c)
		}
	}
	if q.Subject == SubjectHousehold && seesEverywhere(narrow, access.P2) {
		columns = append(columns, FormColumn{Name: "lat"}, FormColumn{Name: "lon"})
	}
	return append(columns, FormColumn{Name: exportedColumnName}), nil
}

// numeric says whether a spreadsheet may hold the cells of a column as numbers.
func (c FormColumn) numeric() bool {
	if c.Item == nil {
		return slices.Contains([]string{yearColumnName, versionColumn, "lat", "lon"}, c.Name)
	}
	return slices.Contains([]policy.Kind{policy.Int, policy.Decimal, policy.Money}, c.Item.Kind)
}

// CellText writes a value as a file or a form holds it, so that the item reads it back.
func CellText(item *policy.Item, value policy.Value) string {
	switch v := value.(type) {
	case bool:
		return strconv.FormatBool(v)
	case int64:
		if item.Kind == policy.Money {
			return item.Format(i18n.English, v)
		}
		return strconv.FormatInt(v, 10)
	case json.Number:
		return v.String()
	case []string:
		return strings.Join(v, ";")
	case string:
		return v
	}
	return ""
}
