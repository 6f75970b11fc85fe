package script_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"rightkey/internal/testdata"
	"rightkey/linkage/script"
)

func TestNamesAreReadAsTheirBearersReadThem(t *testing.T) {
	for name, want := range map[string]string{
		"王小明": "wangxiaoming", "王晓明": "wangxiaoming", "单田芳": "shantianfang", "解晓东": "xiexiaodong", "曾国藩": "zengguofan",
		"仇英": "qiuying", "查良镛": "zhaliangyong", "欧阳修": "ouyangxiu", "司马光": "simaguang", "张长江": "zhangchangjiang", "吕布": "lubu",
	} {
		if got := script.Pinyin(name); got != want {
			t.Errorf("Pinyin(%s) = %s, want %s", name, got, want)
		}
	}
}

func TestTheCharactersOfGivenNamesAreReadAsInTheReferenceList(t *testing.T) {
	rows, err := csv.NewReader(testdata.Open(t, "linkage/cn_givenname.csv.gz")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	right, all, wrong := 0, 0, []string{}
	for _, row := range rows[1:] {
		want := strings.TrimRight(row[1], "0123456789")
		want = strings.NewReplacer("lv", "lu", "nv", "nu").Replace(want)
		all++
		if got := script.Pinyin(row[0]); got == want {
			right++
		} else {
			wrong = append(wrong, row[0]+" "+got+" for "+want)
		}
	}
	t.Logf("%d of %d read right; not: %v", right, all, wrong)
	if share := float64(right) / float64(all); share < .985 {
		t.Errorf("%.4f of the characters are read right, want at least .985", share)
	}
}
