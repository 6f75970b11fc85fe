package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"rightkey/internal/table"
	"rightkey/poverty/mpi"
	"rightkey/poverty/survey"
)

// countedSurvey is one survey of an index: a file, or the rows of a year in a file that holds several.
type countedSurvey struct {
	year   *float64 // nil where only one survey was given and no year
	frame  *table.Frame
	data   mpi.Data
	design *survey.Design
}

// surveys reads the files, in the order of their years.
func (c *povertyMPI) surveys(spec mpi.Spec) ([]countedSurvey, error) {
	switch {
	case len(c.Year) > 0 && spec.Year != "":
		return nil, fmt.Errorf("the definition names a year column (%s) and --year was given: one of them", spec.Year)
	case len(c.Year) > 0 && len(c.Year) != len(c.In), len(c.In) > 1 && len(c.Year) == 0:
		return nil, fmt.Errorf("%d files and %d years: give a --year for each --in", len(c.In), len(c.Year))
	case len(c.In) == 1 && spec.Year != "":
		return c.surveysByColumn(spec)
	}
	var all []countedSurvey
	for i, file := range c.In {
		frame, err := loadTable(file)
		if err != nil {
			return nil, err
		}
		one, err := c.survey(frame, spec, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if len(c.Year) > 0 {
			one.year = &c.Year[i]
		}
		all = append(all, one)
	}
	return inOrder(all)
}

// surveysByColumn takes one file apart by its year column. Strata and primary sampling units of different years are
// different even where they have the same code.
func (c *povertyMPI) surveysByColumn(spec mpi.Spec) ([]countedSurvey, error) {
	frame, err := loadTable(c.In[0])
	if err != nil {
		return nil, err
	}
	years, err := numbers(frame, spec.Year)
	if err != nil {
		return nil, fmt.Errorf("year: %w", err)
	}
	found := slices.Compact(slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(years), math.IsNaN))))
	var all []countedSurvey
	for _, year := range found {
		one, err := c.survey(frame, spec, func(row int) bool { return years[row] == year })
		if err != nil {
			return nil, fmt.Errorf("year %v: %w", year, err)
		}
		one.year = &year
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no row has a year in column %s", spec.Year)
	}
	return all, nil
}

// inOrder sorts surveys by year and refuses two of the same year.
func inOrder(all []countedSurvey) ([]countedSurvey, error) {
	if len(all) < 2 {
		return all, nil
	}
	slices.SortStableFunc(all, func(a, b countedSurvey) int { return int(math.Copysign(1, *a.year-*b.year)) })
	for i, s := range all[1:] {
		if *s.year == *all[i].year {
			return nil, fmt.Errorf("two surveys of the year %s", strconv.FormatFloat(*s.year, 'g', -1, 64))
		}
	}
	return all, nil
}

// survey evaluates the definition on the rows that belong to it (nil for all); a row without a weight lies outside.
func (c *povertyMPI) survey(frame *table.Frame, spec mpi.Spec, belongs func(row int) bool) (countedSurvey, error) {
	s := countedSurvey{frame: frame}
	var err error
	if s.data, err = spec.Data(frame); err != nil {
		return s, err
	}
	s.data.Weight = repeated(1, frame.Len())
	if spec.Weight != "" {
		if s.data.Weight, err = numbers(frame, spec.Weight); err != nil {
			return s, fmt.Errorf("weight: %w", err)
		}
		s.data.Weight = slices.Clone(s.data.Weight)
	}
	for i, w := range s.data.Weight {
		if math.IsNaN(w) || belongs != nil && !belongs(i) {
			s.data.Weight[i] = 0
		}
	}
	strata, err := labels(frame, spec.Strata)
	if err != nil {
		return s, err
	}
	psu, err := labels(frame, spec.PSU)
	if err != nil {
		return s, err
	}
	if belongs != nil {
		strata = apart(strata, frame.Len(), belongs)
	}
	s.design, err = survey.New(frame.Len(), survey.Options{Weights: s.data.Weight, Strata: strata, PSU: psu, Lonely: lonely[c.Lonely]})
	return s, err
}

// apart puts the rows of other surveys into strata of their own.
func apart(strata []string, rows int, belongs func(row int) bool) []string {
	split := make([]string, rows)
	for i := range split {
		split[i] = "here"
		if !belongs(i) {
			split[i] = "elsewhere"
		}
		if strata != nil {
			split[i] += " " + strata[i]
		}
	}
	return split
}

// changes compares the levels of two successive surveys, line by line; a level that only one has is left out.
func changes(before, after []countedLine) []countedLine {
	type level struct {
		cutoff                        float64
		by, group, measure, indicator string
	}
	first := map[level]countedLine{}
	for _, l := range before {
		first[level{l.Cutoff, l.By, l.Group, l.Measure, l.Indicator}] = l
	}
	var lines []countedLine
	for _, l := range after {
		earlier, ok := first[level{l.Cutoff, l.By, l.Group, l.Measure, l.Indicator}]
		if !ok || earlier.Estimate == nil || l.Estimate == nil || earlier.SE == nil || l.SE == nil {
			continue
		}
		change, err := mpi.Between(mpi.Level{Value: *earlier.Estimate, SE: *earlier.SE}, mpi.Level{Value: *l.Estimate, SE: *l.SE}, *l.Year-*earlier.Year)
		if err != nil {
			continue // a level of 0 has no relative change
		}
		for _, c := range []struct {
			name string
			of   mpi.Level
		}{{"absolute", change.Absolute}, {"absolute a year", change.AbsoluteAnnual}, {"relative", change.Relative}, {"relative a year", change.RelativeAnnual}} {
			line := l
			line.Since, line.Change = earlier.Year, c.name
			line.Estimate, line.SE = known(c.of.Value), known(c.of.SE)
			line.Low, line.High = known(c.of.Value-normal95*c.of.SE), known(c.of.Value+normal95*c.of.SE)
			lines = append(lines, line)
		}
	}
	return lines
}

// normal95 is the two-sided 95 % point of the normal distribution.
const normal95 = 1.959963984540054
