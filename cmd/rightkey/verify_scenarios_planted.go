package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/verify/crosscheck"
)

// In how many households of a county something is planted for a screen of the register, and of how many a photo is in order.
const (
	plantedHands  = 4
	plantedPhotos = 6 // half of them taken at one office, half far from their house
	photosInOrder = 100
)

// Where houses stand in a county that does not exist: in rows, some 55 metres from each other.
const (
	firstLat, firstLon = 26.0, 105.0
	fromHouse          = 0.0005
	housesInRow        = 100
)

// plantedFound is what a screen found of what was planted for it.
type plantedFound struct {
	Rule            string
	Planted, Raised int
}

func (f plantedFound) print(to io.Writer) {
	fmt.Fprintf(to, "%-6s planted in %d households, raised in %d\n", f.Rule, f.Planted, f.Raised)
}

// planter brings into a registered county, by the ways that officials have, what the register's own screens are to raise.
type planter struct {
	h        *house
	random   *rand.Rand
	scope    access.Scope
	official access.Caller
	list     []housed
}

// housed is a household with where its house stands.
type housed struct {
	registry.Household
	lat, lon float64
}

// plant plants what each of these screens is to raise, and returns the households by screen.
func (m *scenarioMeasure) plant(ctx context.Context, seed uint64, statuses []string) (map[crosscheck.Screen][]int64, error) {
	p := planter{h: m.h, random: rand.New(rand.NewPCG(seed, 10))}
	if err := p.hire(ctx); err != nil {
		return nil, err
	}
	if err := p.settle(ctx); err != nil {
		return nil, err
	}
	registered := slices.DeleteFunc(slices.Clone(p.list), func(h housed) bool { return !slices.Contains(statuses, h.Status) })
	if len(registered) < plantedHands+plantedPhotos {
		return nil, fmt.Errorf("%d households on the register are too few to plant something in them", len(registered))
	}
	p.random.Shuffle(len(registered), func(i, j int) { registered[i], registered[j] = registered[j], registered[i] })
	hands, photos := registered[:plantedHands], registered[plantedHands:plantedHands+plantedPhotos]
	for _, one := range hands {
		if err := p.favour(ctx, one); err != nil {
			return nil, fmt.Errorf("have an official write in the record of his kin: %w", err)
		}
	}
	if err := p.photograph(ctx, photos); err != nil {
		return nil, fmt.Errorf("photograph households: %w", err)
	}
	return map[crosscheck.Screen][]int64{crosscheck.OwnHand: ids(hands), crosscheck.SamePoint: ids(photos)}, nil
}

func ids(list []housed) []int64 {
	found := make([]int64, len(list))
	for i, one := range list {
		found[i] = one.ID
	}
	return found
}

// hire gives the county an official.
func (p *planter) hire(ctx context.Context) error {
	path, err := p.h.demoCounty(ctx)
	if err != nil {
		return err
	}
	logins := slices.DeleteFunc(demoLogins(path), func(l office.DemoLogin) bool { return l.Login != "county" })
	if _, err := p.h.office.CreateDemo(ctx, p.h.keys.Ring(), logins); err != nil {
		return err
	}
	var account int64
	if err := store.One(ctx, p.h.db.In(program), "SELECT id FROM account WHERE login = 'county'", nil, &account); err != nil {
		return err
	}
	if p.official, err = p.h.caller(ctx, account); err != nil {
		return err
	}
	p.official.Purpose = access.Registration
	p.scope, err = access.Decide(p.official, access.HouseholdEdit)
	return err
}

// settle puts every house where it stands.
func (p *planter) settle(ctx context.Context) error {
	list, err := store.All(ctx, p.h.db.In(program), "SELECT home, id, number, area, status, ver FROM household WHERE {checked} AND closed IS NULL ORDER BY area, id", nil,
		func(r store.Rows, h *housed) error {
			return r.Scan(&h.Home, &h.ID, &h.Number, &h.Area, &h.Status, &h.Ver)
		})
	if err != nil {
		return err
	}
	for i := range list {
		list[i].lat, list[i].lon = firstLat+fromHouse*float64(i/housesInRow), firstLon+fromHouse*float64(i%housesInRow)
	}
	p.list = list
	return p.h.db.Tx(ctx, program, func(tx store.Tx) error {
		for _, one := range list {
			if _, err := tx.Exec(ctx, "UPDATE dwelling SET lat = $3, lon = $4 WHERE {checked} AND home = $1 AND household = $2", one.Home, one.ID, one.lat, one.lon); err != nil {
				return err
			}
		}
		return nil
	})
}

// favour has the official write in a household's record, and say only then that it is kin.
func (p *planter) favour(ctx context.Context, one housed) error {
	_, err := p.h.changes.Submit(ctx, p.scope, change.Draft{Source: change.Page, Title: "form", Reason: "visit",
		Rows: []change.Row{{SubjectKind: registry.SubjectHousehold, Subject: one.ID, BaseVer: one.Ver, Set: change.Values{"phone": fmt.Sprintf("139%08d", p.random.IntN(1e8))}}}})
	if err != nil {
		return err
	}
	return p.h.registry.Declare(ctx, p.official, p.h.office, one.Number, "sibling")
}

// photograph adds photos: half of those planted at one office, the others far from their house each by itself, and of
// further households beside their house, as far off as a telephone errs.
func (p *planter) photograph(ctx context.Context, planted []housed) error {
	for i, one := range planted {
		lat, lon := firstLat-0.1, firstLon
		if i >= len(planted)/2 {
			lat, lon = one.lat+0.01, one.lon+0.0001*float64(i)
		}
		if err := p.picture(ctx, one, lat, lon); err != nil {
			return err
		}
	}
	order := p.random.Perm(len(p.list))
	for _, i := range order[:min(photosInOrder, len(order))] {
		one := p.list[i]
		if slices.ContainsFunc(planted, func(h housed) bool { return h.ID == one.ID }) {
			continue
		}
		if err := p.picture(ctx, one, one.lat+fromHouse*(p.random.Float64()-0.5)/2, one.lon+fromHouse*(p.random.Float64()-0.5)/2); err != nil {
			return err
		}
	}
	return nil
}

// picture adds a photo of a household that looks like no other.
func (p *planter) picture(ctx context.Context, one housed, lat, lon float64) error {
	picture := image.NewGray(image.Rect(0, 0, 64, 64))
	for y := range 8 {
		for x := range 8 {
			shade := color.Gray{Y: uint8(p.random.IntN(256))}
			for i := range 64 {
				picture.SetGray(8*x+i%8, 8*y+i/8, shade)
			}
		}
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, picture, nil); err != nil {
		return err
	}
	_, err := p.h.registry.Attach(ctx, p.scope, registry.Attaching{Household: one.ID, Kind: registry.HousePhoto, Lat: &lat, Lon: &lon}, file.Bytes())
	return err
}
