package kin_test

import (
	"testing"

	"rightkey/linkage/kin"
)

func TestFullNamesAreTakenApartAtTheRelative(t *testing.T) {
	for raw, want := range map[string]string{
		"Muhammad Aslam S/O Ghulam Rasool":  "muhammad aslam /s ghulam rasool",
		"Muhammad Aslam s/o. Ghulam Rasool": "muhammad aslam /s ghulam rasool",
		"Aslam S / O Late Haji Rasool":      "aslam /s rasool",
		`NASREEN D\O RASOOL`:                "nasreen /s rasool",
		"Mst. Nasreen W/O Akbar Ali":        "nasreen /w akbar ali",
		"Akbar H/O Nasreen":                 "akbar /h nasreen",
		"Bilal C/O Dr. Imran":               "bilal /c imran",
		"Anna, daughter of Peter":           "anna /s peter",
		"Maryam widow of Yusuf":             "maryam /w yusuf",
		"Ahmad bin Ali":                     "ahmad /s ali",
		"Ahmad ibn Ali ibn Hasan":           "ahmad /s ali hasan",
		"Siti binti Abdul Rahman":           "siti /s abdul rahman",
		"اسلم ولد غلام رسول":                "اسلم /s غلام رسول",
		"نسرین زوجہ اکبر علی":               "نسرین /w اکبر علی",
		"أحمد بن علي":                       "احمد /s علی",
		"فاطمة بنت محمد":                    "فاطمہ /s محمد",
		"S O Smith":                         "s o smith",
		"John S. O. Smith":                  "john s o smith",
		"S/O Ghulam Rasool":                 "ghulam rasool",
		"Ibn Khaldun":                       "khaldun",
		"Wang Bin":                          "wang bin",
		"Bin":                               "bin",
		"Aslam S/O":                         "aslam s o",
		"Duke of York":                      "duke of york",
		"":                                  "",
	} {
		if got := kin.Full(raw).String(); got != want {
			t.Errorf("%q is %q, want %q", raw, got, want)
		}
	}
}

func TestPartsOfNamesLoseTheRelation(t *testing.T) {
	for raw, want := range map[string]string{
		"S/O Ghulam Rasool": "ghulam rasool", "Aslam S/O Ghulam": "aslam", "bin Laden": "laden", "Xiao Bin Li": "xiao bin li",
		"ولد غلام رسول": "غلام رسول", "w/o late Akbar": "akbar", "Smith": "smith", "Bin": "bin",
	} {
		if got := kin.Part(raw); got != want {
			t.Errorf("%q is %q, want %q", raw, got, want)
		}
	}
}

func FuzzWhatIsWrittenIsReadBack(f *testing.F) {
	f.Add("Aslam S/O Ghulam")
	f.Add("بن بن بن")
	f.Add("a s/o s/o b / o")
	f.Fuzz(func(t *testing.T, raw string) {
		name := kin.Full(raw)
		if got := kin.Split(name.String()); got != name {
			t.Fatalf("%q: %+v is read back as %+v", raw, name, got)
		}
		kin.Part(raw)
	})
}
