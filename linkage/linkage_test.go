package linkage_test

import (
	"encoding/csv"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/testdata"
	"rightkey/linkage"
	"rightkey/linkage/accuracy"
	"rightkey/linkage/persons"
)

// readTable returns the header and the rows of a test table.
func readTable(t testing.TB, file string) (header []string, rows [][]string) {
	t.Helper()
	all, err := csv.NewReader(testdata.Open(t, file)).ReadAll()
	if err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
	for i := range all[0] {
		all[0][i] = strings.TrimSpace(all[0][i])
	}
	return all[0], all[1:]
}

// guessed returns the guessed fields of a table without the given columns.
func guessed(header []string, rows [][]string, without ...string) []linkage.Field {
	var fields []linkage.Field
	for _, field := range linkage.Guess(header, rows) {
		if !slices.Contains(without, field.Name) {
			fields = append(fields, field)
		}
	}
	return fields
}

// addRows adds the rows' values of the fields to a builder.
func addRows(b *linkage.Builder, fields []linkage.Field, header []string, rows [][]string) {
	at := map[string]int{}
	for i, name := range header {
		at[name] = i
	}
	values := make([]string, len(fields))
	for _, row := range rows {
		for i, field := range fields {
			values[i] = row[at[field.Name]]
		}
		b.Add(values, "")
	}
}

func build(t testing.TB, fields []linkage.Field, header []string, rows [][]string) *linkage.Records {
	t.Helper()
	b, err := linkage.NewBuilder(fields)
	if err != nil {
		t.Fatal(err)
	}
	addRows(b, fields, header, rows)
	return b.Finish()
}

// entities numbers the true entities; febrl writes them as rec-ENTITY-org and rec-ENTITY-dup-N.
func entities(header []string, rows [][]string, column string) []int {
	at := 0
	for i, name := range header {
		if name == column {
			at = i
		}
	}
	numbers, truth := map[string]int{}, make([]int, len(rows))
	for i, row := range rows {
		key := row[at]
		if parts := strings.Split(key, "-"); parts[0] == "rec" {
			key = parts[1]
		}
		if _, ok := numbers[key]; !ok {
			numbers[key] = len(numbers)
		}
		truth[i] = numbers[key]
	}
	return truth
}

func groups(owner []uint32) []int {
	found := make([]int, len(owner))
	for i, first := range owner {
		found[i] = int(first)
	}
	return found
}

func TestPublicDataSetsAreDeduplicatedWithoutLabelsOrSettings(t *testing.T) {
	for _, c := range []struct {
		name, file, truth, without string
		pairs, records             float64
	}{
		{"febrl3", "linkage/dataset3.csv.gz", "rec_id", "", .9995, .9995},
		{"febrl3 without its number", "linkage/dataset3.csv.gz", "rec_id", "soc_sec_id", .999, .999},
		{"fake_1000", "linkage/fake_1000.csv.gz", "cluster", "", .965, .97},
		{"historical_50k without the repeated names", "linkage/historical_50k.csv.gz", "cluster", "full_name first_and_surname gender", .945, .95},
	} {
		t.Run(c.name, func(t *testing.T) {
			header, rows := readTable(t, c.file)
			result, err := linkage.Dedupe(build(t, guessed(header, rows, strings.Fields(c.without)...), header, rows), linkage.Defaults())
			if err != nil {
				t.Fatal(err)
			}
			truth := entities(header, rows, c.truth)
			pairs, records := accuracy.Pairwise(groups(result.Owner), truth), accuracy.BCubed(groups(result.Owner), truth)
			t.Logf("pairwise F1 %.4f (precision %.4f, recall %.4f), B-cubed %.4f, %d pairs scored",
				pairs.F1(), pairs.Precision, pairs.Recall, records.F1(), result.Report.Pairs)
			if pairs.F1() < c.pairs || records.F1() < c.records {
				t.Errorf("pairwise F1 %.4f, B-cubed %.4f; want at least %.4f and %.4f", pairs.F1(), records.F1(), c.pairs, c.records)
			}
		})
	}
}

func TestTwoTablesAreLinkedOneToOne(t *testing.T) {
	header, left := readTable(t, "linkage/dataset4a.csv.gz")
	_, right := readTable(t, "linkage/dataset4b.csv.gz")
	for without, wanted := range map[string]float64{"": .9998, "soc_sec_id": .9990} {
		fields := guessed(header, left, without)
		b, err := linkage.NewBuilder(fields)
		if err != nil {
			t.Fatal(err)
		}
		addRows(b, fields, header, left)
		b.Split()
		addRows(b, fields, header, right)
		result, err := linkage.Link(b.Finish(), linkage.OneToOne, linkage.Defaults())
		if err != nil {
			t.Fatal(err)
		}
		truth := entities(header, append(append([][]string{}, left...), right...), "rec_id")
		var links [][2]int
		for _, p := range result.Pairs {
			links = append(links, [2]int{int(p.Left), int(p.Right)})
		}
		score := accuracy.Links(links, func(l, r int) bool { return truth[l] == truth[len(left)+r] }, len(right))
		t.Logf("without %q: F1 %.4f", without, score.F1())
		if score.F1() < wanted {
			t.Errorf("without %q: F1 %.4f, want at least %.4f", without, score.F1(), wanted)
		}
	}
}

