package registry_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/registry/upload"
	"rightkey/internal/store"
)

// photo is a picture that does not compress, so that it takes several chunks.
func photo(t *testing.T) []byte {
	t.Helper()
	p := image.NewRGBA(image.Rect(0, 0, 700, 500))
	r := rand.New(rand.NewPCG(1, 1))
	for i := range p.Pix {
		p.Pix[i] = byte(r.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const paper = "%PDF-1.7\n1 0 obj\n<< /Type /Page >>\nendobj\n%%EOF"

// eicar is the text by which scanners are tried (eicar.org); it is put together so that this file is none.
var eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

func TestAPhotoIsSealedAndReadBackByWhoMaySeeIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		a, err := h.Registry.Attach(ctx, h.scope(t, 4, access.HouseholdEdit), registry.Attaching{Household: row.ID, Subject: row.Head, Kind: registry.FamilyPhoto}, photo(t))
		if err != nil || a.State != registry.Clean || a.SubjectKind != "person" || a.Width != 700 || len(a.Token) < 20 {
			t.Fatalf("%+v %v", a, err)
		}
		for account, found := range map[int64]bool{2: true, 4: true, 3: true, 7: false} {
			got, content, err := h.Registry.OpenAttachment(ctx, h.scope(t, account, access.HouseholdRead), row.ID, a.Token, false)
			switch {
			case !found && !fault.Is(err, fault.NotFound):
				t.Errorf("account %d out of scope: %v", account, err)
			case found && (err != nil || got.ID != a.ID || int64(len(content)) != a.Size || !bytes.HasPrefix(content, []byte("\xff\xd8\xff"))):
				t.Errorf("account %d: %d of %d bytes, %v", account, len(content), a.Size, err)
			}
		}
		if _, small, err := h.Registry.OpenAttachment(ctx, h.scope(t, 4, access.HouseholdRead), row.ID, a.Token, true); err != nil || len(small) == 0 || int64(len(small)) >= a.Size {
			t.Errorf("the small picture has %d bytes (%v)", len(small), err)
		}
		other := h.find(t, "11001002")
		if _, _, err := h.Registry.OpenAttachment(ctx, h.scope(t, 2, access.HouseholdRead), other.ID, a.Token, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("under another household: %v", err)
		}
		bodies, err := store.All(ctx, h.Raw, "SELECT body FROM attachment_chunk", nil, func(r store.Rows, body *[]byte) error { return r.Scan(body) })
		if err != nil || len(bodies) < 3 {
			t.Fatalf("%d chunks (%v)", len(bodies), err)
		}
		_, content, err := h.Registry.OpenAttachment(ctx, h.scope(t, 2, access.HouseholdRead), row.ID, a.Token, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range bodies {
			for at := 0; at+16 <= len(content); at += len(content) / 50 {
				if bytes.Contains(body, content[at:at+16]) {
					t.Fatalf("bytes %d to %d of the picture are stored in the clear", at, at+16)
				}
			}
		}
		for kind, want := range map[string]int64{"attachment.added": 1, "attachment.read": 5} {
			var n int64
			if err := store.One(ctx, h.Raw, "SELECT count(*) FROM event WHERE kind = $1 AND subject = $2", []any{kind, row.Head}, &n); err != nil || n != want {
				t.Errorf("%d events %s of the person (%v), want %d", n, kind, err, want)
			}
		}
	})
}

func TestAPersonsPhotoGoesWithThePersonsKey(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		scope := h.scope(t, 4, access.HouseholdEdit)
		of, err := h.Registry.Attach(ctx, scope, registry.Attaching{Household: row.ID, Subject: row.Head, Kind: registry.FamilyPhoto}, photo(t))
		if err != nil {
			t.Fatal(err)
		}
		house, err := h.Registry.Attach(ctx, scope, registry.Attaching{Household: row.ID, Kind: registry.HousePhoto}, photo(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Raw.Tx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, "DELETE FROM data_key WHERE subject = $1", row.Head)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		h.Keys.Forget(row.Head)
		read := h.scope(t, 4, access.HouseholdRead)
		if _, _, err := h.Registry.OpenAttachment(ctx, read, row.ID, of.Token, false); !fault.Is(err, fault.Gone) {
			t.Errorf("without the person's key: %v", err)
		}
		if _, _, err := h.Registry.OpenAttachment(ctx, read, row.ID, house.Token, false); err != nil {
			t.Errorf("the household's own photo: %v", err)
		}
	})
}

