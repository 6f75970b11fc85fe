package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"rightkey/internal/access"
	"rightkey/internal/area"
)

// areasOutlines is "rightkey areas outlines".
type areasOutlines struct {
	place
	File   string `arg:"" help:"GeoJSON or GeoJSON.gz: a FeatureCollection of Polygons and MultiPolygons in degrees (RFC 7946)."`
	Code   string `default:"code" placeholder:"PROPERTY" help:"Property of a feature that holds the area's official code."`
	Name   string `default:"name" placeholder:"PROPERTY" help:"Property that holds the area's name, for features without a code."`
	Level  int    `placeholder:"N" help:"Level of the areas that are looked up by name (1 is the outermost); without it a name must be unique."`
	DryRun bool   `help:"Check every feature and change nothing."`
	Skip   bool   `help:"Load the right outlines although others are rejected."`
}

// Help is shown by --help.
func (areasOutlines) Help() string {
	return `Checks all features, names each wrong one with its number and reason, and stores the outlines that are new or
changed, thinned out for maps. A map on which fewer than half of the areas have an outline shows points or squares.

Example:
  rightkey areas outlines districts.geojson --name shapeName --level 2 --data ./register`
}

// Run loads the file.
func (c *areasOutlines) Run(app *kong.Kong) error {
	ctx := context.Background()
	h, err := openHouse(ctx, c.place, "")
	if err != nil {
		return err
	}
	defer h.close()
	report, err := h.loadOutlines(ctx, c.File, area.Outlines{Code: c.Code, Name: c.Name, Level: c.Level, DryRun: c.DryRun, Skip: c.Skip})
	if err != nil {
		return err
	}
	for _, r := range report.Rejects {
		fmt.Fprintf(app.Stdout, "feature %d, %s: %s (%q)\n", r.Row, r.Column, r.Reason, r.Code)
	}
	_, err = fmt.Fprintf(app.Stdout, "%d features: %d created, %d updated, %d unchanged, %d rejected\n", report.Rows, report.Created, report.Updated, report.Unchanged, report.Rejected)
	if err == nil && report.Rejected > 0 && !report.Applied && !c.DryRun {
		return errors.New("nothing was changed; correct the features or use --skip")
	}
	return err
}

// loadOutlines stores the outlines of a file.
func (h *house) loadOutlines(ctx context.Context, path string, o area.Outlines) (area.Report, error) {
	scope, err := h.decide(access.AreaEdit)
	if err != nil {
		return area.Report{}, err
	}
	file, err := os.Open(path)
	if err != nil {
		return area.Report{}, err
	}
	defer file.Close()
	var in io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		plain, err := gzip.NewReader(file)
		if err != nil {
			return area.Report{}, fmt.Errorf("open %s: %w", filepath.Base(path), err)
		}
		defer plain.Close()
		in = plain
	}
	o.File = filepath.Base(path)
	return h.areas.LoadOutlines(ctx, scope, in, o)
}
