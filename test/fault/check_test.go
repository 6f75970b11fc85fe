package fault_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// never are questions to the database that no row may answer, whatever happened to the program: what they name would
// be half of something.
var never = []struct{ what, query string }{
	{"a household without its data key", `SELECT h.id FROM household h LEFT JOIN data_key k ON k.home = h.home AND k.subject = h.id WHERE k.subject IS NULL`},
	{"a person without a data key", `SELECT p.id FROM person p LEFT JOIN data_key k ON k.home = p.home AND k.subject = p.id WHERE k.subject IS NULL`},
	{"a data key of nobody", `SELECT k.home, k.subject FROM data_key k WHERE k.home <> 0
		AND NOT EXISTS (SELECT 1 FROM household h WHERE h.home = k.home AND h.id = k.subject) AND NOT EXISTS (SELECT 1 FROM person p WHERE p.home = k.home AND p.id = k.subject)`},
	{"an import with rows to open and no key, or done and with a key for nothing", `SELECT i.id, i.state FROM import i LEFT JOIN data_key k ON k.home = 0 AND k.subject = i.id
		WHERE (i.state = 'imported' AND NOT EXISTS (SELECT 1 FROM staging s WHERE s.set_id = i.id AND s.state = 'rejected' AND length(s.body) > 0)) <> (k.subject IS NULL)`},
	{"a household that was created never or twice", `SELECT h.id, count(e.id) FROM household h LEFT JOIN event e ON e.home = h.home AND e.subject = h.id AND e.kind = 'household.created'
		GROUP BY h.home, h.id HAVING count(e.id) <> 1`},
	{"a person created never or twice", `SELECT p.id, count(e.id) FROM person p LEFT JOIN event e ON e.home = p.home AND e.subject = p.id AND e.kind = 'person.created'
		GROUP BY p.home, p.id HAVING count(e.id) <> 1`},
	{"an event of a household or person that is not there", `SELECT e.id, e.kind FROM event e WHERE e.kind IN ('household.created', 'person.created')
		AND NOT EXISTS (SELECT 1 FROM household h WHERE h.home = e.home AND h.id = e.subject) AND NOT EXISTS (SELECT 1 FROM person p WHERE p.home = e.home AND p.id = e.subject)`},
	{"an event without its body", `SELECT e.id FROM event e LEFT JOIN event_body b ON b.home = e.home AND b.id = e.id WHERE b.id IS NULL`},
	{"a body without its event", `SELECT b.id FROM event_body b LEFT JOIN event e ON b.home = e.home AND b.id = e.id WHERE e.id IS NULL`},
	{"a household whose number of members is not that of its open memberships", `SELECT h.id, h.members, count(m.person) FROM household h
		LEFT JOIN membership m ON m.home = h.home AND m.household = h.id AND m.to_day IS NULL GROUP BY h.home, h.id, h.members HAVING h.members <> count(m.person)`},
	{"a household with two heads", `SELECT m.household, count(*) FROM membership m WHERE m.head = 1 AND m.to_day IS NULL GROUP BY m.home, m.household HAVING count(*) > 1`},
	{"a head who is not the member who is head", `SELECT h.id, h.head, m.person FROM household h LEFT JOIN membership m ON m.home = h.home AND m.household = h.id AND m.head = 1 AND m.to_day IS NULL
		WHERE h.head <> coalesce(m.person, 0)`},
	{"a head under another name", `SELECT h.id FROM household h JOIN person p ON p.home = h.home AND p.id = h.head WHERE h.head_name <> p.name`},
	{"a person in no household, or in two", `SELECT p.id, count(m.household) FROM person p LEFT JOIN membership m ON m.home = p.home AND m.person = p.id AND m.to_day IS NULL
		GROUP BY p.home, p.id HAVING count(m.household) <> 1`},
	{"a household without its key of the file", `SELECT h.id FROM household h LEFT JOIN alias a ON a.home = h.home AND a.id = h.id AND a.kind = 'household' WHERE a.id IS NULL`},
	{"a person without its key of the file", `SELECT p.id FROM person p LEFT JOIN alias a ON a.home = p.home AND a.id = p.id AND a.kind = 'person' WHERE a.id IS NULL`},
	{"an income without its key of the file", `SELECT e.id FROM entry e LEFT JOIN alias a ON a.home = e.home AND a.id = e.id AND a.kind = 'income' WHERE a.id IS NULL`},
	{"a key of the file that leads nowhere", `SELECT a.source, a.key FROM alias a WHERE NOT EXISTS (SELECT 1 FROM household h WHERE h.home = a.home AND h.id = a.id)
		AND NOT EXISTS (SELECT 1 FROM person p WHERE p.home = a.home AND p.id = a.id) AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.home = a.home AND e.id = a.id)`},
	{"a record with two keys", `SELECT home, id FROM alias GROUP BY home, id HAVING count(*) > 1`},
	{"two records with one number", `SELECT number FROM (SELECT number FROM household UNION ALL SELECT number FROM person) n GROUP BY number HAVING count(*) > 1`},
	{"a number of a block of another home", `SELECT h.id FROM (SELECT home, id FROM household UNION ALL SELECT home, id FROM person UNION ALL SELECT home, id FROM entry UNION ALL SELECT home, id FROM event) h
		LEFT JOIN id_block b ON b.block = h.id / 1048576 WHERE b.home IS NULL OR b.home <> h.home`},
	{"a home without its area", `SELECT h.home FROM home h LEFT JOIN home_area a ON a.home = h.home WHERE a.home IS NULL`},
	{"a status that is not the last of its history", `SELECT h.id, h.status FROM household h LEFT JOIN household_status s ON s.home = h.home AND s.household = h.id
		AND NOT EXISTS (SELECT 1 FROM household_status t WHERE t.home = s.home AND t.household = s.household AND (t.from_day, t.n) > (s.from_day, s.n))
		WHERE h.status <> coalesce(s.status, '') OR (s.status IS NOT NULL AND h.status_from <> s.from_day)`},
	{"a household whose events do not count its versions", `SELECT h.id, h.ver, max(e.ver_after), count(DISTINCT e.ver_after) FROM household h JOIN event e ON e.home = h.home AND e.subject = h.id AND e.ver_after <> e.ver_before
		GROUP BY h.home, h.id, h.ver HAVING h.ver <> max(e.ver_after) OR h.ver <> count(DISTINCT e.ver_after)`},
	{"a person whose events do not count its versions", `SELECT p.id, p.ver, max(e.ver_after), count(DISTINCT e.ver_after) FROM person p JOIN event e ON e.home = p.home AND e.subject = p.id AND e.ver_after <> e.ver_before
		GROUP BY p.home, p.id, p.ver HAVING p.ver <> max(e.ver_after) OR p.ver <> count(DISTINCT e.ver_after)`},
	{"an identity number without claim, a claim without number", `SELECT p.id FROM person p LEFT JOIN id_claim k ON k.home = p.home AND k.person = p.id
		WHERE (p.id_sealed IS NULL) <> (k.person IS NULL) OR (p.id_sealed IS NULL) <> (p.id_state = '')`},
	{"a confirmed holder who does not hold, or a provisional one who does", `SELECT p.id FROM person p LEFT JOIN id_claim o ON o.home = p.home AND o.person = p.id AND o.rank = 0 WHERE (p.id_state = 'confirmed') <> (o.person IS NOT NULL)`},
	{"a change set without its rows", `SELECT s.id, s.rows, count(r.n) FROM change_set s LEFT JOIN change_row r ON r.set_id = s.id GROUP BY s.id, s.rows HAVING s.rows <> count(r.n)`},
	{"a row in another state than its set", `SELECT s.id, s.state, r.state FROM change_set s JOIN change_row r ON r.set_id = s.id WHERE s.state <> r.state`},
	{"a conflict without its fields", `SELECT s.id FROM change_set s LEFT JOIN change_conflict c ON c.set_id = s.id WHERE s.state = 'conflict' AND c.field IS NULL`},
	{"a decided set without decider", `SELECT id FROM change_set WHERE (decided IS NULL) <> (decided_by IS NULL)`},
	{"change sets and the events of submitting and deciding them do not match", `SELECT a.n, b.n FROM
		(SELECT coalesce(sum(s.rows * CASE WHEN s.decided IS NULL THEN 1 ELSE 2 END), 0) AS n FROM change_set s) a,
		(SELECT count(*) AS n FROM event WHERE kind LIKE '%.changed' OR kind LIKE '%.change-%') b WHERE a.n <> b.n`},
	{"an import that is applied and not swept", `SELECT s.set_id, s.n FROM staging s JOIN import i ON i.id = s.set_id JOIN job j ON j.id = i.job
		WHERE j.state = 'done' AND i.state = 'imported' AND s.problems = ''`}, // rejected rows are kept for who sent them
	{"an import that lost rows", `SELECT i.id, i.rows, count(s.n) FROM import i LEFT JOIN staging s ON s.set_id = i.id WHERE i.state NOT IN ('imported', 'uploading')
		GROUP BY i.id, i.rows HAVING i.rows <> count(s.n)`},
	{"rows of no import", `SELECT s.set_id FROM staging s LEFT JOIN import i ON i.id = s.set_id WHERE i.id IS NULL`},
	{"an import at work without its job", `SELECT i.id FROM import i LEFT JOIN job j ON j.id = i.job WHERE i.state IN ('checking', 'applying') AND j.id IS NULL`},
	{"an import that will never end", `SELECT i.id, i.state, j.state, j.error FROM import i JOIN job j ON j.id = i.job
		WHERE i.state IN ('checking', 'applying') AND j.state NOT IN ('queued', 'running')`},
}

