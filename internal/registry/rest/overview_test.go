package rest_test

import (
	"context"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/registry/overview"
	registryrest "rightkey/internal/registry/rest"
	"rightkey/precision"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// Of one hamlet enough households were judged, of the other three.
func TestFiguresOfAreasComeWithTheIntervalOfWhatIsEstimated(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.ImportCSV(t, register.Households, "key,area,status,nets,catch\na,11001001,stranded,1,10\nb,11001002,afloat,1,10\n")
		judged := map[int64]overview.Sampled{}
		for code, seen := range map[string]int{"11001": 15, "11001001": 12, "11001002": 3} {
			at, err := r.Areas.ByCode(t.Context(), r.Scope(t, register.County, access.AreaRead), code)
			if err != nil {
				t.Fatal(err)
			}
			judged[at.Key] = overview.Sampled{Inclusion: precision.Share{Value: 0.5, Low: 0.25, High: 0.75, Seen: seen}}
		}
		sample := func(context.Context, access.Scope, int64) (map[int64]overview.Sampled, error) { return judged, nil }
		api := visitor.NewAPI(t, r.Stand, r.Who)
		registryrest.Register(api.API, registryrest.Rooms{Registry: r.Registry, Jobs: r.Jobs, Errors: sample})
		var got struct{ Items []registryrest.AreaFigure }
		api.Get(t, register.County, "/figures?area=11001&measure=inclusion_error").Want(t, 200).Read(t, &got)
		if len(got.Items) != 3 || got.Items[0].Area != "11001" || got.Items[1].Value == nil || *got.Items[1].Value != 50 || *got.Items[1].Low != 25 || got.Items[1].Judged != 12 || got.Items[2].Value != nil || !got.Items[2].Hidden {
			t.Errorf("%+v", got.Items)
		}
		api.Get(t, register.County, "/figures?area=11&measure=households").Want(t, 200, `"value":2`)
		api.Get(t, register.South, "/figures?area=11&measure=households").Want(t, 404)
	})
}