func TestPaperIsForWhoMaySeeSpecialFields(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		plain := h.scope(t, 4, access.HouseholdEdit)
		if _, err := h.Registry.Attach(ctx, plain, registry.Attaching{Household: row.ID, Kind: registry.Certificate}, []byte(paper)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a certificate without a purpose: %v", err)
		}
		verifying := h.accounts[4]
		verifying.Purpose = "verification"
		edit, err := access.Decide(verifying, access.HouseholdEdit)
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.Registry.Attach(ctx, edit, registry.Attaching{Household: row.ID, Kind: registry.Certificate}, []byte(paper))
		if err != nil || a.Pages != 1 {
			t.Fatalf("%+v %v", a, err)
		}
		if _, _, err := h.Registry.OpenAttachment(ctx, h.scope(t, 4, access.HouseholdRead), row.ID, a.Token, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("without a purpose it is read: %v", err)
		}
		if list, err := h.Registry.Attachments(ctx, h.scope(t, 4, access.HouseholdRead), row.ID); err != nil || len(list) != 0 {
			t.Errorf("without a purpose it is listed: %+v %v", list, err)
		}
		if list, err := h.Registry.Attachments(ctx, edit, row.ID); err != nil || len(list) != 1 {
			t.Errorf("for verification: %+v %v", list, err)
		}
	})
}

func TestATakenAwayDocumentIsAbsentAndKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		scope := h.scope(t, 4, access.HouseholdEdit)
		a, err := h.Registry.Attach(ctx, scope, registry.Attaching{Household: row.ID, Kind: registry.HousePhoto}, photo(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Registry.EndAttachment(ctx, scope, row.ID, a.Token, 7); !fault.Is(err, fault.Stale) {
			t.Errorf("with a stale version: %v", err)
		}
		if err := h.Registry.EndAttachment(ctx, scope, row.ID, a.Token, 1); err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.Registry.OpenAttachment(ctx, h.scope(t, 4, access.HouseholdRead), row.ID, a.Token, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("after its end: %v", err)
		}
		var kept int64
		if err := store.One(ctx, h.Raw, "SELECT count(*) FROM attachment WHERE ended IS NOT NULL AND ended_by = 4", nil, &kept); err != nil || kept != 1 {
			t.Errorf("%d rows kept (%v)", kept, err)
		}
	})
}

func TestWhatDoesNotBelongIsRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row, south := h.find(t, "11001001"), h.find(t, "12001001")
		scope := h.scope(t, 4, access.HouseholdEdit)
		for name, c := range map[string]struct {
			household, subject int64
			kind               registry.AttachmentKind
			data               string
			want               fault.Kind
		}{
			"another county's household": {south.ID, 0, registry.HousePhoto, paper, fault.NotFound},
			"somebody else's member":     {row.ID, south.Head, registry.HousePhoto, paper, fault.NotFound},
			"an unknown kind":            {row.ID, 0, "selfie", paper, fault.Invalid},
			"a web page":                 {row.ID, 0, registry.HousePhoto, "<html><script>alert(1)</script>", fault.OtherType},
			"a PNG head and a web page":  {row.ID, 0, registry.HousePhoto, "\x89PNG\r\n\x1a\n<html>", fault.OtherType},
			"a large file":               {row.ID, 0, registry.HousePhoto, strings.Repeat("x", upload.MaxBytes+1), fault.TooLarge},
		} {
			if _, err := h.Registry.Attach(ctx, scope, registry.Attaching{Household: c.household, Subject: c.subject, Kind: c.kind}, []byte(c.data)); !fault.Is(err, c.want) {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		var stored int64
		if err := store.One(ctx, h.Raw, "SELECT count(*) FROM attachment", nil, &stored); err != nil || stored != 0 {
			t.Errorf("%d attachments stored (%v)", stored, err)
		}
	})
}

