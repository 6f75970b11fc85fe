package crosscheck_test

import (
	"strings"
	"testing"

	"rightkey/internal/table"
	"rightkey/internal/verify/crosscheck"
)

func TestADepartmentFindsWhoIsWrittenWithASlipOrInAnotherScriptAndNobodyElse(t *testing.T) {
	const opened = "token,number,name,birth\nt1,1234567897,Anna Holmberg,\nt2,,Anna Holmberg,1970-05-14\nt3,,Bela Stern,1985-09-21\nt4,,Bella Stern,1985-09-21\nt5,2234567891,أحمد خان,\nt6,,أحمد خان,1960-01-02\nt7,3234567895,王小明,\nt8,,王小明,1950-03-04\n"
	for row, want := range map[string]string{
		"Anna Holmberg,1234-567 897,":         "t1",
		"Anna Holmbreg,1234567897,":           "t1", // a slip
		"HOLMBERG Anna,1234567897,":           "t1",
		"Sigrid Lund,1234567897,":             "", // a borrowed number
		"Ahmad Khan,2234567891,":              "t5",
		"Anna Holmberg,,1970-05-14":           "t2",
		"anna  holmberg,,1970-05-14":          "t2",
		"Jon Holmberg,,1970-05-14":            "", // a twin
		"Anna Holmberg,,1970-05-15":           "",
		"Anna Holmberg,,":                     "",
		"Bela Stern,,1985-09-21":              "", // two may be meant
		"Ahmad Khan,,1960-01-02":              "t6",
		"Wang Xiaoming,3234567895,":           "t7",
		"李大伟,3234567895,":                     "",
		"Wang Xiaoming,,1950-03-04":           "", // sounds alike, which is sure with a number only
		"王小明,,1950-03-04":                     "t8",
		"Anna Holmberg,9999999991,1970-05-14": "t2",
	} {
		var out strings.Builder
		n, err := crosscheck.AnswerRequest(reader(t, opened), reader(t, "name,number,birth,kind\n"+row+",cutter\n"), func(columns []string) (table.Writer, error) { return table.NewCSVWriter(&out, columns) })
		if err != nil {
			t.Fatal(err)
		}
		if found := strings.Contains(out.String(), want+",cutter"); found != (want != "") || (n == 1) != found {
			t.Errorf("%s: answered %d rows, %q, want %q", row, n, out.String(), want)
		}
	}
}
