package namekey

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// found says whether a search for the text meets a person of the name.
func found(text, name string) bool {
	stored := Keys(name)
	return slices.ContainsFunc(Probes(text), func(p Probe) bool {
		return slices.ContainsFunc(p.Keys, func(k Key) bool { return slices.Contains(stored, k) })
	})
}

func TestANameIsFoundUnderAnotherWriting(t *testing.T) {
	for _, c := range []struct{ text, name string }{
		{"王小明", "王小明"}, {"王晓明", "王小明"}, {"王小红", "王小明"}, {"李小明", "王小明"}, {"王大明", "王小明"}, {"小明", "王小明"}, {"王明", "王小明"},
		{"wangxiaoming", "王小明"}, {"Wang Xiaoming", "王小明"}, {"xiaoming wang", "王小明"}, {"wang xiaomin", "王小明"}, {"xiaoming", "王小明"}, {"王", "王小明"}, {"王", "王伟"},
		{"王玮", "王伟"}, {"王小明", "王明小"}, {"曾强", "曾强"}, {"zengqiang", "曾强"}, {"shanwei", "单伟"}, {"張偉", "张伟"}, {"欧阳娜", "欧阳娜娜"}, {"ouyang nana", "欧阳娜娜"},
		{"aslam khan", "Muhammad Aslam Khan"}, {"Khan Aslam", "Muhammad Aslam Khan"}, {"aslem", "Muhammad Aslam Khan"}, {"Mohammad Aslam Khan", "Muhammad Aslam Khan"},
		{"محمد اسلم", "محمد اسلم"}, {"محمد\u200c اسلم", "محمد اسلم"}, {"مُحَمَّد اسلم", "محمد اسلم"}, {"علي", "علی"}, {"كريم", "کریم"}, {"muhammad aslam", "محمد اسلم"}, {"اسلم", "Muhammad Aslam Khan"},
		{"Siti", "Siti"}, {"Site", "Siti"}, {"iSti", "Siti"}, {"Sit", "Siti"}, {"Sitti", "Siti"},
	} {
		if !found(c.text, c.name) {
			t.Errorf("%q does not find %q", c.text, c.name)
		}
		if score, how := Type(c.text).Compare(c.name); score < .3 {
			t.Errorf("%q is %.2f like %q (%s)", c.text, score, c.name, how)
		}
	}
}

func TestTheLikelierNameIsMoreAlike(t *testing.T) {
	for _, c := range []struct{ text, likelier, other, why string }{
		{"王小明", "王晓明", "王大明", "the same sound goes before another character"},
		{"王小林", "王小宁", "王小明", "a sound that many do not tell apart goes before another one"},
		{"王小明", "王大明", "王明", "a wrong character goes before one too many"},
		{"王小明", "王大明", "李小明", "a wrong given name goes before a wrong surname"},
		{"小明", "王小明", "大明", "a part that was typed goes before another name"},
	} {
		likelier, _ := Type(c.text).Compare(c.likelier)
		other, _ := Type(c.text).Compare(c.other)
		if likelier <= other {
			t.Errorf("%s: %s is %.2f, %s is %.2f like %s", c.why, c.likelier, likelier, c.other, other, c.text)
		}
	}
}

func TestNamesShareWhatIsLeftWithoutTheOneCharacterThatDiffers(t *testing.T) {
	for _, c := range []struct{ text, name, want string }{
		{"王小明", "王大明", "王?明"}, {"王小明", "李小明", "?小明"}, {"张偉明", "張伟名", "张伟?"},
		{"王小明", "王小明", ""}, {"王小明", "李大明", ""}, {"王小明", "王明", ""}, {"aslam", "aslem", ""},
	} {
		if got := Type(c.text).Shared(c.name); got != c.want {
			t.Errorf("%s and %s share %q, want %q", c.text, c.name, got, c.want)
		}
	}
}

func TestANameIsNotFoundUnderQuiteAnother(t *testing.T) {
	for _, c := range []struct{ text, name string }{{"王小明", "李大伟"}, {"Ana Reef", "Bo Kelp"}, {"محمد اسلم", "فاطمہ بی بی"}, {"", "Ana"}, {"…", "Ana"}} {
		if found(c.text, c.name) {
			t.Errorf("%q finds %q", c.text, c.name)
		}
	}
}

