package policy

import (
	"fmt"
	"strings"

	"rightkey/internal/i18n"
)

// Worded is a text of a section, which has to stand in every language of the pack.
func (p *Pack) Worded(text map[i18n.Lang]string) (i18n.Text, error) {
	for _, language := range p.Languages {
		if strings.TrimSpace(text[language]) == "" {
			return nil, fmt.Errorf("it has no text in %q", language)
		}
	}
	return text, nil
}
