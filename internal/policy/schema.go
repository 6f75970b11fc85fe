package policy

import "rightkey/internal/i18n"

// fileSchema is what a pack file may hold; any file may hold any of it, but pack and levels stand once.
type fileSchema struct {
	Pack     *packSchema              `yaml:"pack"`
	Sections map[string][]string      `yaml:"sections"` // section of a room → its files
	Levels   []levelSchema            `yaml:"levels"`
	Codes    map[string]codesSchema   `yaml:"codes"`
	Forms    []formSchema             `yaml:"forms"`
	Items    []itemSchema             `yaml:"items"`
	Lines    []lineSchema             `yaml:"lines"`
	Values   []valueSchema            `yaml:"values"`
	Formulas map[string]formulaSchema `yaml:"formulas"`
	Roles    []roleSchema             `yaml:"roles"`
	Terms    map[string]localSchema   `yaml:"terms"`
	Pos      Pos
}

// localSchema is a text in several languages: a mapping from language to text.
type localSchema struct {
	texts map[i18n.Lang]string
	Pos   Pos
}

type packSchema struct {
	ID        string      `yaml:"id"`
	Version   string      `yaml:"version"`
	Title     localSchema `yaml:"title"`
	Languages []i18n.Lang `yaml:"languages"`
	Currency  string      `yaml:"currency"`
	Digits    int         `yaml:"digits"`
	HomeLevel string      `yaml:"home_level"`
	Pos       Pos
}

type levelSchema struct {
	Code  string      `yaml:"code"`
	Label localSchema `yaml:"label"`
	Width int         `yaml:"width"`
	Pos   Pos
}

type codesSchema struct {
	Label       localSchema    `yaml:"label"`
	Options     []optionSchema `yaml:"options"`
	Source      string         `yaml:"source"`
	Unconfirmed bool           `yaml:"unconfirmed"`
	Pos         Pos
}

type optionSchema struct {
	Code  string      `yaml:"code"`
	Label localSchema `yaml:"label"`
	Color string      `yaml:"color"`
	Group string      `yaml:"group"`
	Pos   Pos
}

type formSchema struct {
	Code    string      `yaml:"code"`
	Subject string      `yaml:"subject"`
	Label   localSchema `yaml:"label"`
	Yearly  bool        `yaml:"yearly"`
	Pos     Pos
}

type itemSchema struct {
	Code        string          `yaml:"code"`
	Subject     string          `yaml:"subject"`
	Section     string          `yaml:"section"`
	Core        bool            `yaml:"core"`
	Kind        string          `yaml:"kind"`
	Codes       string          `yaml:"codes"`
	Label       localSchema     `yaml:"label"`
	Help        localSchema     `yaml:"help"`
	Class       string          `yaml:"class"`
	Purpose     []string        `yaml:"purpose"`
	Legal       string          `yaml:"legal"`
	Retention   int             `yaml:"retention_years"`
	List        bool            `yaml:"list"`
	Mirror      bool            `yaml:"mirror"`
	Counts      string          `yaml:"counts"`
	Required    bool            `yaml:"required"`
	RequiredIf  string          `yaml:"required_if"`
	Protected   bool            `yaml:"protected"`
	Min         Number          `yaml:"min"`
	Max         Number          `yaml:"max"`
	Pattern     string          `yaml:"pattern"`
	Identity    *identitySchema `yaml:"identity"`
	Check       *checkSchema    `yaml:"check"`
	Unit        string          `yaml:"unit"`
	Find        string          `yaml:"find"`
	Source      string          `yaml:"source"`
	Unconfirmed bool            `yaml:"unconfirmed"`
	Pos         Pos
}

type identitySchema struct {
	Normalise     string        `yaml:"normalise"`
	Lengths       []int         `yaml:"lengths"`
	Extend        *extendSchema `yaml:"extend"`
	Check         string        `yaml:"check"`
	CheckLength   int           `yaml:"check_length"`
	CheckSeverity string        `yaml:"check_severity"`
	Pos           Pos
}

type extendSchema struct {
	From   int    `yaml:"from"`
	At     int    `yaml:"at"`
	Insert string `yaml:"insert"`
	Pos    Pos
}

type checkSchema struct {
	CEL      string      `yaml:"cel"`
	Severity string      `yaml:"severity"`
	Text     localSchema `yaml:"text"`
	Pos      Pos
}

type lineSchema struct {
	Code        string      `yaml:"code"`
	Purpose     string      `yaml:"purpose"`
	Label       localSchema `yaml:"label"`
	Area        string      `yaml:"area"`
	From        string      `yaml:"from"`
	To          string      `yaml:"to"`
	Amount      Number      `yaml:"amount"`
	Per         string      `yaml:"per"`
	Period      string      `yaml:"period"`
	Prices      string      `yaml:"prices"`
	Source      string      `yaml:"source"`
	Unconfirmed bool        `yaml:"unconfirmed"`
	Pos         Pos
}

type valueSchema struct {
	Code        string      `yaml:"code"`
	Label       localSchema `yaml:"label"`
	Area        string      `yaml:"area"`
	From        string      `yaml:"from"`
	To          string      `yaml:"to"`
	Number      Number      `yaml:"number"`
	Text        string      `yaml:"text"`
	Unit        string      `yaml:"unit"`
	Source      string      `yaml:"source"`
	Unconfirmed bool        `yaml:"unconfirmed"`
	Pos         Pos
}

type formulaSchema struct {
	Subject     string      `yaml:"subject"`
	Label       localSchema `yaml:"label"`
	Unit        string      `yaml:"unit"`
	Money       bool        `yaml:"money"`
	Inputs      []string    `yaml:"inputs"`
	CEL         string      `yaml:"cel"`
	Explain     localSchema `yaml:"explain"`
	Source      string      `yaml:"source"`
	Unconfirmed bool        `yaml:"unconfirmed"`
	Pos         Pos
}

type roleSchema struct {
	Code   string      `yaml:"code"`
	Label  localSchema `yaml:"label"`
	Level  string      `yaml:"level"`
	Source string      `yaml:"source"`
	Pos    Pos
}
