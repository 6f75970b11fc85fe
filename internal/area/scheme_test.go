package area

import (
	"testing"

	"pgregory.net/rapid"
)

func drawScheme(t *rapid.T) Scheme {
	widths := rapid.SliceOfN(rapid.IntRange(1, 3), 1, 5).Draw(t, "widths")
	s, err := NewScheme(widths)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func drawKey(t *rapid.T, s Scheme, name string) int64 {
	key := int64(0)
	depth := rapid.IntRange(0, s.Levels()).Draw(t, name+" depth")
	for level := 1; level <= depth; level++ {
		key = s.Child(key, rapid.Int64Range(1, s.Groups(level)).Draw(t, name+" group"))
	}
	if s.Level(key) != depth {
		t.Fatalf("key %d made at level %d says it is of level %d", key, depth, s.Level(key))
	}
	return key
}

func TestAreasNest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScheme(t)
		a, b := drawKey(t, s, "a"), drawKey(t, s, "b")
		ra, rb := s.Range(a), s.Range(b)
		apart := ra.Hi < rb.Lo || rb.Hi < ra.Lo
		inside := (ra.Lo <= rb.Lo && rb.Hi <= ra.Hi) || (rb.Lo <= ra.Lo && ra.Hi <= rb.Hi)
		if !apart && !inside {
			t.Fatalf("ranges of %d and %d overlap without nesting", a, b)
		}
		path := s.Path(a)
		if len(path) != s.Level(a) {
			t.Fatalf("path of %d has %d areas, want %d", a, len(path), s.Level(a))
		}
		for i, ancestor := range path {
			if s.Level(ancestor) != i+1 || !s.Range(ancestor).Holds(a) {
				t.Fatalf("ancestor %d of %d is of level %d or does not hold it", ancestor, a, s.Level(ancestor))
			}
		}
		if a != 0 && s.Child(s.Parent(a), s.group(a)) != a {
			t.Fatalf("the child of the parent of %d is another area", a)
		}
	})
}

func TestASchemeReadsItsOwnText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScheme(t)
		again, err := ParseScheme(s.String())
		if err != nil || again.String() != s.String() {
			t.Fatalf("%s read back as %s (%v)", s, again, err)
		}
	})
}

func TestWidthsThatCannotBeKeysAreRefused(t *testing.T) {
	for _, text := range []string{"", "0", "7", "2-x", "2--2", "6-6-6", "-1"} {
		if _, err := ParseScheme(text); err == nil {
			t.Errorf("widths %q were accepted", text)
		}
	}
}
