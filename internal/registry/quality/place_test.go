package quality_test

import (
	"slices"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
	"rightkey/test/register"
)

const reef = 11001001

// state answers the form of a hamlet as its official.
func state(t *testing.T, r *register.Register, key int64, hearths int64) {
	t.Helper()
	scope := r.Scope(t, register.County, access.HouseholdEdit)
	at, err := r.Registry.OpenPlace(t.Context(), scope, key)
	if err != nil {
		t.Fatal(err)
	}
	day := clock.Date(2013, 12, 31)
	set, err := r.Changes.Submit(t.Context(), scope, change.Draft{Source: change.Page, Title: "form", Reason: "visit", ValidOn: &day,
		Rows: []change.Row{{SubjectKind: at.Kind, Subject: at.ID, BaseVer: at.Ver, Set: change.Values{"hearths": hearths}}}})
	if err != nil || set.State != change.Applied {
		t.Fatalf("%s %v", set.State, err)
	}
}

// ofForms lists the problems of the forms of areas that an account sees, whatever their state.
func ofForms(t *testing.T, r *register.Register, account int64) []quality.Problem {
	t.Helper()
	list, err := r.Quality.List(t.Context(), r.Scope(t, account, access.HouseholdList), quality.Filter{Rule: "H07"}, quality.Position{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAFormThatStatesAnotherFigureThanItsHouseholdsIsAProblemOfTheArea(t *testing.T) {
	for name, one := range map[string]struct {
		stated int64
		fires  bool
	}{"too many": {3, true}, "too few": {1, true}, "as counted": {2, false}} {
		t.Run(name, func(t *testing.T) {
			register.Each(t, func(t *testing.T, r *register.Register) {
				town(t, r) // two hearths in Reef
				state(t, r, reef, one.stated)
				run(t, r)
				list := ofForms(t, r, register.County)
				if (len(list) == 1) != one.fires {
					t.Fatalf("problems of the form: %+v", list)
				}
				if !one.fires {
					return
				}
				p := list[0]
				if !p.AboutPlace() || p.Area != reef || p.Number != "" || p.SubjectKind != "hamlet" || !slices.Equal(p.Fields, []string{"hamlet.hearths"}) {
					t.Errorf("%+v", p)
				}
				if found, _, err := quality.ResultOf(run(t, r)); err != nil || found != 0 {
					t.Errorf("a second run found %d: %v", found, err)
				}
				if len(ofForms(t, r, register.Village)) != 1 || len(ofForms(t, r, register.South)) != 0 {
					t.Error("the hamlet's official sees the problem, another county does not")
				}
			})
		})
	}
}

func TestAFormsProblemFollowsTheFormAndTheHouseholds(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		run(t, r)
		follow := func(want quality.State) {
			t.Helper()
			catch(t, r)
			if list := ofForms(t, r, register.County); len(list) != 1 || list[0].State != want {
				t.Fatalf("want %s: %+v", want, list)
			}
		}
		catch(t, r)
		state(t, r, reef, 3)
		follow(quality.Open)
		state(t, r, reef, 2)
		follow(quality.Fixed)
		r.ImportCSV(t, hearths, "key,area,status,nets,catch,lamp,motto\ng,11001001,afloat,3,100,,\n")
		follow(quality.Open)
		state(t, r, reef, 3)
		follow(quality.Fixed)
	})
}

func TestAFormsProblemIsClaimedAndAcceptedInTheHistoryOfTheArea(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		state(t, r, reef, 3)
		run(t, r)
		clerk := r.Scope(t, register.Clerk, access.HouseholdEdit)
		p := ofForms(t, r, register.Clerk)[0]
		p, err := r.Quality.Claim(t.Context(), clerk, p.ID, p.Ver)
		if err != nil || p.State != quality.Claimed {
			t.Fatalf("%+v %v", p, err)
		}
		if p, err = r.Quality.Accept(t.Context(), clerk, p.ID, p.Ver, "one hearth is at sea"); err != nil || p.State != quality.Accepted {
			t.Fatalf("%+v %v", p, err)
		}
		at, err := r.Registry.Place(t.Context(), clerk, reef, 0)
		if err != nil {
			t.Fatal(err)
		}
		if list, err := r.Quality.OfPlace(t.Context(), clerk, at); err != nil || len(list) != 1 || list[0].Reason == "" {
			t.Errorf("the form shows %+v %v", list, err)
		}
		if list, err := r.Quality.OfPlace(t.Context(), clerk, registry.Place{}); err != nil || len(list) != 0 {
			t.Errorf("a form without answers shows %+v %v", list, err)
		}
		if kinds := events(t, r, "hamlet", at.ID); !slices.Equal(kinds, []string{"hamlet.changed", "hamlet.opened", "hamlet.problem-accepted", "hamlet.problem-claimed", "hamlet.problems"}) {
			t.Errorf("the hamlet's history holds %v", kinds)
		}
	})
}
