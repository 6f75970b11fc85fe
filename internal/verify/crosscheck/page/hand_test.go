package page_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/job"
	"rightkey/internal/store"
	"rightkey/internal/verify/crosscheck/page"
	"rightkey/internal/web"
	"rightkey/test/hamlets"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// The office that brought in the file of a parish is kin of one of its households: others of the county read what it did,
// it does not.
func TestALeadOnWhatAnOfficialDidIsReadByOthersAndSaysWhatItWas(t *testing.T) {
	files := hamlets.Country(t)
	checks := files["ostania/checks.yaml"]
	kin := string(checks.Data[bytes.Index(checks.Data, []byte("  - code: G01")):bytes.Index(checks.Data, []byte("  - code: G02"))])
	checks.Data = append(checks.Data, strings.NewReplacer("code: G01", "code: G10", "screen: kin", "screen: own_hand", "Kin of an official", "Own hand").Replace(kin)...)
	hamlets.Under(t, files, register.Areas, func(t *testing.T, r *register.Register) {
		mapping := register.Households
		mapping.Columns = map[string]string{"status": "status", "nets": "drift_nets", "catch": "catch_value"}
		r.ImportCSV(t, mapping, "key,area,status,nets,catch\na,11001001,stranded,1,10\n")
		err := r.DB.Tx(t.Context(), access.System("a test plants kin"), func(tx store.Tx) error {
			if _, err := tx.Exec(t.Context(), fmt.Sprintf("INSERT INTO account (id, login, name, person, state, password, lang, theme, created, created_by) VALUES (%d, 'c', 'C', 'person-%d', 'active', '', 'en', '', 0, 0)", register.County, register.County)); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), fmt.Sprintf("INSERT INTO own_declared (person, home, subject_kind, subject, relation, declared, declared_by) SELECT 'person-%d', home, 'record', id, 'sibling', 0, 0 FROM alias WHERE kind = 'household' AND key = 'a'", register.County))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		pages := visitor.NewPages(r.Who, register.County)
		page.Register(pages.Server, page.Needs{Crosschecks: r.Crosschecks, Desk: web.Desk{Caller: visitor.Caller}})
		j, err := r.Crosschecks.StartScreens(t.Context(), r.Scope(t, register.County, access.AssessRun), 11000000)
		if err != nil {
			t.Fatal(err)
		}
		if j = r.Wait(t, register.County, j.ID); j.State != job.Done {
			t.Fatalf("%s %s", j.State, j.Error)
		}
		listed := pages.Get(t, register.Clerk, "/leads?rule=G10").Want(t, 200, "Own hand", "/households/")
		found := regexp.MustCompile(`/leads/\d+`).FindString(listed.Body)
		pages.Get(t, register.Clerk, found).Want(t, 200, "What the official did", "brought in a file about it", "the declared household itself")
		pages.Get(t, register.County, found).Want(t, 404)
	})
}