// checkHouse asks everything that must be true at any time.
func checkHouse(t testing.TB, db *sql.DB) {
	t.Helper()
	for _, n := range never {
		if found := texts(t, db, n.query); len(found) > 0 {
			t.Errorf("%s: %d, as %v", n.what, len(found), found[:min(3, len(found))])
		}
	}
	checkCounts(t, db)
	checkIndex(t, db)
	if strings.Contains(fmt.Sprintf("%T", db.Driver()), "sqlite") {
		if found := texts(t, db, "PRAGMA integrity_check"); found[0][0] != "ok" {
			t.Errorf("integrity: %v", found)
		}
		if found := texts(t, db, "PRAGMA foreign_key_check"); len(found) > 0 {
			t.Errorf("foreign keys: %v", found)
		}
	}
}

// checkCounts adds the imports' counts up.
func checkCounts(t testing.TB, db *sql.DB) {
	t.Helper()
	for _, im := range importsOf(t, db) {
		c := im.counts
		if im.jobState == "done" && c.In != c.sum() || c.sum() > c.In {
			t.Errorf("import %d (%s, job %s): in %d, but %+v", im.id, im.state, im.jobState, c.In, c)
		}
		if sets := one(t, db, "SELECT count(*) FROM change_set WHERE job = $1", im.job); im.phase != "check" && sets != fmt.Sprint(c.Updated) {
			t.Errorf("import %d counts %d updated and made %s change sets", im.id, c.Updated, sets)
		}
	}
}

