package files

import (
	"encoding/json"
	"errors"
	"fmt"

	"rightkey/synth"
)

// Outlines is the file with the outlines of the county's areas, in GeoJSON.
const Outlines = "areas.geojson"

type geometry struct {
	Type        string               `json:"type"`
	Coordinates [][][]synth.Position `json:"coordinates"`
}

type feature struct {
	Type       string            `json:"type"`
	Properties map[string]string `json:"properties"`
	Geometry   geometry          `json:"geometry"`
}

// WriteOutlines writes areas.geojson: the county, its townships and villages, by their codes.
func WriteOutlines(county *synth.County, create Create) error {
	collection := struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}{Type: "FeatureCollection"}
	for _, o := range county.Outlines() {
		collection.Features = append(collection.Features, feature{"Feature", map[string]string{"code": o.Area.Code, "name": o.Area.Name}, geometry{"MultiPolygon", o.Polygons}})
	}
	file, err := create(Outlines)
	if err != nil {
		return fmt.Errorf("write outlines: %w", err)
	}
	if err := errors.Join(json.NewEncoder(file).Encode(collection), file.Close()); err != nil {
		return fmt.Errorf("write outlines: %w", err)
	}
	return nil
}
