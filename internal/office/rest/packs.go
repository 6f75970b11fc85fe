package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/rest"
)

// Pack is an installed policy pack.
type Pack struct {
	Hash      string    `json:"hash" doc:"SHA-256 of its files; decisions name it."`
	ID        string    `json:"id"`
	Version   string    `json:"version"`
	Title     i18n.Text `json:"title" doc:"By language code."`
	Languages []string  `json:"languages"`
	Currency  string    `json:"currency" doc:"ISO 4217 code."`
}

// PackFile is a pack with what it decides.
type PackFile struct {
	Pack
	Levels []PackLevel `json:"levels" doc:"Of areas, outermost first."`
	Items  []PackItem  `json:"items"`
	Lines  []PackLine  `json:"lines"`
	Values []PackValue `json:"values" doc:"Every decided value with its source."`
}

// PackLevel is a level of areas.
type PackLevel struct {
	Code  string    `json:"code"`
	Label i18n.Text `json:"label"`
	Width int       `json:"width" doc:"Digits of the level in a key."`
}

// PackItem is a question of the forms.
type PackItem struct {
	Subject   string    `json:"subject"`
	Section   string    `json:"section"`
	Code      string    `json:"code"`
	Kind      string    `json:"kind"`
	Codes     string    `json:"codes,omitempty" doc:"The code list of its answers."`
	Label     i18n.Text `json:"label"`
	Class     string    `json:"class" doc:"Sensitivity, P0 public to P4 secret."`
	Protected bool      `json:"protected" doc:"A change needs a second person."`
}

// PackLine is a poverty line.
type PackLine struct {
	Code        string    `json:"code"`
	Purpose     string    `json:"purpose"`
	Label       i18n.Text `json:"label"`
	Area        string    `json:"area" doc:"Where it holds: digits of an area's key, or * for everywhere."`
	From        string    `json:"from" format:"date"`
	To          string    `json:"to,omitempty" format:"date" doc:"Absent where it has no end."`
	Amount      int64     `json:"amount" doc:"Minor units of the pack's currency."`
	Per         string    `json:"per"`
	Period      string    `json:"period"`
	Prices      string    `json:"prices,omitempty" doc:"The year whose prices it is in."`
	Source      string    `json:"source"`
	Unconfirmed bool      `json:"unconfirmed" doc:"No source confirms it."`
}

// PackValue is a decided value and where it comes from.
type PackValue struct {
	Kind        string `json:"kind"`
	Code        string `json:"code"`
	Source      string `json:"source"`
	Unconfirmed bool   `json:"unconfirmed"`
	File        string `json:"file"`
	Line        int    `json:"line"`
}

func packOf(p *policy.Pack) Pack {
	out := Pack{Hash: p.Hash, ID: p.ID, Version: p.Version, Title: p.Title, Currency: p.Currency, Languages: []string{}}
	for _, lang := range p.Languages {
		out.Languages = append(out.Languages, string(lang))
	}
	return out
}

func packFileOf(p *policy.Pack) PackFile {
	out := PackFile{Pack: packOf(p), Levels: []PackLevel{}, Items: []PackItem{}, Lines: []PackLine{}, Values: []PackValue{}}
	for _, l := range p.Levels {
		out.Levels = append(out.Levels, PackLevel{l.Code, l.Label, l.Width})
	}
	for _, i := range p.Items {
		out.Items = append(out.Items, PackItem{i.Subject, i.Section, i.Code, string(i.Kind), i.Codes, i.Label, i.Class, i.Protected})
	}
	for _, l := range p.Lines {
		line := PackLine{Code: l.Code, Purpose: l.Purpose, Label: l.Label, Area: l.Area.String(), From: l.From.String(), Amount: l.Amount,
			Per: string(l.Per), Period: string(l.Period), Prices: l.Prices, Source: l.Source, Unconfirmed: l.Unconfirmed}
		if l.To != policy.Forever {
			line.To = l.To.String()
		}
		out.Lines = append(out.Lines, line)
	}
	for _, r := range p.Refs() {
		out.Values = append(out.Values, PackValue{r.Kind, r.Code, r.Source, r.Unconfirmed, r.Pos.File, r.Pos.Line})
	}
	return out
}

func (rooms Rooms) registerPacks(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-packs", Method: http.MethodGet, Path: "/packs", Summary: "List the installed policy packs", Room: room, Verb: access.PackRead},
		func(ctx context.Context, _ *struct{}) (*rest.Listed[Pack], error) {
			var items []Pack
			for _, p := range rooms.Packs.All() {
				items = append(items, packOf(p))
			}
			return rest.List(ctx, items, nil)
		})
	type getInput struct {
		Hash string `path:"hash" pattern:"^[0-9a-f]{64}$"`
	}
	rest.Register(api, rest.Operation{ID: "get-pack", Method: http.MethodGet, Path: "/packs/{hash}", Summary: "Read one pack: levels, items, lines, and every value with its source", Room: room, Verb: access.PackRead},
		func(_ context.Context, in *getInput) (*struct{ Body PackFile }, error) {
			p, ok := rooms.Packs.Get(in.Hash)
			if !ok {
				return nil, fault.New(fault.NotFound, "no such pack")
			}
			return &struct{ Body PackFile }{packFileOf(p)}, nil
		})
}
