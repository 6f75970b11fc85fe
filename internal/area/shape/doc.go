// Package shape holds the outlines of areas: it reads them from GeoJSON (RFC 7946, degrees of WGS 84), says what is
// wrong with one that cannot be drawn, thins them out, keeps them in few bytes, and puts those of a map on a sheet.
//
// Thinning out moves every vertex to the nearest point of a grid. Two areas that share a border share its vertices, so
// they share it afterwards too: a map has neither gaps nor overlaps, whatever the order in which rings were drawn.
//
// Source: RFC 7946, sections 3.1.6 (rings, holes), 3.1.9 (the antimeridian) and 4 (degrees).
package shape
