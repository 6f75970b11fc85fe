package reference

import (
	"rightkey/poverty"
	"rightkey/poverty/survey"
)

// columns are the columns a suite works on.
type columns struct {
	number map[string][]float64
	text   map[string][]string
}

func columnsOf(t Table, numbers, texts []string) (columns, error) {
	c := columns{map[string][]float64{}, map[string][]string{}}
	var err error
	for _, name := range numbers {
		if c.number[name], err = t.Numbers(name); err != nil {
			return c, err
		}
	}
	for _, name := range texts {
		if c.text[name], err = t.Strings(name); err != nil {
			return c, err
		}
	}
	return c, nil
}

// result is an estimate or the error it failed with, so that a list of checks reads as a list.
type result struct {
	estimate poverty.Estimate
	err      error
}

func one(e poverty.Estimate, err error) result { return result{e, err} }

// hundred is an estimate in per cent.
func hundred(e poverty.Estimate, err error) result {
	scaled := poverty.Estimate{Value: 100 * e.Value, Influence: make([]float64, len(e.Influence))}
	for i, z := range e.Influence {
		scaled.Influence[i] = 100 * z
	}
	return result{scaled, err}
}

// collector adds checks on estimates to a book and keeps the first error.
type collector struct {
	b   *book
	err error
}

func (c *collector) ok(r result) bool {
	if c.err == nil {
		c.err = r.err
	}
	return c.err == nil
}

func (c *collector) value(what, printed string, r result) {
	if c.ok(r) {
		c.b.same(what, printed, r.estimate.Value)
	}
}

func (c *collector) near(what string, theirs float64, r result, relative float64) {
	if c.ok(r) {
		c.b.near(what, theirs, r.estimate.Value, relative)
	}
}

func (c *collector) se(what, printed string, design *survey.Design, r result) {
	if se, ok := c.standardError(design, r); ok {
		c.b.same(what+", standard error", printed, se)
	}
}

func (c *collector) nearSE(what string, theirs float64, design *survey.Design, r result, relative float64) {
	if se, ok := c.standardError(design, r); ok {
		c.b.near(what+", standard error", theirs, se, relative)
	}
}

func (c *collector) both(what, value, se string, design *survey.Design, r result) {
	c.value(what, value, r)
	c.se(what, se, design, r)
}

func (c *collector) standardError(design *survey.Design, r result) (float64, bool) {
	if !c.ok(r) {
		return 0, false
	}
	se, err := design.SE(r.estimate.Influence)
	c.err = err
	return se, err == nil
}
