package synth

import "slices"

// In which way somebody is kin of an official.
const (
	KinBlood    = "blood"    // brother, sister, child
	KinMarriage = "marriage" // of the official's wife or husband
)

// appoint makes some households of a village those of its officials, and others their kin. An official is not poor;
// kin bear the surname of the official, or of the official's wife or husband, as far as there are enough of them.
func (c *County) appoint(d dice, households []*Household) {
	e := c.spec.Errors
	if e.Officials == 0 {
		return
	}
	var officials []*Household
	order := d.Perm(len(households))
	for _, i := range order {
		if h := households[i]; len(officials) < e.Officials && !h.Poor && h.Head().Age < 65 {
			h.Official = true
			officials = append(officials, h)
		}
	}
	if len(officials) == 0 {
		return
	}
	left := d.whole(e.Kin * float64(len(households)))
	slices.Reverse(order)
	for _, named := range []bool{true, false} {
		for _, i := range order {
			if left == 0 {
				return
			}
			if h := households[i]; !h.Official && h.KinOf == "" && h.marryInto(d, officials, named) {
				left--
			}
		}
	}
}

// marryInto makes the household kin of one of the officials: one whose name it shares, or anyone by marriage.
func (h *Household) marryInto(d dice, officials []*Household, named bool) bool {
	surname := h.Members[0].surname
	start := d.IntN(len(officials))
	for k := range officials {
		o := officials[(start+k)%len(officials)]
		switch {
		case !named:
			h.KinOf, h.Kin = o.Members[0].Key, KinMarriage
		case o.Members[0].surname == surname:
			h.KinOf, h.Kin = o.Members[0].Key, KinBlood
		case slices.ContainsFunc(o.Members, func(p Person) bool { return p.Relation == Spouse && p.surname == surname }):
			h.KinOf, h.Kin = o.Members[0].Key, KinMarriage
		default:
			continue
		}
		return true
	}
	return false
}
