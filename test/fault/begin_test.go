package fault_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestABeginningThatIsKilledAnywhereIsBegunAgain(t *testing.T) {
	t.Parallel()
	random := seeded(t)
	pack := filepath.Join(root(), "internal/policy/testdata/ostania")
	areas := filepath.Join(t.TempDir(), "areas.csv")
	if err := os.WriteFile(areas, []byte(areaRows), 0o600); err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, server string) {
		for range 6 {
			w := empty(t, server)
			for _, command := range [][]string{{"init", "--pack", pack}, {"init", "--pack", pack}, {"areas", "load", areas}} {
				victim := w.start(t, command...)
				time.Sleep(time.Duration(random.Int64N(int64(120 * time.Millisecond))))
				victim.kill()
				w.settle(t)
				w.run(t, command...)
			}
			db := w.sql(t)
			if packs, uses, n := one(t, db, "SELECT count(*) FROM pack"), one(t, db, "SELECT count(*) FROM pack_use"), one(t, db, "SELECT count(*) FROM area"); packs != "1" || uses != "1" || n != "9" {
				t.Errorf("%s packs, %s in use, %s areas; want 1, 1 and 9", packs, uses, n)
			}
			checkHouse(t, db)
			db.Close()
		}
	})
}

func TestAKeyFileForWhichThereIsNoRoomIsNotLeftBehindHalf(t *testing.T) {
	t.Parallel()
	w := empty(t, "")
	stick := filepath.Join(smallDisk(t, 64<<10), "stick")
	if err := os.Mkdir(stick, 0o700); err != nil {
		t.Fatal(err)
	}
	free := (&world{data: stick}).fill(t, 0)
	begin := []string{"init", "--pack", filepath.Join(root(), "internal/policy/testdata/ostania"), "--keys", filepath.Join(stick, "rightkey.keys")}
	if err := w.start(t, begin...).wait(20 * time.Second); err == nil {
		t.Fatal("there was room for the key file")
	}
	free()
	w.run(t, begin...)
	if left, err := os.ReadDir(stick); err != nil || len(left) != 1 {
		t.Errorf("beside the key file there are %v (%v)", left, err)
	}
}
