package linkage_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"rightkey/linkage"
	"rightkey/linkage/accuracy"
)

// sheet is a table in the manner of some office: its own column names, language, formats and ways to go wrong. The
// last cell of each row is the number of the true person.
type sheet struct {
	header []string
	rows   [][]string
	truth  []int
}

// office makes the rows of a person: as first written, and as written a second time.
type office struct {
	name   string
	header string
	first  func(r *rand.Rand) []string
	second func(r *rand.Rand, row []string) []string
	least  float64 // pairwise F1
}

func pick(r *rand.Rand, words string) string {
	list := strings.Fields(words)
	return list[r.IntN(len(list))]
}

// slip changes two neighbouring letters over or leaves one out.
func slip(r *rand.Rand, s string) string {
	letters := []rune(s)
	if len(letters) < 3 {
		return s
	}
	at := r.IntN(len(letters) - 1)
	if r.IntN(2) == 0 {
		letters[at], letters[at+1] = letters[at+1], letters[at]
		return string(letters)
	}
	return string(append(letters[:at], letters[at+1:]...))
}

func day(r *rand.Rand) (year, month, date int) {
	return 1930 + r.IntN(80), 1 + r.IntN(12), 1 + r.IntN(28)
}

const (
	accented = "Léa Chloé Éloïse Hugo Jules Théo Inès Zoé Noël François Benoît Amélie Aurélie Gaël Raphaël Maëlys"
	families = "Dupont Durand Lefèvre Moreau Garnier Faure Girard Mercier Bonnet Legrand Gauthier Perrin Robin Clément"
	urdu     = "محمد احمد علی حسن فاطمہ عائشہ زینب خالد طارق اکبر بشیر نذیر رشید سلیم جاوید عمران ندیم اسلم کریم لطیف"
)

var offices = []office{
	{
		name: "accents, days first, names in each other's place", header: "Prénom,Nom,Né le,Commune,Tél.", least: .96,
		first: func(r *rand.Rand) []string {
			y, m, d := day(r)
			return []string{pick(r, accented), pick(r, families), fmt.Sprintf("%02d/%02d/%d", d, m, y), pick(r, "Lyon Lille Nantes Rennes Nice"), fmt.Sprintf("06%08d", r.IntN(1e8))}
		},
		second: func(r *rand.Rand, row []string) []string {
			if r.IntN(4) == 0 {
				row[r.IntN(2)] = slip(r, row[r.IntN(2)])
			}
			if r.IntN(5) == 0 {
				row[0], row[1] = row[1], row[0]
			}
			row[2] = strings.ReplaceAll(row[2], "/", ".")
			if r.IntN(3) == 0 {
				row[4] = ""
			}
			return row
		},
	},
	{
		name: "names and dates in Han characters", header: "户主姓名,性别,出生年月日,行政村,证件号码", least: .98,
		first: func(r *rand.Rand) []string {
			y, m, d := day(r)
			name := pick(r, "王 李 张 刘 陈 杨 赵 黄") + pick(r, "伟 芳 娜 敏 静 丽 强 磊") + pick(r, "军 洋 勇 艳 杰 娟 涛 明")
			return []string{name, pick(r, "男 女"), fmt.Sprintf("%d年%d月%d日", y, m, d), pick(r, "青山村 白水村 大河村 石桥村"), fmt.Sprintf("5227%02d%d%02d%02d%03dX", 1+r.IntN(20), y, m, d, r.IntN(1000))}
		},
		second: func(r *rand.Rand, row []string) []string {
			if r.IntN(3) == 0 {
				row[0] = string([]rune(row[0])[:2]) + pick(r, "军 洋 勇 艳")
			}
			if r.IntN(2) == 0 {
				row[4] = ""
			}
			return row
		},
	},
	{
		name: "one name with father, age instead of birth", header: "نام,عمر,شناختی کارڈ,گاؤں", least: .97,
		first: func(r *rand.Rand) []string {
			name := pick(r, urdu) + " " + pick(r, urdu) + " ولد " + pick(r, urdu) + " " + pick(r, urdu)
			return []string{name, fmt.Sprint(1 + r.IntN(90)), fmt.Sprintf("311%02d-%07d-%d", r.IntN(100), r.IntN(1e7), 1+r.IntN(9)), pick(r, "چک موضع بستی کوٹ")}
		},
		second: func(r *rand.Rand, row []string) []string {
			if r.IntN(3) == 0 {
				row[0], _, _ = strings.Cut(row[0], " ولد ")
			}
			row[2] = strings.ReplaceAll(row[2], "-", "")
			return row
		},
	},
	{
		name: "surname first, months by name, unknown column names", header: "Client,D.O.B.,x,ZIP", least: .96,
		first: func(r *rand.Rand) []string {
			y, m, d := day(r)
			name := pick(r, "Smith Brown Jones Garcia Miller Davis Lopez Wilson") + ", " + pick(r, "James Mary John Linda David Susan") + " " + pick(r, "A. B. C. D.")
			return []string{name, fmt.Sprintf("%d-%s-%d", d, pick(r, "Jan Feb Mar Apr Jun Jul Aug Oct"), y+0*m), fmt.Sprint(r.IntN(900)) + " " + pick(r, "Oak Main Elm Park") + " St", fmt.Sprint(10_000 + r.IntN(50))}
		},
		second: func(r *rand.Rand, row []string) []string {
			if r.IntN(3) == 0 {
				last, first, _ := strings.Cut(row[0], ", ")
				row[0] = first + " " + last
			}
			if r.IntN(4) == 0 {
				row[2] = slip(r, row[2])
			}
			return row
		},
	},
}

