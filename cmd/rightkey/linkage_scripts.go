package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"rightkey/linkage/script"
	"rightkey/linkage/translit"
)

// scripts seeks names of three scripts among Latin spellings, by cross-validation.
func (c *linkageBench) scripts(report func([]benchLine, error) error) error {
	for _, set := range []struct {
		name, file    string
		native, latin int
		folds         int
	}{
		{"Urdu to Latin: hit@1", "ur.translit.sampled.train.tsv.gz", 0, 1, 5},
		{"Arabic to Latin: hit@1", "wd_arabic_80.tsv.gz", 1, 0, 5},
		{"Laoo to Latin: hit@1", "l*_place_pairs.tsv.gz", 0, 1, 2},
	} {
		started := time.Now()
		pairs, err := readSpellings(filepath.Join(c.Data, set.file), set.native, set.latin)
		if err != nil {
			return err
		}
		v := c.validate(pairs, set.folds)
		low, high := v.Interval()
		name := fmt.Sprintf("%s of %d (%.3f-%.3f)", set.name, v.Candidates, low, high)
		if err := report([]benchLine{atLeast(name, v.Rate(), .95, "-", time.Since(started))}, nil); err != nil {
			return err
		}
	}
	return nil
}

// validate runs the folds side by side, each trained on up to 20,000 pairs, with up to 200 words sought among up to
// 1000 spellings.
func (c *linkageBench) validate(pairs []translit.Pair, folds int) translit.Validation {
	parts := make([]translit.Validation, folds)
	var wait sync.WaitGroup
	turn := make(chan struct{}, c.Workers)
	for fold := range folds {
		wait.Go(func() {
			turn <- struct{}{}
			parts[fold] = translit.ValidateFold(pairs, folds, fold, translit.Limits{Train: 20_000, Candidates: 1000, Queries: 200})
			<-turn
		})
	}
	wait.Wait()
	var total translit.Validation
	for _, part := range parts {
		total.Hits += part.Hits
		total.Asked += part.Asked
		total.Candidates = max(total.Candidates, part.Candidates)
	}
	return total
}

// readSpellings reads a table without a header: native word, Latin word and perhaps a count, in the given columns.
func readSpellings(pattern string, native, latin int) ([]translit.Pair, error) {
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("%s: want one file, there are %d", pattern, len(found))
	}
	file, err := os.Open(found[0])
	if err != nil {
		return nil, err
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", found[0], err)
	}
	var pairs []translit.Pair
	lines := bufio.NewScanner(plain)
	for lines.Scan() {
		// The words may hold quotation marks, so these are not tables as package table reads them.
		cells := strings.Split(lines.Text(), "\t")
		if len(cells) <= max(native, latin) {
			return nil, fmt.Errorf("read %s: row %d has %d columns", found[0], len(pairs)+1, len(cells))
		}
		pairs = append(pairs, spelling(cells, native, latin))
	}
	return pairs, lines.Err()
}

func spelling(cells []string, native, latin int) translit.Pair {
	p := translit.Pair{
		Native: script.SpokenOrder(script.Joined(script.Fold(strings.ReplaceAll(cells[native], " ", "")))),
		Latin:  script.Joined(script.Fold(cells[latin])),
		Count:  1,
	}
	if len(cells) > 2 {
		if count, err := strconv.ParseFloat(cells[2], 64); err == nil {
			p.Count = count
		}
	}
	return p
}
