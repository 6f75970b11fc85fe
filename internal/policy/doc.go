// Package policy reads policy packs: what a government has decided about poverty, as data. A pack says which levels
// the administration has, what is asked about households and persons (the item dictionary), which answers there are
// (code lists), what is computed from them (formulas), where the poverty line runs in which year and place (lines),
// which other dated figures apply (values), who may do what (roles) and what things are called (terms), in each of
// its languages. The program holds the mechanisms and no country's decisions: a new country is a new folder.
//
// A pack is a folder of YAML files. Every figure carries its source; one that nobody has confirmed is marked
// unconfirmed and stays listed as such (Pack.Unconfirmed). Nothing is read leniently: an unknown key, a duplicate
// key, a code or a figure without quotes (leading zeros and decimals would be lost) is refused with file and line.
//
// A value that is missing is unknown, never 0: a formula over it is unknown too, and says what has to be asked.
//
// The list of what packs hold follows the rule-pack skeleton of the operating rules of targeted poverty alleviation
// (registration forms, lines by year, data-quality rules) and the field dictionary of the data-protection guidance:
// an item without a purpose cannot be added.
package policy
