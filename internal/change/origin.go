package change

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/store"
)

// Origin is who brought a record to what it is, and by which way.
type Origin struct {
	Account int64
	Person  string
	Source  Source
}

// importReason begins what the journal says of why an import wrote.
const importReason = "import "

// ImportReason is why an import writes, for the journal: by it one tells later whose import a record came with.
func ImportReason(id int64) string { return importReason + strconv.FormatInt(id, 10) }

// IsImport says whether the journal's reason is that of an import.
func IsImport(why string) bool {
	number, is := strings.CutPrefix(why, importReason)
	_, err := strconv.ParseInt(number, 10, 64)
	return is && err == nil
}

// Origins returns where the newest applied change of records of a home came from, by record; of records that were never
// changed since an import opened them, whose import it was. A record of which neither is known is left out. What the
// records are was decided on before.
func (s *Service) Origins(ctx context.Context, scope access.Scope, home int64, subjects []int64) (map[int64]Origin, error) {
	args := append([]any{home}, store.Padded(subjects)...)
	among := "$1 AND %s.subject IN (" + store.In(2, len(args)-1) + ")"
	origins, err := s.imported(ctx, scope, fmt.Sprintf(among, "e"), args)
	if err != nil {
		return nil, err
	}
	changed, err := store.All(ctx, s.db.In(scope), `SELECT r.subject, s.account, s.person, s.source FROM change_row r JOIN change_set s ON s.id = r.set_id
		WHERE {checked} AND r.home = `+fmt.Sprintf(among, "r")+` AND s.state = 'applied' ORDER BY s.id`, args,
		func(r store.Rows, one *from) error {
			return r.Scan(&one.subject, &one.Account, &one.Person, &one.Source)
		})
	if err != nil {
		return nil, fmt.Errorf("read where records came from: %w", err)
	}
	for _, one := range changed {
		origins[one.subject] = one.Origin
	}
	return origins, nil
}

// from is where a record came from.
type from struct {
	subject int64
	Origin
}

// imported says whose imports opened the records, by the journal.
func (s *Service) imported(ctx context.Context, scope access.Scope, among string, args []any) (map[int64]Origin, error) {
	type row struct {
		from
		why string
	}
	list, err := store.All(ctx, s.db.In(scope), `SELECT e.subject, e.account, e.why, coalesce(a.person, '') FROM event e LEFT JOIN account a ON a.id = e.account
		WHERE {checked} AND e.home = `+among+` AND e.ver_before = 0 AND e.ver_after = 1 AND e.kind LIKE '%.created'`, args,
		func(r store.Rows, one *row) error { return r.Scan(&one.subject, &one.Account, &one.why, &one.Person) })
	if err != nil {
		return nil, fmt.Errorf("read whose imports opened records: %w", err)
	}
	origins := map[int64]Origin{}
	for _, one := range list {
		if one.Source = File; IsImport(one.why) {
			origins[one.subject] = one.Origin
		}
	}
	return origins, nil
}
