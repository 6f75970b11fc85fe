package registry

import (
	"fmt"
	"slices"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// NormSection is the name of the section of a pack that lists the products whose income is filled in from norms.
const NormSection = "norms"

// Product is a crop, a kind of animal or another thing that households earn by: so much of an item (land, animals sold)
// yields so much, which fetches a price and has a cost.
type Product struct {
	Code    string
	Label   i18n.Text
	Item    *policy.Item // of the household; its answer of the year is the quantity
	Unit    i18n.Text    // of the yield, such as kilograms
	Income  string       // class of the income, "" for none
	Cost    string       // class of the expenditure, "" for none
	Source  string
	Unclear bool // no source confirms it
}

// ProductsOf lists the products of a pack, in its order.
func ProductsOf(pack *policy.Pack) []Product {
	products, _ := policy.SectionOf[[]Product](pack, NormSection)
	return products
}

type productsSchema struct {
	Products []productSchema `yaml:"products"`
}

type productSchema struct {
	Code        string               `yaml:"code"`
	Label       map[i18n.Lang]string `yaml:"label"`
	Item        string               `yaml:"item"`
	Unit        map[i18n.Lang]string `yaml:"unit"`
	Income      string               `yaml:"income"`
	Cost        string               `yaml:"cost"`
	Source      string               `yaml:"source"`
	Unconfirmed bool                 `yaml:"unconfirmed"`
	Pos         policy.Pos
}

func decodeProducts(p *policy.Pack, files []policy.SourceFile) (any, error) {
	var products []Product
	for _, file := range files {
		var found productsSchema
		if err := policy.Decode(file, &found); err != nil {
			return nil, err
		}
		for _, schema := range found.Products {
			product, err := schema.product(p)
			if err == nil && slices.ContainsFunc(products, func(other Product) bool { return other.Code == product.Code || other.Item == product.Item }) {
				err = fmt.Errorf("stands twice, or another product counts the same item")
			}
			if err != nil {
				return nil, policy.LoadErrors{{Pos: schema.Pos, Reason: fmt.Sprintf("product %q: %s", schema.Code, err)}}
			}
			products = append(products, product)
		}
	}
	return products, nil
}

func (s productSchema) product(p *policy.Pack) (Product, error) {
	product := Product{Code: s.Code, Label: i18n.Text(s.Label), Unit: i18n.Text(s.Unit), Income: s.Income, Cost: s.Cost, Source: s.Source, Unclear: s.Unconfirmed}
	if s.Code == "" || (s.Income == "" && s.Cost == "") {
		return product, fmt.Errorf("needs a code and a class of income or cost")
	}
	if s.Source == "" && !s.Unconfirmed {
		return product, fmt.Errorf("names no source and does not say that it is unconfirmed")
	}
	if err := complete(p, product.Label, product.Unit); err != nil {
		return product, err
	}
	item, ok := p.Item(SubjectHousehold, s.Item)
	if !ok || item.Core || (item.Kind != policy.Int && item.Kind != policy.Decimal) {
		return product, fmt.Errorf("%q is no item of the household that holds a number", s.Item)
	}
	product.Item = item
	if s.Income != "" && !hasOption(p, SubjectIncome, "class", s.Income) {
		return product, fmt.Errorf("there is no class of income %q", s.Income)
	}
	if s.Cost != "" && !hasOption(p, SubjectExpenditure, "class", s.Cost) {
		return product, fmt.Errorf("there is no class of expenditure %q", s.Cost)
	}
	return product, nil
}
