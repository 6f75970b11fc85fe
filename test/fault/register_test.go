package fault_test

import (
	"database/sql"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// sealed values and identifiers differ from run to run.
var sealed = regexp.MustCompile(`"sealed:[^"]*"`)

// register writes down what the database holds, without identifiers, keys and moments: records go by their key of the
// file, so that two databases that say the same have the same text, on whichever engine.
func register(t testing.TB, db *sql.DB) string {
	t.Helper()
	names := namesOf(t, db)
	var lines []string
	list := func(what, query string, named ...int) {
		for _, row := range texts(t, db, query) {
			for _, i := range named {
				if name, ok := names[row[i]]; ok {
					row[i] = name
				}
			}
			lines = append(lines, what+" "+sealed.ReplaceAllString(strings.Join(row, "|"), "sealed"))
		}
	}
	list("household", "SELECT id, area, status, status_from, head, head_name, members, opened, closed, ver FROM household", 0, 4)
	list("person", "SELECT id, name, sex, birth, died, id_tail, id_state, ver FROM person", 0)
	list("owner", "SELECT person FROM id_claim WHERE rank = 0", 0)
	list("claim", "SELECT person FROM id_claim", 0)
	list("membership", "SELECT household, person, from_day, to_day, relation, head, reason FROM membership", 0, 1)
	list("dwelling", "SELECT household, from_day, to_day, lat, lon, ver FROM dwelling", 0)
	list("facts", "SELECT subject, section, ver, body FROM facts", 0)
	list("index", "SELECT f.subject, i.subject, i.code, f.n, f.num, f.txt, f.area, f.household FROM fact_index f JOIN item i ON i.item = f.item", 0, 7)
	list("entry", "SELECT household, id, person, subject, class, source, from_day, to_day, minor, currency, origin, ended, ver FROM entry", 0, 1)
	list("status", "SELECT household, from_day, n, status, source FROM household_status", 0)
	list("set", "SELECT r.subject, r.base_ver, s.kind, s.source, s.state, s.title, s.rows FROM change_set s JOIN change_row r ON r.set_id = s.id", 0)
	list("conflict", "SELECT r.subject, c.field, c.resolution FROM change_conflict c JOIN change_row r ON r.set_id = c.set_id AND r.n = c.n", 0)
	list("event", "SELECT subject, kind, area, valid_on, ver_before, ver_after, role FROM event WHERE subject_kind NOT IN ('area', 'pack', 'account', 'month', '') AND kind NOT LIKE '%.problems' AND kind <> 'person.alike'", 0) // problems and doubles are looked for whenever there is time
	list("import", "SELECT name, size, sha256, state, on_error, rows FROM import WHERE state NOT IN ('uploading', 'uploaded')")
	list("row", "SELECT n, state, problems, length(body) FROM staging WHERE set_id IN (SELECT id FROM import WHERE state = 'imported')")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// namesOf are the keys of the file by identifier; a dwelling goes by its household.
func namesOf(t testing.TB, db *sql.DB) map[string]string {
	t.Helper()
	names := map[string]string{}
	for _, row := range texts(t, db, "SELECT id, kind, key FROM alias") {
		names[row[0]] = row[1] + " " + row[2]
	}
	for _, row := range texts(t, db, "SELECT id, household FROM dwelling") {
		names[row[0]] = "dwelling of " + names[row[1]]
	}
	return names
}

// sameRegister compares two registers and shows the first lines that one has and the other has not.
func sameRegister(t testing.TB, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	missing, extra := apart(want, got), apart(got, want)
	t.Errorf("the register is not that of an undisturbed import: %d lines missing, as\n%s\n%d lines too many, as\n%s",
		len(missing), strings.Join(missing[:min(4, len(missing))], "\n"), len(extra), strings.Join(extra[:min(4, len(extra))], "\n"))
}

// apart are the lines of a that b has not, as often as a has them more.
func apart(a, b string) []string {
	have := map[string]int{}
	for _, line := range strings.Split(b, "\n") {
		have[line]++
	}
	var only []string
	for _, line := range strings.Split(a, "\n") {
		if have[line]--; have[line] < 0 {
			only = append(only, line)
		}
	}
	return only
}

// firstRegister is what the first engine's register of a scenario was.
var firstRegister sync.Map

func compareEngines(t testing.TB, scenario, register string) {
	t.Helper()
	if first, known := firstRegister.LoadOrStore(scenario, register); known && first != register {
		t.Errorf("%s: the engines differ: %v %v", scenario, apart(first.(string), register)[:1], apart(register, first.(string))[:1])
	}
}
