package registry

import "rightkey/internal/policy"

// amountItem is the item of a pack that holds amounts of entries.
func amountItem(pack *policy.Pack) (*policy.Item, bool) {
	for _, subject := range []string{SubjectIncome, SubjectExpenditure} {
		if item, ok := pack.Item(subject, "amount"); ok {
			return item, true
		}
	}
	return nil, false
}

// ParseAmount reads an amount in the currency of a pack as minor units; nil for an empty text, false for one that is no
// amount.
func ParseAmount(pack *policy.Pack, text string) (*int64, bool) {
	if text == "" {
		return nil, true
	}
	item, ok := amountItem(pack)
	if !ok {
		return nil, false
	}
	value, err := item.Parse(text)
	minor, isMoney := value.(int64)
	return &minor, err == nil && isMoney
}

// AmountText is an amount of minor units as a form or file shows it, "" for an unknown one.
func AmountText(pack *policy.Pack, minor *int64) string {
	item, ok := amountItem(pack)
	if minor == nil || !ok {
		return ""
	}
	return CellText(item, *minor)
}
