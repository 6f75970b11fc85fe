package main

import (
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/testdata"
)

func readAll(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestDedupeGuessesTheFieldsAndWritesPairsClustersAndModel(t *testing.T) {
	dir := t.TempDir()
	in := testdata.Path(t, "linkage/fake_1000.csv.gz")
	c := dedupeCommand{
		In: in, Out: filepath.Join(dir, "pairs.csv"), Clusters: filepath.Join(dir, "clusters.csv"),
		Truth: "cluster", engineFlags: engineFlags{SaveModel: filepath.Join(dir, "model.json"), AtLeast: .5, Seed: 1, Workers: 2},
	}
	var out bytes.Buffer
	if err := c.run(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"--field first_name:given", "--field surname:surname", "--field dob:date", "--field city:place", "--field email:text", "F1 0.98"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, out.String())
		}
	}
	pairs, clusters := readAll(t, c.Out), readAll(t, c.Clusters)
	if got, want := strings.Join(pairs[0], ","), "left,right,probability,weight,first_name,surname,dob,city,email"; got != want {
		t.Errorf("header of the pairs is %s, want %s", got, want)
	}
	if len(clusters) != 1001 || strings.Join(clusters[0], ",") != "row,cluster" || clusters[1][0] != "1" || clusters[1][1] != "1" {
		t.Errorf("%d lines of clusters, beginning %v", len(clusters), clusters[:2])
	}

	again := dedupeCommand{In: in, Out: filepath.Join(dir, "again.csv"), engineFlags: engineFlags{Model: c.SaveModel, AtLeast: .5, Seed: 1, Workers: 1}}
	if err := again.run(&out); err != nil {
		t.Fatal(err)
	}
	if n, m := len(readAll(t, again.Out)), len(pairs); n < m*95/100 || n > m*105/100 {
		t.Errorf("%d pairs with the saved model, %d when it was learnt", n, m)
	}
}

func TestTheFilesOfBothCommandsAreTheSameToTheByteForAnyNumberOfThreads(t *testing.T) {
	in := testdata.Path(t, "linkage/fake_1000.csv.gz")
	left, right := testdata.Path(t, "linkage/dataset4a.csv.gz"), testdata.Path(t, "linkage/dataset4b.csv.gz")
	var first map[string][]byte
	for _, workers := range []int{1, 2, 5} {
		dir := t.TempDir()
		at := func(name string) string { return filepath.Join(dir, name) }
		flags := engineFlags{SaveModel: at("model.json"), Questions: at("questions.csv"), Ask: 10, WrongCost: 1, AtLeast: .5, Seed: 1, Workers: workers}
		dedupe := dedupeCommand{In: in, Out: at("pairs.csv"), Clusters: at("clusters.csv"), engineFlags: flags}
		flags.SaveModel, flags.Questions = at("model-of-two.json"), at("questions-of-two.csv")
		link := linkCommand{Left: left, Right: right, Out: at("links.csv"), OneToOne: true, engineFlags: flags}
		for _, run := range []func(io.Writer) error{dedupe.run, link.run} {
			if err := run(io.Discard); err != nil {
				t.Fatal(err)
			}
		}
		files := map[string][]byte{}
		for _, name := range []string{"pairs.csv", "clusters.csv", "model.json", "questions.csv", "links.csv", "model-of-two.json", "questions-of-two.csv"} {
			content, err := os.ReadFile(at(name))
			if err != nil || len(content) == 0 {
				t.Fatalf("%s: %d bytes, %v", name, len(content), err)
			}
			files[name] = content
			if first != nil && !bytes.Equal(content, first[name]) {
				t.Errorf("%s is another with %d threads than with 1", name, workers)
			}
		}
		if first == nil {
			first = files
		}
	}
}

func TestAnsweredQuestionsAreLabels(t *testing.T) {
	dir := t.TempDir()
	c := dedupeCommand{In: testdata.Path(t, "linkage/fake_1000.csv.gz"), engineFlags: engineFlags{
		Questions: filepath.Join(dir, "questions.csv"), Ask: 8, WrongCost: 2, AtLeast: .5, Seed: 1, Workers: 2,
	}}
	if err := c.run(new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	asked := readAll(t, c.Questions)
	if len(asked) != 9 || asked[0][4] != "same" {
		t.Fatalf("%d lines of questions with the header %v", len(asked), asked[0])
	}
	for i := 1; i < len(asked)-1; i++ {
		asked[i][4] = "0" // the last stays unanswered
	}
	var answered bytes.Buffer
	if err := csv.NewWriter(&answered).WriteAll(asked); err != nil {
		t.Fatal(err)
	}
	c.Labels, c.Out = filepath.Join(dir, "labels.csv"), filepath.Join(dir, "pairs.csv")
	c.Clusters = filepath.Join(dir, "clusters.csv")
	if err := os.WriteFile(c.Labels, answered.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.run(new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	clusters := readAll(t, c.Clusters)
	for _, pair := range asked[1 : len(asked)-1] {
		left, _ := strconv.Atoi(pair[0])
		right, _ := strconv.Atoi(pair[1])
		if clusters[left][1] == clusters[right][1] {
			t.Errorf("rows %d and %d were judged to be two persons and are one cluster", left, right)
		}
	}
}

func TestLinkWritesEachRowOnce(t *testing.T) {
	dir := t.TempDir()
	left, right := filepath.Join(dir, "left.csv"), filepath.Join(dir, "right.csv")
	write := func(path string, rows ...string) {
		if err := os.WriteFile(path, []byte(strings.Join(rows, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(left, "name,born,village", "Ann Li,1970-01-02,Mora", "Bo Wu,1980-03-04,Lund", "Cy Ho,1990-05-06,Rattvik", "Di Fu,1960-07-08,Leksand")
	write(right, "name,born,village", "Cy Hoo,1990-05-06,Rattvik", "Ann Li,1970-01-02,Mora", "Ed Go,1950-09-10,Falun")
	c := linkCommand{
		Left: left, Right: right, Out: filepath.Join(dir, "links.csv"), OneToOne: true,
		engineFlags: engineFlags{Field: []string{"name:name", "born:date", "village:place"}, AtLeast: .5, Seed: 1, Workers: 1},
	}
	if err := c.run(new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range readAll(t, c.Out)[1:] {
		got = append(got, row[0]+"-"+row[1])
	}
	if want := "1-2 3-1"; strings.Join(got, " ") != want {
		t.Errorf("links %v, want %s", got, want)
	}
}

func TestWrongFlagsAreNamed(t *testing.T) {
	dir := t.TempDir()
	in, labels := filepath.Join(dir, "in.csv"), filepath.Join(dir, "labels.csv")
	if err := os.WriteFile(in, []byte("name,n\nAnn,1\nBo,2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(labels, []byte("left,right,same\n1,2,maybe\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]dedupeCommand{
		`unknown kind "colour"`: {In: in, engineFlags: engineFlags{Field: []string{"name:colour"}}},
		`no column "nam"`:       {In: in, engineFlags: engineFlags{Field: []string{"nam:name"}}},
		`no column "house"`:     {In: in, Group: "house", engineFlags: engineFlags{Field: []string{"name:name"}}},
		`row 1, column "same"`:  {In: in, engineFlags: engineFlags{Field: []string{"name:name"}, Labels: labels}},
		"no such file":          {In: filepath.Join(dir, "absent.csv")},
	} {
		if err := c.run(new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
