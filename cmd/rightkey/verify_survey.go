package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"rightkey/internal/table"
	"rightkey/internal/verify/demonstration/world"
)

// surveyed is a population of a survey's households; every seed registers others by mistake.
func (c *verifyDemo) surveyed(_ string, seed uint64) (_ *world.World, err error) {
	rows, err := table.Open(c.Survey)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	place := map[string]int{}
	for i, column := range rows.Header() {
		place[column] = i
	}
	for _, column := range []string{c.Village, c.Welfare, c.Score} {
		if _, known := place[column]; !known {
			return nil, fmt.Errorf("%s has no column %q", c.Survey, column)
		}
	}
	var villages []string
	var welfare, score []float64
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return world.FromSurvey(villages, welfare, score, seed)
		}
		if err != nil {
			return nil, err
		}
		w, err := strconv.ParseFloat(row.Cells[place[c.Welfare]], 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Welfare, err)
		}
		s, err := strconv.ParseFloat(row.Cells[place[c.Score]], 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Score, err)
		}
		villages, welfare, score = append(villages, row.Cells[place[c.Village]]), append(welfare, w), append(score, s)
	}
}
