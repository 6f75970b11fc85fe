package web

import (
	"strconv"

	"rightkey/internal/i18n"
)

// languageName is a language's own name for itself.
func languageName(lang i18n.Lang) string {
	for _, info := range i18n.Languages() {
		if info.Lang == lang {
			return info.Name
		}
	}
	return string(lang)
}

// pressed is the value of aria-pressed.
func pressed(on bool) string {
	if on {
		return "true"
	}
	return "false"
}

// current is the value of aria-current for a place in the navigation.
func current(here bool) string {
	if here {
		return "page"
	}
	return "false"
}

// ariaSort is the value of aria-sort.
func ariaSort(o Order) string {
	if o == NotSorted {
		return "none"
	}
	return string(o)
}

// optionID is the identifier of answer i of a choice; the first has the field's own, to which error summaries link.
func optionID(f Field, i int) string {
	if i == 0 {
		return f.ID()
	}
	return f.ID() + "-" + strconv.Itoa(i)
}
