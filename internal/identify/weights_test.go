package identify_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/identify"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// fleet is the made-up country with a scorecard that asks an item, two figures and a condition: points of each answer
// in the order of the card.
func fleet(t *testing.T, version int, points []int) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(ostania(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(ostania(), path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	card, err := os.ReadFile("testdata/fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(card)
	for i, p := range points {
		text = strings.ReplaceAll(text, fmt.Sprintf("POINTS%d}", i), fmt.Sprint(p, "}"))
		text = strings.ReplaceAll(text, fmt.Sprintf("POINTS%d,", i), fmt.Sprint(p, ","))
	}
	files["identify.yaml"] = &fstest.MapFile{Data: []byte(text)}
	files["pack.yaml"].Data = []byte(strings.Replace(string(files["pack.yaml"].Data), `version: "1"`, fmt.Sprintf("version: %q", fmt.Sprint(version)), 1))
	files["lines.yaml"].Data = []byte(strings.Replace(string(files["lines.yaml"].Data), "values:\n", `values:
  - {code: fleet_to, area: "*", from: "2001-01-01", number: "9", label: {en: Points of the needy}, source: Hearth Act 15}
  - {code: fleet_to, area: "12", from: "2001-01-01", number: "12.5", label: {en: Points of the needy in the south}, source: Hearth Act 15}
`, 1))
	return files
}

// fleetPoints are those of the pack in use; weightsOf are others as a scenario has them.
var fleetPoints = []int{6, 0, 1, 4, 9, 5, 2, 0, 3}

func weightsOf(points []int) (weights []identify.Weight) {
	for i, p := range points {
		at := []identify.Weight{{"lamp", 0, 0}, {"lamp", 1, 0}, {"nets", 0, 0}, {"nets", 1, 0}, {"nets", 2, 0}, {"souls", 0, 0}, {"souls", 1, 0}, {"catch", 0, 0}, {"catch", 1, 0}}[i]
		at.Points = p
		weights = append(weights, at)
	}
	return weights
}

// sail fills the register with households of all answers, some of whom nobody asked everything, and judges them.
func sail(t *testing.T, r *register.Register) {
	t.Helper()
	var households, persons strings.Builder
	households.WriteString("key,area,status,nets,catch,lamp\n")
	persons.WriteString("key,hh,name,sex,rel\n")
	for i := range 36 {
		fmt.Fprintf(&households, "k%d,%s,%s,%s,%d,%s\n", i, []string{"11001001", "12001001", "11002001"}[i%3], []string{"afloat", "stranded", "", "refloated", "afloat"}[i%7%5], []string{"1", "2", "4", "5", "17", ""}[i/6%6], 60*(1+i%4), []string{"yes", "no", "yes", "no", ""}[i%5])
		for k := range 1 + i%4 {
			fmt.Fprintf(&persons, "k%d-%d,k%d,Soul %d,%s,%s\n", i, k, i, k, []string{"f", "m"}[(i+k)%2], map[bool]string{true: "head", false: "kin"}[k == 0])
		}
	}
	mapping := register.Households
	mapping.Columns = map[string]string{"status": "status", "nets": "drift_nets", "catch": "catch_value", "lamp": "lamp"}
	r.ImportCSV(t, mapping, households.String())
	r.ImportCSV(t, register.Persons, persons.String())
	r.Judge(t, identify.RunArgs{Day: fleetDay})
}

var fleetDay = clock.Date(2013, 12, 31)

// byPoints are the points and outcomes of the households of a run.
func byPoints(t *testing.T, r *register.Register, run int64) map[int64]identify.Stored {
	t.Helper()
	list, err := r.Identify.List(t.Context(), r.Scope(t, register.County, access.HouseholdRead), identify.Selection{Run: run}, registry.Position{}, 1000)
	if err != nil || len(list) != 36 {
		t.Fatalf("%d households, %v", len(list), err)
	}
	found := map[int64]identify.Stored{}
	for _, a := range list {
		found[a.Household] = a
	}
	return found
}

func TestOtherPointsInAScenarioDoWhatAPackWithThemDoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		r := register.Open(t, stand.New(t, db, register.Widths), fleet(t, 1, fleetPoints), ".")
		r.LoadAreas(t, register.Areas)
		sail(t, r)
		scope, admin := r.Scope(t, register.County, access.AssessRun), stand.Scope(t, r.Caller(1, "admin", "administrator"), access.PackEdit)
		random := rand.New(rand.NewPCG(5, 6))
		var drawn [][]int
		var judged []map[int64]identify.Stored
		for version := 1; version <= 4; version++ { // of which the first changes nothing, the second one answer
			points, args := slices.Clone(fleetPoints), identify.RunArgs{Day: fleetDay}
			for i := range points {
				if version > 2 {
					points[i] = random.IntN(21) - 6
				}
			}
			if version > 1 {
				points[4] = 2
				pack, err := r.Packs.Install(t.Context(), admin, fleet(t, version, points), ".")
				if err != nil {
					t.Fatal(err)
				}
				args.Pack = pack.Hash
			}
			drawn, judged = append(drawn, points), append(judged, byPoints(t, r, r.Judge(t, args)))
		}
		r.Follow(t)
		for i, points := range drawn {
			count := func(of identify.Scenario, within func(identify.Stored) bool) {
				t.Helper()
				of.Weights = weightsOf(points)
				e, err := r.Identify.Simulate(t.Context(), scope, of)
				if err != nil {
					t.Fatal(err)
				}
				want, ranked := int64(0), int64(0)
				for _, a := range judged[i] {
					if a.Points == nil {
						continue
					}
					ranked++
					if within(a) {
						want++
					}
				}
				if e.After.Households != want || e.Ranked.Households != ranked || ranked == 0 || ranked == 36 {
					t.Errorf("%v, %+v: %d poor of %d, a pack with these points finds %d of %d", points, of, e.After.Households, e.Ranked.Households, want, ranked)
				}
			}
			count(identify.Scenario{Change: identify.NewPoints}, func(a identify.Stored) bool { return a.Outcome == identify.Poor })
			for cutoff := int64(0); cutoff < 40; cutoff += 3 {
				count(identify.Scenario{Change: identify.NewCutoff, Amount: cutoff}, func(a identify.Stored) bool { return *a.Points <= cutoff })
			}
		}
	})
}

