package page_test

import (
	"testing"

	demonstrationpage "rightkey/internal/verify/demonstration/page"
	"rightkey/internal/web"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

func TestTheDemonstrationShowsCurvesWithTheirFiguresInEveryLanguage(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		p := visitor.NewPages(r.Who, register.Analyst)
		demonstrationpage.Register(p.Server, web.Desk{Caller: visitor.Caller})
		for lang, words := range map[string][]string{"en": {"Mistakes near the line", "30.00"}, "zh": {"贫困线附近的差错", "30.00"}, "ur": {"لکیر کے قریب غلطیاں"}} {
			p.Languages = lang
			p.Get(t, register.Analyst, "/verification/demonstration").Want(t, 200, append(words, "trend-line", "bar-whisker", "rightkey verify demo")...)
			p.Get(t, register.Analyst, "/verification/demonstration?visits=exact").Want(t, 200, words...)
		}
	})
}