// write fills a sheet; every third person is entered a second time.
func (o office) write(persons int) sheet {
	r := rand.New(rand.NewPCG(11, uint64(len(o.header))))
	s := sheet{header: strings.Split(o.header, ",")}
	for person := range persons {
		row := o.first(r)
		s.rows, s.truth = append(s.rows, row), append(s.truth, person)
		if person%3 == 0 {
			s.rows, s.truth = append(s.rows, o.second(r, append([]string{}, row...))), append(s.truth, person)
		}
	}
	r.Shuffle(len(s.rows), func(i, j int) {
		s.rows[i], s.rows[j] = s.rows[j], s.rows[i]
		s.truth[i], s.truth[j] = s.truth[j], s.truth[i]
	})
	return s
}

func TestTablesOfOfficesNeverSeenAreDeduplicatedByGuess(t *testing.T) {
	for _, o := range offices {
		t.Run(o.name, func(t *testing.T) {
			s := o.write(450)
			fields := linkage.Guess(s.header, s.rows)
			result, err := linkage.Dedupe(build(t, fields, s.header, s.rows), linkage.Defaults())
			if err != nil {
				t.Fatal(err)
			}
			score := accuracy.Pairwise(groups(result.Owner), s.truth)
			t.Logf("%v: F1 %.4f (precision %.4f, recall %.4f)", fields, score.F1(), score.Precision, score.Recall)
			if score.F1() < o.least {
				t.Errorf("F1 %.4f, want at least %.2f", score.F1(), o.least)
			}
		})
	}
}

// A list of half of a register's persons and as many strangers: each person gets one partner, a stranger none.
func TestStrangersOfAListGetNoPartner(t *testing.T) {
	for _, cardinality := range []linkage.Cardinality{linkage.OneToOne, linkage.OneToMany} {
		for _, o := range offices {
			s := o.write(500)
			partner := map[int]int{}
			b, err := linkage.NewBuilder(linkage.Guess(s.header, s.rows))
			if err != nil {
				t.Fatal(err)
			}
			var left, right [][]string
			var truth []int
			for i, row := range s.rows {
				_, seen := partner[s.truth[i]]
				if seen || s.truth[i]%3 != 0 && s.truth[i]%2 == 0 {
					right, truth = append(right, row), append(truth, s.truth[i])
					continue
				}
				partner[s.truth[i]] = len(left)
				left = append(left, row)
			}
			fields := linkage.Guess(s.header, s.rows)
			addRows(b, fields, s.header, left)
			b.Split()
			addRows(b, fields, s.header, right)
			result, err := linkage.Link(b.Finish(), cardinality, linkage.Defaults())
			if err != nil {
				t.Fatal(err)
			}
			hits, persons := 0, 0
			for _, entity := range truth {
				if _, ok := partner[entity]; ok {
					persons++
				}
			}
			for _, p := range result.Pairs {
				if row, ok := partner[truth[p.Right]]; ok && row == int(p.Left) {
					hits++
				}
			}
			precision, recall := float64(hits)/float64(max(1, len(result.Pairs))), float64(hits)/float64(persons)
			t.Logf("%s: %d of %d rows have a partner; precision %.3f, recall %.3f", o.name, persons, len(right), precision, recall)
			if precision < .95 || recall < .93 {
				t.Errorf("%s: precision %.3f, recall %.3f, want at least .95 and .93", o.name, precision, recall)
			}
		}
	}
}

func TestTablesThatTellNothingAreAnsweredNotRefused(t *testing.T) {
	repeat := func(row []string, n int) [][]string {
		var rows [][]string
		for range n {
			rows = append(rows, row)
		}
		return rows
	}
	for name, rows := range map[string][][]string{
		"no rows": nil, "one row": {{"Ann Li", "1970-01-02"}}, "all rows equal": repeat([]string{"Ann Li", "1970-01-02"}, 300),
		"all values missing": repeat([]string{"", ""}, 300), "names only": {{"Ann Li", ""}, {"Bo Wu", ""}, {"Cy Ho", ""}},
	} {
		fields := []linkage.Field{{Name: "name", Kind: linkage.Name}, {Name: "dob", Kind: linkage.Date}}
		result, err := linkage.Dedupe(build(t, fields, []string{"name", "dob"}, rows), linkage.Defaults())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(result.Owner) != len(rows) {
			t.Errorf("%s: %d owners of %d rows", name, len(result.Owner), len(rows))
		}
	}
}

func TestTenRowsAreEnoughForAnExactRepetition(t *testing.T) {
	rows := [][]string{
		{"Ann Li", "1970-01-02"}, {"Bo Wu", "1980-03-04"}, {"Cy Ho", "1990-05-06"}, {"Bo Wu", "1980-03-04"}, {"Di Fu", "1960-07-08"},
		{"Ed Go", "1950-09-10"}, {"Fy Xu", "1951-09-10"}, {"Gi Ma", "1952-09-11"}, {"Ho Na", "1953-09-12"}, {"Ib Oz", "1954-11-12"},
	}
	header := []string{"name", "dob"}
	result, err := linkage.Dedupe(build(t, linkage.Guess(header, rows), header, rows), linkage.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	for row, first := range result.Owner {
		if want := map[int]int{3: 1}[row]; want == 0 && int(first) != row || want != 0 && int(first) != want {
			t.Errorf("row %d is with row %d", row, first)
		}
	}
}