func TestOneEditOfALetterNameIsAlwaysFound(t *testing.T) {
	letters := rapid.SampledFrom([]rune("abcdefghijklmnopqrstuvwxyz"))
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SliceOfN(letters, 4, 30).Draw(t, "name")
		at := rapid.IntRange(0, len(name)-1).Draw(t, "at")
		typed := slices.Clone(name)
		switch rapid.IntRange(0, 3).Draw(t, "edit") {
		case 0:
			typed = slices.Insert(typed, at, letters.Draw(t, "letter"))
		case 1:
			typed = slices.Delete(typed, at, at+1)
		case 2:
			typed[at] = letters.Draw(t, "letter")
		default:
			next := min(at+1, len(name)-1)
			typed[at], typed[next] = typed[next], typed[at]
		}
		if !found(string(typed), string(name)) {
			t.Fatalf("%q does not find %q", string(typed), string(name))
		}
	})
}

func TestOneOtherCharacterOfThreeIsAlwaysFound(t *testing.T) {
	characters := rapid.SampledFrom([]rune("王李张小明国建华伟芳秀英娜敏静丽强磊军洋"))
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SliceOfN(characters, 3, 4).Draw(t, "name")
		typed := slices.Clone(name)
		typed[rapid.IntRange(0, len(name)-1).Draw(t, "at")] = characters.Draw(t, "character")
		if !found(string(typed), string(name)) {
			t.Fatalf("%q does not find %q", string(typed), string(name))
		}
	})
}

func TestKeysAreFewSmallAndWithoutRepetition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		keys := Keys(name)
		for i, k := range keys {
			if k <= 0 || k >= 1<<52 || k.Kind() < Written || k.Kind() > Words {
				t.Fatalf("key %d of kind %d", k, k.Kind())
			}
			if slices.Contains(keys[:i], k) {
				t.Fatalf("key %d stands twice", k)
			}
		}
		if len(keys) > 90 {
			t.Fatalf("%d keys", len(keys))
		}
	})
	for name, most := range map[string]int{"王小明": 10, "王伟": 10, "Muhammad Aslam Khan": 11, "Siti": 7} {
		if n := len(Keys(name)); n > most {
			t.Errorf("%s has %d keys, want at most %d", name, n, most)
		}
	}
}

func TestTheMoreAlikeNameScoresHigher(t *testing.T) {
	for _, c := range []struct{ text, better, worse string }{
		{"王小明", "王小明", "王晓明"}, {"王晓明", "王小明", "王大明"}, {"王小明", "王小名", "王小红"}, {"Ana Reef", "Ana Reef", "Anna Reef"}, {"Ana Ref", "Ana Reef", "Ana Kelp"},
		{"Aslam", "Aslam Khan", "Muhammad Aslam Khan Afridi"}, {"muhammad aslam", "محمد اسلم", "محمد سلیم خان"},
	} {
		typed := Type(c.text)
		better, _ := typed.Compare(c.better)
		worse, _ := typed.Compare(c.worse)
		if better <= worse {
			t.Errorf("%s: %s %.3f, %s %.3f", c.text, c.better, better, c.worse, worse)
		}
	}
}

func FuzzKeysOfAnything(f *testing.F) {
	for _, text := range []string{"王小明", "Muhammad Aslam", "محمد", "ນາງ ແກ້ວ", "\xff", "·"} {
		f.Add(text, "王")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		Keys(text)
		Probes(text)
		if score, how := Type(text).Compare(name); score < 0 || score > 1 || how == "" {
			t.Fatalf("%v %s", score, how)
		}
	})
}

func BenchmarkKeys(b *testing.B) {
	for _, name := range []string{"王小明", "Muhammad Aslam Khan", "محمد اسلم خان"} {
		b.Run(fmt.Sprint(len(name)), func(b *testing.B) {
			for b.Loop() {
				Keys(name)
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	for _, c := range [][2]string{{"王小明", "王晓红"}, {"Muhammad Aslam Khan", "Mohammad Salim"}, {"محمد اسلم خان", "Muhammad Aslam Khan"}} {
		b.Run(c[0], func(b *testing.B) {
			typed := Type(c[0])
			for b.Loop() {
				typed.Compare(c[1])
			}
		})
	}
}
