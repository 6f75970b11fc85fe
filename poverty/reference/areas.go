package reference

import (
	"fmt"

	"rightkey/poverty/smallarea"
)

// milkAreas are 43 areas with direct estimates of milk expenditure and four major areas as covariates.
func milkAreas(t Table) ([]smallarea.Area, error) {
	columns, err := columnsOf(t, []string{"yi", "SD", "MajorArea"}, []string{"SmallArea"})
	if err != nil {
		return nil, err
	}
	areas := make([]smallarea.Area, t.Len())
	for d := range areas {
		sd := columns.number["SD"][d]
		covariates := []float64{1, 0, 0, 0}
		if major := int(columns.number["MajorArea"][d]); major > 1 {
			covariates[major-1] = 1
		}
		areas[d] = smallarea.Area{Name: columns.text["SmallArea"][d], Direct: columns.number["yi"][d], Variance: sd * sd, Covariates: covariates}
	}
	return areas, nil
}

// smallAreas is the Fay-Herriot model against R sae.
func smallAreas(b *book) error {
	b.source = "R sae 1.3"
	t, err := b.open("sae_milk.csv.gz")
	if err != nil {
		return err
	}
	areas, err := milkAreas(t)
	if err != nil {
		return err
	}
	for _, m := range []struct {
		method  smallarea.Method
		printed string
	}{{smallarea.REML, "0.0185502223"}, {smallarea.ML, "0.0155175503"}, {smallarea.Moment, "0.0164202704"}} {
		fit, err := smallarea.Fit(areas, m.method)
		if err != nil {
			return err
		}
		b.same(fmt.Sprintf("variance of area effects, %s", m.method), m.printed, fit.EffectVar)
	}
	fit, err := smallarea.Fit(areas, smallarea.REML)
	if err != nil {
		return err
	}
	for j, printed := range []string{"0.968188970", "0.132780142", "0.226946219", "-0.241301080"} {
		b.same(fmt.Sprintf("coefficient %d", j+1), printed, fit.Beta[j])
	}
	return smallAreaEstimates(b, fit)
}

// smallAreaEstimates are the estimate and mean squared error of every area.
func smallAreaEstimates(b *book, fit *smallarea.FayHerriot) error {
	file, err := b.open("reference/sae_eblupFH_milk.csv")
	if err != nil {
		return err
	}
	list, err := columnsOf(file, []string{"eblup", "mse"}, []string{"SmallArea"})
	if err != nil {
		return err
	}
	for d, area := range fit.Areas {
		b.near("estimate of area "+area.Name, list.number["eblup"][d], area.EBLUP, 1e-9)
		b.near("mean squared error of area "+area.Name, list.number["mse"][d], area.MSE, 1e-9)
	}
	return nil
}

// provinces are the direct, synthetic and mixed estimates of poverty in 52 provinces against R sae.
func provinces(b *book) error {
	b.source = "R sae 1.3 documentation"
	t, err := b.open("sae_incomedata.csv.gz")
	if err != nil {
		return err
	}
	rows, err := columnsOf(t, []string{"income", "weight"}, []string{"provlab", "educ"})
	if err != nil {
		return err
	}
	people, byGroup, err := provinceSizes(b)
	if err != nil {
		return err
	}
	poor := make([]float64, t.Len())
	for i, income := range rows.number["income"] {
		poor[i] = float64(boolean(income < 6557.143))
	}
	direct, err := smallarea.DirectEstimates(poor, rows.number["weight"], rows.text["provlab"], people)
	if err != nil {
		return err
	}
	synthetic, err := smallarea.PostStratified(poor, rows.number["weight"], rows.text["educ"], byGroup)
	if err != nil {
		return err
	}
	return provinceChecks(b, direct, synthetic, people)
}

// provinceSizes are the populations by province, and by province and level of education.
func provinceSizes(b *book) (people map[string]float64, byGroup map[string]map[string]float64, err error) {
	sizes, err := b.open("sae_sizeprov.csv.gz")
	if err != nil {
		return nil, nil, err
	}
	list, err := columnsOf(sizes, []string{"Nd"}, []string{"provlab"})
	if err != nil {
		return nil, nil, err
	}
	people = map[string]float64{}
	for d, name := range list.text["provlab"] {
		people[name] = list.number["Nd"][d]
	}
	education, err := b.open("sae_sizeprovedu.csv.gz")
	if err != nil {
		return nil, nil, err
	}
	levels := []string{"educ0", "educ1", "educ2", "educ3"}
	if list, err = columnsOf(education, levels, []string{"provlab"}); err != nil {
		return nil, nil, err
	}
	byGroup = map[string]map[string]float64{}
	for d, name := range list.text["provlab"] {
		byGroup[name] = map[string]float64{}
		for k, level := range levels {
			byGroup[name][fmt.Sprint(k)] = list.number[level][d]
		}
	}
	return people, byGroup, nil
}

func provinceChecks(b *book, direct map[string]smallarea.Direct, synthetic, people map[string]float64) error {
	file, err := b.open("reference/sae_direct_poverty_provinces.csv")
	if err != nil {
		return err
	}
	list, err := columnsOf(file, []string{"SampSize", "Direct", "SD"}, []string{"Domain"})
	if err != nil {
		return err
	}
	for d, name := range list.text["Domain"] {
		b.near("direct estimate, "+name, list.number["Direct"][d], direct[name].Estimate, 1e-11)
		b.near("direct estimate, standard error, "+name, list.number["SD"][d], direct[name].SE, 1e-11)
	}
	if file, err = b.open("reference/sae_documented_dir_psyn_ssd.csv"); err != nil {
		return err
	}
	if list, err = columnsOf(file, nil, []string{"province", "dir", "psyn_educ", "ssd"}); err != nil {
		return err
	}
	for d, name := range list.text["province"] {
		b.same("synthetic estimate %, "+name, list.text["psyn_educ"][d], 100*synthetic[name])
		mixed := smallarea.SampleSizeDependent(direct[name], synthetic[name], people[name], 1)
		b.same("sample-size dependent estimate %, "+name, list.text["ssd"][d], 100*mixed)
	}
	return nil
}
