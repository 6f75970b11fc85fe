package page_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"regexp"
	"strings"
	"testing"
	"time"
)

// upload sends a file.
func (r *reader) upload(path, name, text string) seen {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		r.t.Fatal(err)
	}
	fmt.Fprint(part, text)
	form.Close()
	return r.take(r.client.Post(r.h.address+path, form.FormDataContentType(), &body))
}

// wait opens a job's page until the job has ended.
func (r *reader) wait(path string) seen {
	r.t.Helper()
	for range 200 {
		s := r.get(path)
		if !strings.Contains(s.text, "hx-get=") {
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	r.t.Fatal("the job does not end")
	return seen{}
}

func TestAFileOfAreasIsCheckedShownAndLoaded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.boss(t)
		boss.upload("/areas/load", "areas.exe", "MZ").want(t, 400)
		boss.post("/areas/load").want(t, 400)
		started := boss.upload("/areas/load", "areas.csv", "code,name,level,parent\nN,Great North,1,\nE,East,1,\nX,Orphan,2,none\n")
		if !strings.HasPrefix(started.path, "/jobs/") {
			t.Fatalf("uploading leads to %s", started.path)
		}
		checked := boss.wait(started.path).want(t, 200, "Rejected rows", "an orphan", "leave out 1 rejected rows")
		if strings.Contains(boss.get("/areas").text, "East") {
			t.Error("the check has loaded something")
		}
		apply := regexp.MustCompile(`/areas/load/\d+`).FindString(checked.text)
		boss.post(apply).want(t, 409)
		loaded := boss.post(apply, "skip", "yes").want(t, 200)
		boss.wait(loaded.path).want(t, 200, "The areas are loaded.")
		boss.get("/areas").want(t, 200, "East", "Great North")
		boss.get(fmt.Sprintf("/areas/%d", h.key(t, "N"))).want(t, 200, "Former names and codes", ">North<")
		boss.get("/jobs").want(t, 200, "Load of an area file", "done")
		clerk := h.invited(t, boss, "clerk", "village-official", "U")
		clerk.get(loaded.path).want(t, 404)
	})
}

func TestAPackIsInstalledReadAndPutInUse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.boss(t)
		boss.get("/packs").want(t, 200, "No policy pack is installed", h.pack)
		boss.post("/packs/install", "pack", "../policies").want(t, 404)
		installed := boss.post("/packs/install", "pack", h.pack).want(t, 200, "The pack is installed.", "unconfirmed", "Poverty lines")
		boss.post(installed.path+"/use", "since", "soon").want(t, 400, "not a date")
		boss.post(installed.path+"/use", "since", "2014-01-01").want(t, 200, "The pack is in use from that day on.", "in use")
		clerk := h.invited(t, boss, "clerk", "township-clerk", "U")
		clerk.get("/packs").want(t, 200, "in use")
		clerk.get(installed.path).want(t, 200)
		clerk.post(installed.path+"/use", "since", "2014-01-01").want(t, 403)
		boss.get("/packs/"+strings.Repeat("0", 64)).want(t, 404)
	})
}

func TestAPageOfProgressLeftOpenDoesNotKeepASessionAlive(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.boss(t)
		job := boss.wait(boss.upload("/areas/load", "areas.csv", "code,name,level,parent\nW,West,1,\n").path).path
		for range 3 {
			h.Clock.Set(h.Clock.Now().Add(20 * time.Minute))
			boss.get(job)
		}
		if at := boss.get(job).path; at != job {
			t.Fatalf("after an hour of opening pages one stands at %s", at)
		}
		for range 2 {
			h.Clock.Set(h.Clock.Now().Add(20 * time.Minute))
			boss.get(job + "/progress")
		}
		if at := boss.get(job).path; at != "/login" {
			t.Errorf("after 40 minutes of watching one stands at %s", at)
		}
	})
}
