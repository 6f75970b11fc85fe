package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"rightkey/internal/verify/crosscheck"
)

// department runs a command of a department and returns what it prints.
func department(t *testing.T, arguments ...string) string {
	t.Helper()
	var commands struct{ verifyDepartment }
	var out bytes.Buffer
	parser, err := kong.New(&commands, kong.Writers(&out, &bytes.Buffer{}))
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := parser.Parse(arguments)
	if err == nil {
		err = chosen.Run(parser)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestADepartmentMakesKeysOpensARequestAndAnswersWithoutNamingAnybody(t *testing.T) {
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := filepath.Join(folder, "key")
	public := strings.TrimSpace(department(t, "key", "--out", key))
	asked := "token,number,name,birth\nt1,123-456,Anna,\nt2,,Bela,1985-09-21\nt3,,Bela,1960-01-01\nt4,,Jon,1990-01-01\nt5,,Jon,1990-01-01\nt6,777,Cora,\n"
	receiver, err := crosscheck.PublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := crosscheck.SealRequest(receiver, crosscheck.List{ID: 7, Rule: "C01"}, []byte(asked))
	if err != nil {
		t.Fatal(err)
	}
	request := file("request", string(sealed))
	if got := department(t, "open", "--key", key, "--request", request); got != asked {
		t.Errorf("opened %q", got)
	}
	list := file("ships.csv", "key,name,number,birth,kind,value\ns1,Anna,123456,,cutter,5\ns2,Bela,,1985-09-21,raft,2\ns3,Jon,,1990-01-01,raft,2\ns4,Somebody,777,,raft,1\ns5,Stranger,,1970-01-01,raft,1\n")
	want := "key,kind,value\nt1,s1,cutter,5\nt2,s2,raft,2\n"
	if got := strings.ReplaceAll(strings.TrimPrefix(department(t, "answer", "--key", key, "--request", request, "--list", list), "\ufeff"), "\r", ""); got != "token,"+want {
		t.Errorf("answered %q", got)
	}
}
