package identify

import (
	"maps"
	"slices"

	"rightkey/internal/policy"
)

// addMembers adds what follows from the members one by one: their number, and the sums of the person's formulas that
// the welfare formula needs. missing says for which inputs such a sum is unknown.
func addMembers(p *policy.Pack, formula *policy.Formula, members []map[string]any, inputs map[string]any) (missing map[string][]string, err error) {
	missing = map[string][]string{}
	if members == nil {
		return missing, nil
	}
	inputs["members"] = float64(len(members))
	for _, code := range personFormulas(p, formula) {
		each := make([]map[string]any, len(members))
		for i, member := range members {
			each[i] = maps.Clone(inputs)
			maps.Copy(each[i], member)
		}
		sum, err := p.Formulas[code].EvalSum(each)
		if err != nil {
			return nil, err
		}
		if !sum.Known() {
			missing[code] = sum.Unknown
			continue
		}
		inputs[code] = sum.Number
	}
	return missing, nil
}

// personFormulas lists the person's formulas among the inputs of a formula and of the formulas it uses.
func personFormulas(p *policy.Pack, formula *policy.Formula) []string {
	var codes []string
	for _, code := range formula.Inputs {
		other, ok := p.Formulas[code]
		switch {
		case !ok:
		case other.Subject == "person":
			codes = append(codes, code)
		default:
			codes = append(codes, personFormulas(p, other)...)
		}
	}
	return codes
}

// addSources adds what the formulas among a formula's inputs were computed from, so that a verdict can be traced to
// what somebody said.
func addSources(p *policy.Pack, formula *policy.Formula, inputs, to map[string]any) {
	for _, code := range formula.Inputs {
		other, computed := p.Formulas[code]
		value, given := inputs[code]
		switch {
		case given && value != nil:
			to[code] = value
		case computed:
			addSources(p, other, inputs, to)
		}
	}
}

// asked replaces sums over members among the unknown inputs by what is missing behind them.
func asked(unknown []string, behind map[string][]string) []string {
	var codes []string
	for _, code := range unknown {
		if deeper, ok := behind[code]; ok {
			codes = append(codes, deeper...)
			continue
		}
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