// village makes a small register with duplicates.
func village(t testing.TB, size int) (*linkage.Records, []int) {
	t.Helper()
	var fields []linkage.Field
	for i, name := range persons.Fields {
		kind, err := linkage.ParseKind(persons.Kinds[i])
		if err != nil {
			t.Fatal(err)
		}
		fields = append(fields, linkage.Field{Name: name, Kind: kind})
	}
	b, err := linkage.NewBuilder(fields)
	if err != nil {
		t.Fatal(err)
	}
	register := persons.NewRegister(size, .1, 3)
	var truth []int
	for {
		p, ok := register.Next()
		if !ok {
			return b.Finish(), truth
		}
		b.Add(p.Values[:], p.Household)
		truth = append(truth, p.Entity)
	}
}

func TestTheResultDoesNotDependOnTheNumberOfWorkers(t *testing.T) {
	var first *linkage.Grouping
	for _, workers := range []int{1, 2, 5} {
		records, _ := village(t, 4000)
		options := linkage.Defaults()
		options.Workers = workers
		result, err := linkage.Dedupe(records, options)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = result
			continue
		}
		if !reflect.DeepEqual(first, result) {
			t.Fatalf("the result with %d workers differs from that with 1", workers)
		}
	}
}

func TestRelativesOfOneRosterStayApart(t *testing.T) {
	records, truth := village(t, 6000)
	result, err := linkage.Dedupe(records, linkage.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	score := accuracy.Pairwise(groups(result.Owner), truth)
	t.Logf("precision %.4f, recall %.4f; %.0f matches expected", score.Precision, score.Recall, result.Report.ExpectedMatches)
	if score.Precision < .98 || score.Recall < .93 {
		t.Errorf("precision %.4f and recall %.4f, want at least .98 and .93", score.Precision, score.Recall)
	}
}

func TestTheEvidenceOfTheFieldsAddsUpToTheWeight(t *testing.T) {
	records, _ := village(t, 3000)
	result, err := linkage.Dedupe(records, linkage.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Pairs) == 0 {
		t.Fatal("no pairs")
	}
	for _, p := range result.Pairs {
		sum := linkage.Prior(result.Model)
		for _, evidence := range p.Evidence {
			sum += evidence.Bits
		}
		if diff := sum - p.Weight; diff > 1e-6 || diff < -1e-6 {
			t.Fatalf("rows %d and %d: prior and evidence give %v, the weight is %v", p.Left, p.Right, sum, p.Weight)
		}
		if p.Probability < .5 {
			t.Fatalf("rows %d and %d are reported with probability %v", p.Left, p.Right, p.Probability)
		}
	}
}

func TestDecisionsBindTheResult(t *testing.T) {
	records, _ := village(t, 3000)
	free, err := linkage.Dedupe(records, linkage.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	pair := free.Pairs[0]
	var alone []uint32
	for row, first := range free.Owner {
		if row == int(first) && len(alone) < 2 {
			alone = append(alone, first)
		}
	}
	options := linkage.Defaults()
	options.Decisions = []linkage.Decision{{Left: pair.Left, Right: pair.Right}, {Left: alone[0], Right: alone[1], Same: true}}
	records, _ = village(t, 3000)
	bound, err := linkage.Dedupe(records, options)
	if err != nil {
		t.Fatal(err)
	}
	if bound.Owner[pair.Left] == bound.Owner[pair.Right] {
		t.Error("two rows judged to be different people are one entity")
	}
	if bound.Owner[alone[0]] != bound.Owner[alone[1]] {
		t.Error("two rows judged to be one person are two entities")
	}
	options.Decisions = []linkage.Decision{{Left: 0, Right: 99999}}
	if _, err := linkage.Dedupe(records, options); err == nil {
		t.Error("a decision on a row that does not exist is accepted")
	}
}

func TestASavedModelGroupsLikeTheLearntOne(t *testing.T) {
	records, truth := village(t, 4000)
	learnt, err := linkage.Dedupe(records, linkage.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(learnt.Model)
	if err != nil {
		t.Fatal(err)
	}
	options := linkage.Defaults()
	options.Model = new(linkage.Model)
	if err := json.Unmarshal(data, options.Model); err != nil {
		t.Fatal(err)
	}
	records, _ = village(t, 4000)
	again, err := linkage.Dedupe(records, options)
	if err != nil {
		t.Fatal(err)
	}
	a, b := accuracy.Pairwise(groups(learnt.Owner), truth).F1(), accuracy.Pairwise(groups(again.Owner), truth).F1()
	if b < a-.02 {
		t.Errorf("F1 %.4f with the saved model, %.4f when it was learnt", b, a)
	}
	options.Model.NormVersion++
	if _, err := linkage.Dedupe(records, options); err == nil {
		t.Error("a model of another normalisation is accepted")
	}
}

func TestANewPersonIsFoundInTheIndex(t *testing.T) {
	const size, asked = 5000, 300
	records, truth := village(t, size)
	result, err := linkage.Dedupe(records, linkage.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	index, err := linkage.NewIndex(records, result.Model, 2)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for row := range asked {
		var raw []string
		for f := range records.Fields() {
			raw = append(raw, records.Value(row, f))
		}
		matches := index.Match(raw, .5)
		if len(matches) > 0 && truth[matches[0].Left] == truth[row] {
			found++
		}
	}
	if found < asked*97/100 {
		t.Errorf("%d of %d persons found by their own values", found, asked)
	}
}

func TestABuilderRefusesTooManyFields(t *testing.T) {
	fields := make([]linkage.Field, 17)
	for i := range fields {
		fields[i] = linkage.Field{Name: strconv.Itoa(i), Kind: linkage.Text}
	}
	for _, f := range [][]linkage.Field{nil, fields} {
		if _, err := linkage.NewBuilder(f); err == nil {
			t.Errorf("%d fields are accepted", len(f))
		}
	}
}