// The number of the poor whom the register lacks is that of the list behind it, by SQL, by the mirror and for whoever asks.
func TestThePoorThatTheRegisterLacksAreListed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		r := register.Open(t, stand.New(t, db, register.Widths), fleet(t, 1, fleetPoints), ".")
		r.LoadAreas(t, register.Areas)
		sail(t, r)
		filter := identify.Unregistered(r.Pack)
		counted := func(account int64) (households int64) {
			cells, err := r.Registry.Breakdown(t.Context(), r.Scope(t, account, access.HouseholdList), filter)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cells {
				households += c.Households
			}
			return households
		}
		bySQL := map[int64]int64{register.County: counted(register.County), register.South: counted(register.South)}
		r.Follow(t)
		for account, want := range bySQL {
			list, err := r.Registry.List(t.Context(), r.Scope(t, account, access.HouseholdList), filter, registry.Position{}, 100)
			if err != nil {
				t.Fatal(err)
			}
			newest, err := r.Identify.Newest(t.Context(), r.Scope(t, account, access.HouseholdRead), 0, list)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range list {
				if newest[h.ID].Outcome != identify.Poor || h.Status == "stranded" {
					t.Errorf("%s is listed: %s, %s", h.Number, newest[h.ID].Outcome, h.Status)
				}
			}
			e, err := r.Identify.Simulate(t.Context(), r.Scope(t, account, access.AssessRun), identify.Scenario{Change: identify.NewPoints})
			if err != nil {
				t.Fatal(err)
			}
			groups := map[string]identify.Moved{}
			for _, g := range e.Groups {
				sum := groups[g.Dimension.Code]
				for into, part := range map[*identify.Heads]identify.Heads{&sum.Before: g.Before, &sum.After: g.After, &sum.In: g.In, &sum.Out: g.Out} {
					into.Households += part.Households
					into.Persons += part.Persons
				}
				groups[g.Dimension.Code] = sum
			}
			for _, code := range []string{registry.ByHeadSex, "household.lamp"} {
				if groups[code] != e.Moved {
					t.Errorf("account %d: by %s %+v, in the whole %+v", account, code, groups[code], e.Moved)
				}
			}
			if n := int64(len(list)); n != want || counted(account) != n || e.Unregistered.Households != n || n == 0 {
				t.Errorf("account %d: a scenario counts %d, the list has %d, SQL counts %d, the mirror %d", account, e.Unregistered.Households, n, want, counted(account))
			}
		}
		if bySQL[register.South] >= bySQL[register.County] {
			t.Errorf("the south has %d of %d", bySQL[register.South], bySQL[register.County])
		}
		if _, err := r.Registry.ParseFilter(t.Context(), r.Scope(t, register.County, access.HouseholdList), map[string][]string{"verdict": {"rich"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a verdict that nobody gives: %v", err)
		}
	})
}

func TestAScenarioRefusesPointsThatItsRuleDoesNotKnow(t *testing.T) {
	r := register.Open(t, stand.New(t, storetest.SQLite(t), register.Widths), fleet(t, 1, fleetPoints), ".")
	r.LoadAreas(t, register.Areas)
	sail(t, r)
	r.Follow(t)
	scope := r.Scope(t, register.County, access.AssessRun)
	for name, of := range map[string]identify.Scenario{
		"a question that is not asked": {Change: identify.NewPoints, Weights: []identify.Weight{{"sails", 0, 1}}},
		"an answer that is not given":  {Change: identify.NewPoints, Weights: []identify.Weight{{"lamp", 2, 1}}},
		"endless points":               {Change: identify.NewPoints, Weights: []identify.Weight{{"lamp", 0, 1 << 40}}},
		"a rule without a scorecard":   {Rule: "catch", Change: identify.NewLine, Weights: []identify.Weight{{"lamp", 0, 1}}},
		"cut-offs of a line":           {Rule: "catch", Change: identify.NewPoints},
	} {
		if _, err := r.Identify.Simulate(t.Context(), scope, of); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
