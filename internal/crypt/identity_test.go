package crypt

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSpellingsOfANumberBecomeOne(t *testing.T) {
	for _, c := range []struct {
		normaliser Normaliser
		text, want string
	}{
		{FoldID, " 35202-1234567-1 ", "3520212345671"}, {FoldID, "５２２４２４１９９００１０１１２３ｘ", "52242419900101123X"},
		{FoldID, "ab—12\u00a034\u200b", "AB1234"}, {FoldID, "", ""}, {FoldID, "ａ－１−２", "A12"},
		{Digits, "+92 (300) 123-4567", "923001234567"}, {Digits, "۰۳۰۰۱۲۳", "0300123"}, {Digits, "໐໒໐ 55", "02055"}, {Digits, "none", ""},
	} {
		got, err := Normalise(c.normaliser, c.text)
		if err != nil || got != c.want {
			t.Errorf("%s of %q: %q, %v; want %q", c.normaliser, c.text, got, err, c.want)
		}
	}
	if _, err := Normalise("rot13", "x"); err == nil {
		t.Error("an unknown normaliser was accepted")
	}
}

func TestNormalisingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9a-zA-ZＡ-Ｚａ-ｚ０-９ —\-]{0,24}`).Draw(t, "number")
		once, err := Normalise(FoldID, text)
		if err != nil {
			t.Fatal(err)
		}
		if twice, _ := Normalise(FoldID, once); twice != once || strings.ContainsAny(once, " -—") {
			t.Fatalf("%q, then %q", once, twice)
		}
	})
}

// The numbers are the worked examples of the standards and of the registers that use them (ORCID for mod 11-2).
var validNumbers = map[string][]string{
	Mod11x2:  {"0794" + "0", "079" + "X", "0000000218250097", "000000021694233X"},
	Mod37x2:  {"G123489654321Y"},
	Mod97x10: {"79444", "3214282912345698765432161182"},
	Mod11x10: {"07945", "794623"},
	Luhn:     {"79927398713", "4539148803436467"},
	Verhoeff: {"2363", "123451"},
}

func TestNumbersWithTheRightCheckDigitPassAndAnyOtherDigitFails(t *testing.T) {
	for algorithm, numbers := range validNumbers {
		for _, number := range numbers {
			if err := CheckDigits(algorithm, number); err != nil {
				t.Errorf("%s: %s: %v", algorithm, number, err)
			}
			for at := range len(number) {
				for digit := byte('0'); digit <= '9'; digit++ {
					changed := number[:at] + string(digit) + number[at+1:]
					if changed != number && CheckDigits(algorithm, changed) == nil {
						t.Errorf("%s: %s passes for %s", algorithm, changed, number)
					}
				}
			}
		}
	}
}

func TestNumbersThatAreNotNumbersFailAndAreNotRepeatedInTheError(t *testing.T) {
	for algorithm := range validNumbers {
		for _, number := range []string{"", "1", "X1", "secret12-3", "１２"} {
			err := CheckDigits(algorithm, number)
			if err == nil || number != "" && number != "1" && strings.Contains(err.Error(), number) {
				t.Errorf("%s: %q: %v", algorithm, number, err)
			}
		}
	}
	if err := CheckDigits("mod12", "1"); err == nil || !strings.Contains(err.Error(), "mod12") {
		t.Errorf("an unknown algorithm: %v", err)
	}
}

func FuzzAnythingIsCheckedAndNormalised(f *testing.F) {
	f.Add("07940")
	f.Fuzz(func(t *testing.T, number string) {
		for algorithm := range validNumbers {
			if err := CheckDigits(algorithm, number); err == nil && len(number) < 2 {
				t.Fatalf("%s: %q has a check digit", algorithm, number)
			}
		}
		digits, err := Normalise(Digits, number)
		if err != nil || strings.Trim(digits, "0123456789") != "" {
			t.Fatalf("the digits of %q are %q, %v", number, digits, err)
		}
	})
}
