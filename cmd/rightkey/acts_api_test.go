package main

import (
	"net/http"
	"strings"
	"testing"
)

// byAPI says by which operation of the API each act of the pages is done, or why by none.
var byAPI = map[string]string{
	"/alerts/{id}/close":                           "close-alert",
	"/approvals/{id}/approve":                      "approve-approval",
	"/approvals/{id}/refuse":                       "refuse-approval",
	"/approvals/{id}/withdraw":                     "withdraw-approval",
	"/area-changes":                                "announce-area-change",
	"/campaigns":                                   "plan-campaign",
	"/campaigns/{id}/close":                        "close-campaign",
	"/campaigns/{id}/households/{number}":          "settle-visit",
	"/visits/{id}/{number}":                        "record-visit",
	"/visits/{id}/away":                            "take-visit-sheet",
	"/visits/{id}/sheet":                           "take-visit-sheet",
	"/duplicates/look":                             "compare-newcomer",
	"/duplicates/run":                              "start-duplicate-run",
	"/duplicates/{id}/answer":                      "answer-duplicate-inquiry",
	"/duplicates/{id}/ask":                         "ask-about-duplicate",
	"/duplicates/{id}/judge":                       "judge-duplicate",
	"/duplicates/{id}/postpone":                    "postpone-duplicate",
	"/duplicates/{id}/undo":                        "undo-duplicate",
	"/checks":                                      "upload-check-list",
	"/checks/ask":                                  "ask-department",
	"/checks/{id}/answer":                          "answer-check-request",
	"/leads/run":                                   "start-lead-run",
	"/leads/assign":                                "assign-leads",
	"/problems/assign":                             "assign-problems",
	"/leads/{id}/act":                              "act-on-lead",
	"/leads/{id}/confirm":                          "confirm-lead",
	"/leads/{id}/explain":                          "explain-lead",
	"/leads/{id}/return":                           "return-lead",
	"/areas/load":                                  "check-areas",
	"/areas/load/{job}":                            "load-areas",
	"/areas/{key}/form/change":                     "submit-change-set",
	"/assignments":                                 "assign-households",
	"/assignments/{id}/end":                        "end-assignment",
	"/cases":                                       "open-cases",
	"/cases/open":                                  "open-cases",
	"/cases/meet":                                  "convene-meeting",
	"/cases/post":                                  "draft-notice",
	"/cases/draw":                                  "draw-case-sample",
	"/cases/take":                                  "take-step-in-cases",
	"/cases/{id}/step":                             "take-case-step",
	"/sittings/{id}/close":                         "close-meeting",
	"/sittings/{id}/package":                       "take-meeting-package",
	"/notices/{id}/hang":                           "hang-notice",
	"/notices/{id}/object":                         "object-to-notice",
	"/changes/{id}/approve":                        "approve-change-set",
	"/changes/{id}/resolve":                        "resolve-change-set",
	"/changes/{id}/return":                         "return-change-set",
	"/changes/{id}/withdraw":                       "withdraw-change-set",
	"/exports":                                     "ask-export",
	"/exports/{id}/make":                           "make-export",
	"/households/search":                           "search",
	"/households/{number}/attachments":             "add-attachment",
	"/households/{number}/attachments/{token}/end": "end-attachment",
	"/households/{number}/change":                  "submit-change-set",
	"/households/{number}/entry":                   "submit-change-set",
	"/households/{number}/roster":                  "report-roster-act",
	"/households/{number}/unmask":                  "unmask-household-field",
	"/households/{number}/worksheet":               "submit-change-set",
	"/identify":                                    "start-identification",
	"/import-templates/{id}/delete":                "delete-import-template",
	"/import-templates/{id}/rename":                "rename-import-template",
	"/imports":                                     "upload-import",
	"/imports/{id}/apply":                          "apply-import",
	"/imports/{id}/apply-all":                      "apply-import-bundle",
	"/imports/{id}/check":                          "check-import",
	"/imports/{id}/leave-out":                      "leave-out-import",
	"/imports/{id}/template":                       "save-import-template",
	"/covers":                                      "give-cover",
	"/covers/{id}/end":                             "end-cover",
	"/inspections":                                 "open-inspection",
	"/jobs/{id}/cancel":                            "cancel-job",
	"/me/kin":                                      "declare-kin",
	"/norms":                                       "put-norms",
	"/norms/file":                                  "put-norms",
	"/organisations":                               "register-organisation",
	"/organisations/{id}":                          "change-organisation",
	"/organisations/load":                          "check-organisations",
	"/organisations/load/{job}":                    "load-organisations",
	"/persons/{number}/erasure/ask":                "ask-erasure",
	"/persons/{number}/erasure/erase":              "erase-person",
	"/persons/{number}/erasure/hold":               "hold-person",
	"/persons/{number}/erasure/lift":               "release-person",
	"/problems/run":                                "start-problem-run",
	"/problems/{id}/accept":                        "accept-problem",
	"/problems/{id}/claim":                         "claim-problem",
	"/problems/{id}/confirm":                       "confirm-problem",
	"/transfers/{id}/accept":                       "accept-transfer",
	"/transfers/{id}/return":                       "refuse-transfer",
	"/windows":                                     "create-collection-window",
}

// byPageOnly are acts that the API leaves to pages on purpose, by the beginning of their address.
var byPageOnly = map[string]string{
	"/accounts":       "who manages accounts shows first that it is they who sit there; a token cannot",
	"/activate":       "a person chooses a password in the browser",
	"/login":          "a program comes with a token, not with a password",
	"/logout":         "a token is ended on the page of its account",
	"/me/factor":      "a second factor is switched on and off where its person sits",
	"/me/password":    "a person chooses a password in the browser",
	"/me/preferences": "language and light are the browser's",
	"/me/prove":       "a token proves nothing about who sits there",
	"/me/purpose":     "the purpose belongs to a session; a request of a program says its own",
	"/n":              "people without login come by the page of a notice",
	"/me/sessions":    "sessions belong to browsers",
	"/me/tokens":      "a token that could make tokens would never end",
	"/packs":          "the rules of a country are put in use by an administrator who has read them; by command: rightkey policy",
	"/preferences":    "language and light are the browser's",
}

// TestWhatPagesDoTheAPIDoesOrItIsSaidWhyNot goes through all forms of the pages.
func TestWhatPagesDoTheAPIDoesOrItIsSaidWhyNot(t *testing.T) {
	m := openMatrix(t, place{Data: t.TempDir()})
	operations, met := map[string]bool{}, map[string]bool{}
	for _, o := range m.api.Operations() {
		operations[o.ID] = true
	}
	for _, r := range m.pages.Routes() {
		if r.Method != http.MethodPost {
			continue
		}
		if id, said := byAPI[r.Pattern]; said {
			met[r.Pattern] = true
			if !operations[id] {
				t.Errorf("%s is said to be done by %s, which is no operation", r.Pattern, id)
			}
			continue
		}
		excused := false
		for begin := range byPageOnly {
			if r.Pattern == begin || strings.HasPrefix(r.Pattern, begin+"/") {
				excused, met[begin] = true, true
			}
		}
		if !excused {
			t.Errorf("no operation does %s: add one, or say why not", r.Pattern)
		}
	}
	for _, list := range []map[string]string{byAPI, byPageOnly} {
		for pattern := range list {
			if !met[pattern] {
				t.Errorf("%s is no form of the pages", pattern)
			}
		}
	}
}