// checkIndex compares the rows by which lists are filtered with the facts they are made of.
func checkIndex(t testing.TB, db *sql.DB) {
	t.Helper()
	items := map[string]string{}
	for _, row := range texts(t, db, "SELECT item, code FROM item") {
		items[row[0]] = row[1]
	}
	facts := map[string]map[string]any{}
	for _, row := range texts(t, db, `SELECT f.subject, f.body FROM facts f WHERE f.body <> '{}' AND NOT EXISTS (SELECT 1 FROM facts later
		WHERE later.subject = f.subject AND later.body <> '{}' AND f.section LIKE '%@%' AND later.section LIKE substr(f.section, 1, length(f.section) - 4) || '%' AND later.section > f.section)
		ORDER BY f.subject, f.section`) { // of a yearly section the latest year counts
		if facts[row[0]] == nil {
			facts[row[0]] = map[string]any{}
		}
		values := map[string]any{}
		if err := json.Unmarshal([]byte(row[1]), &values); err != nil {
			t.Fatal(err)
		}
		for code, value := range values {
			facts[row[0]][code] = value
		}
	}
	indexed := map[string]map[string][]string{}
	for _, row := range texts(t, db, "SELECT subject, item, num, txt FROM fact_index ORDER BY subject, item, n") {
		if indexed[row[0]] == nil {
			indexed[row[0]] = map[string][]string{}
		}
		value := row[3]
		if value == "-" {
			value = row[2]
		}
		indexed[row[0]][items[row[1]]] = append(indexed[row[0]][items[row[1]]], value)
	}
	known := map[string]bool{}
	for _, code := range items {
		known[code] = true
	}
	delete(known, "phone") // is found by keys of its own and no column of lists
	for subject, values := range facts {
		for code, value := range values {
			if got := indexed[subject][code]; known[code] && !isDay(value) && !slices.Equal(got, cells(value)) {
				t.Errorf("subject %s: the index says %s %v, the facts %v", subject, code, got, value)
			}
		}
	}
	for subject, values := range indexed {
		for code := range values {
			if _, ok := facts[subject][code]; !ok {
				t.Errorf("subject %s: the index has %s, which is no fact", subject, code)
			}
		}
	}
}

// isDay says whether a fact is a date, which the index holds as a number.
func isDay(value any) bool {
	text, ok := value.(string)
	return ok && len(text) == 10 && text[4] == '-' && text[7] == '-'
}

// cells are the values of a fact as the index holds them.
func cells(value any) []string {
	list, ok := value.([]any)
	if !ok {
		return []string{fmt.Sprint(value)}
	}
	var all []string
	for _, one := range list {
		all = append(all, fmt.Sprint(one))
	}
	return all
}