// daemon answers as clamd does; it finds something in what holds the trial text.
func daemon(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			answerScan(conn)
		}
	}()
	t.Cleanup(func() { listener.Close(); <-ended })
	return "tcp:" + listener.Addr().String()
}

func answerScan(conn net.Conn) {
	defer conn.Close()
	head := make([]byte, len("zINSTREAM\x00"))
	if _, err := io.ReadFull(conn, head); err != nil || string(head) != "zINSTREAM\x00" {
		_, _ = conn.Write([]byte("UNKNOWN COMMAND\x00"))
		return
	}
	var content []byte
	for {
		var size uint32
		if err := binary.Read(conn, binary.BigEndian, &size); err != nil {
			return
		}
		if size == 0 {
			break
		}
		part := make([]byte, size)
		if _, err := io.ReadFull(conn, part); err != nil {
			return
		}
		content = append(content, part...)
	}
	if bytes.Contains(content, []byte(eicar)) {
		_, _ = conn.Write([]byte("stream: Win.Test.EICAR_HDB-1 FOUND\x00"))
		return
	}
	_, _ = conn.Write([]byte("stream: OK\x00"))
}

func TestAFileIsOpenedOnlyAfterTheScannerHasLooked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		edit, read := h.scope(t, 4, access.HouseholdEdit), h.scope(t, 4, access.HouseholdRead)
		down, err := upload.Clamd("tcp:127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		h.Registry.UseScanner(down)
		waiting, err := h.Registry.Attach(ctx, edit, registry.Attaching{Household: row.ID, Kind: registry.HousePhoto}, photo(t))
		if err != nil || waiting.State != registry.Quarantined {
			t.Fatalf("with the scanner down: %+v %v", waiting, err)
		}
		if _, _, err := h.Registry.OpenAttachment(ctx, read, row.ID, waiting.Token, false); !fault.Is(err, fault.Unavailable) {
			t.Errorf("opened with the scanner down: %v", err)
		}
		up, err := upload.Clamd(daemon(t))
		if err != nil {
			t.Fatal(err)
		}
		h.Registry.UseScanner(up)
		if a, _, err := h.Registry.OpenAttachment(ctx, read, row.ID, waiting.Token, false); err != nil || a.State != registry.Clean {
			t.Errorf("with the scanner up: %+v %v", a, err)
		}
		bad := strings.Replace(paper, "%%EOF", "% "+eicar+"\n%%EOF", 1)
		_, err = h.Registry.Attach(ctx, edit, registry.Attaching{Household: row.ID, Kind: registry.HousePhoto}, []byte(bad))
		if !fault.Is(err, fault.Malicious) {
			t.Errorf("the trial text is taken: %v", err)
		}
		list, err := h.Registry.Attachments(ctx, read, row.ID)
		if err != nil || len(list) != 2 || list[0].State != registry.Infected {
			t.Fatalf("%+v %v", list, err)
		}
		if _, _, err := h.Registry.OpenAttachment(ctx, read, row.ID, list[0].Token, false); !fault.Is(err, fault.Gone) {
			t.Errorf("what was found is opened: %v", err)
		}
	})
}

func TestTheScannersAddressIsUnderstood(t *testing.T) {
	for _, wrong := range []string{"", "unix:", "clamd", "udp:127.0.0.1:3310"} {
		if _, err := upload.Clamd(wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}
