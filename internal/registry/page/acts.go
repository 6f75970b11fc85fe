package page

import (
	"context"
	"strings"

	"rightkey/internal/i18n"
	"rightkey/internal/office"
	officepage "rightkey/internal/office/page"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// ActWords say what the acts of this room that need a second person are about.
func ActWords(s *registry.Service) map[string]officepage.ActWords {
	return map[string]officepage.ActWords{
		registry.ExportApproval: {Title: exportTitle, Particulars: func(ctx context.Context, a office.Approval) ([]web.Fact, error) { return exportParticulars(ctx, s, a) }},
		registry.ErasureKind: {
			Title: func(ctx context.Context, a office.Approval) (string, error) {
				return eword(ctx, "title_of", "number", a.Subject), nil
			},
			Particulars: erasureParticulars,
		},
	}
}

func exportTitle(ctx context.Context, a office.Approval) (string, error) {
	e, err := office.ReadAct[registry.ExportAct](a)
	return word(ctx, "export.ask_title", "subject", word(ctx, "subjects."+e.Subject), "households", e.Households), err
}

// exportParticulars name the file that is asked for, each column by the item's name.
func exportParticulars(ctx context.Context, s *registry.Service, a office.Approval) ([]web.Fact, error) {
	e, err := office.ReadAct[registry.ExportAct](a)
	if err != nil {
		return nil, err
	}
	pack, err := s.Pack(a.Area)
	if err != nil {
		return nil, err
	}
	columns := make([]string, len(e.Columns))
	for i, name := range e.Columns {
		columns[i] = columnLabel(ctx, pack, e.Subject, name)
	}
	return []web.Fact{
		{Label: word(ctx, "export.subject"), Value: word(ctx, "subjects."+e.Subject)},
		{Label: word(ctx, "nav.households"), Value: i18n.Number(web.Lang(ctx), e.Households)},
		{Label: word(ctx, "export.format"), Value: strings.ToUpper(e.Format)},
		{Label: word(ctx, "export.purpose"), Value: web.T(ctx, "office.purpose."+e.Purpose)},
		{Label: word(ctx, "export.columns_of"), Value: strings.Join(columns, word(ctx, "export.and"))},
	}, nil
}

// columnLabel is the name of a column of an exported file: the item's, or that of the program's own columns.
func columnLabel(ctx context.Context, pack *policy.Pack, subject, name string) string {
	for _, c := range registry.FormColumns(pack, subject) {
		if c.Name == name && c.Item != nil {
			return c.Item.Label.In(web.Lang(ctx))
		}
	}
	return word(ctx, "export.column."+name)
}

func erasureParticulars(ctx context.Context, a office.Approval) ([]web.Fact, error) {
	e, err := office.ReadAct[registry.ErasureAct](a)
	return []web.Fact{{Label: word(ctx, "subject.person"), Value: e.Person}, {Label: word(ctx, "subject.household"), Value: e.Household}}, err
}
