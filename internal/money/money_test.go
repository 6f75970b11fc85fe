package money

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/govalues/decimal"
	"pgregory.net/rapid"
)

func TestAmountsAreReadAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		minor          int64
	}{
		{"1234.5", "CNY", 123450}, {"1,234.50", "CNY", 123450}, {" -0.05 ", "CNY", -5}, {"1,23,456", "PKR", 12345600}, {"0", "LAK", 0},
		{"1,234,567", "JPY", 1234567}, {"0.125", "KWD", 125}, {"92233720368547758.07", "CNY", math.MaxInt64},
		{"-92233720368547758.08", "CNY", math.MinInt64}, {"007", "JPY", 7},
	} {
		got, err := Parse(c.text, c.currency)
		if err != nil || got != (Amount{c.minor, c.currency}) {
			t.Errorf("Parse(%q, %s) = %v, %v; want %d", c.text, c.currency, got, err, c.minor)
		}
	}
}

func TestWhatIsNotAnAmountIsRefusedWithTheReason(t *testing.T) {
	for _, c := range []struct{ text, currency, want string }{
		{"1.234", "CNY", "has 3 decimals, CNY has 2"}, {"1.5", "JPY", "has 1 decimals"}, {"NaN", "CNY", "not an amount"},
		{"", "CNY", "not an amount"}, {"-", "CNY", "not an amount"}, {"1e3", "CNY", "not an amount"}, {"1.234,50", "CNY", "not an amount"},
		{"12,5", "CNY", "not an amount"}, {",123", "CNY", "not an amount"}, {"1234,567", "CNY", "not an amount"}, {"1.", "CNY", "not an amount"},
		{".5", "CNY", "not an amount"}, {"--1", "CNY", "not an amount"}, {"１", "CNY", "not an amount"}, {"Inf", "CNY", "not an amount"},
		{"92233720368547758.08", "CNY", "more than"}, {"1", "yuan", "not a currency"}, {"1", "", "not a currency"},
	} {
		if _, err := Parse(c.text, c.currency); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q, %q): %v, want %q", c.text, c.currency, err, c.want)
		}
	}
}

func anyAmount(t *rapid.T, label string) Amount {
	return Amount{rapid.Int64().Draw(t, label), rapid.SampledFrom([]string{"CNY", "JPY", "KWD", "CLF"}).Draw(t, label+" currency")}
}

func TestEveryAmountIsReadBackAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyAmount(t, "amount")
		got, err := Parse(want.Plain(), want.Currency)
		if err != nil || got != want {
			t.Fatalf("%s read back as %v, %v", want, got, err)
		}
	})
}

func TestSumsAreExactOrRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount{rapid.Int64().Draw(t, "a"), "CNY"}
		b := Amount{rapid.Int64().Draw(t, "b"), "CNY"}
		check := func(got Amount, err error, want *big.Int) {
			if err == nil != want.IsInt64() || err == nil && got.Minor != want.Int64() {
				t.Fatalf("%s and %s: %v, %v; want %s", a, b, got, err, want)
			}
		}
		sum, err := a.Add(b)
		check(sum, err, new(big.Int).Add(big.NewInt(a.Minor), big.NewInt(b.Minor)))
		difference, err := a.Sub(b)
		check(difference, err, new(big.Int).Sub(big.NewInt(a.Minor), big.NewInt(b.Minor)))
	})
	if _, err := (Amount{1, "CNY"}).Add(Amount{1, "PKR"}); err == nil {
		t.Error("two currencies were added")
	}
	if _, err := (Amount{1, "CNY"}).Cmp(Amount{1, "PKR"}); err == nil {
		t.Error("two currencies were compared")
	}
	total, err := Sum("CNY", Amount{1, "CNY"}, Amount{2, "CNY"})
	if err != nil || total.Minor != 3 {
		t.Errorf("1 + 2 = %v, %v", total, err)
	}
}

func TestProductsAreRoundedOnceTheWayThatIsNamed(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		rate     string
		rounding Rounding
		want     int64
	}{
		{5, "0.5", HalfEven, 2}, {7, "0.5", HalfEven, 4}, {5, "0.5", HalfUp, 3}, {-5, "0.5", HalfUp, -3}, {-5, "0.5", HalfEven, -2},
		{5, "0.5", Down, 2}, {-5, "0.5", Down, -2}, {5, "0.5", Up, 3}, {-5, "0.5", Up, -3}, {5, "0.5", Floor, 2}, {-5, "0.5", Floor, -3},
		{5, "0.5", Ceiling, 3}, {-5, "0.5", Ceiling, -2}, {100, "1.0445", HalfEven, 104}, {123450, "-0.0435", HalfUp, -5370},
		{math.MaxInt64, "1", Up, math.MaxInt64}, {math.MinInt64, "1.0", Down, math.MinInt64}, {3, "0.3333333333333333333", Up, 1},
	} {
		got, err := Amount{c.minor, "CNY"}.Times(decimal.MustParse(c.rate), c.rounding)
		if err != nil || got.Minor != c.want {
			t.Errorf("%d × %s %s = %v, %v; want %d", c.minor, c.rate, c.rounding, got, err, c.want)
		}
	}
	if _, err := (Amount{math.MaxInt64, "CNY"}).Times(decimal.MustParse("1.1"), Down); err == nil {
		t.Error("an overflow passed")
	}
	if _, err := (Amount{1, "CNY"}).Times(decimal.MustParse("1.1"), "nearest"); err == nil {
		t.Error("an unknown rounding passed")
	}
}

func TestProductsAgreeWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount{rapid.Int64().Draw(t, "minor"), "CNY"}
		rate, err := decimal.New(rapid.Int64().Draw(t, "coefficient"), rapid.IntRange(0, 19).Draw(t, "scale"))
		if err != nil {
			t.Skip(err)
		}
		product := new(big.Int).Mul(big.NewInt(a.Minor), new(big.Int).SetUint64(rate.Coef()))
		if rate.IsNeg() {
			product.Neg(product)
		}
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(rate.Scale())), nil)
		want := new(big.Int).Quo(product, unit) // towards zero
		got, err := a.Times(rate, Down)
		if err == nil != want.IsInt64() || err == nil && got.Minor != want.Int64() {
			t.Fatalf("%s × %s = %v, %v; want %s", a, rate, got, err, want)
		}
	})
}

func TestAllocationGivesAwayEveryMinorUnitInProportion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount{rapid.Int64().Draw(t, "amount"), "CNY"}
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 12).Draw(t, "weights")
		parts, err := a.Allocate(weights)
		total := int64(0)
		for _, weight := range weights {
			total += weight
		}
		if total == 0 {
			if err == nil {
				t.Fatal("weights of zero were accepted")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		sum := new(big.Int)
		for i, part := range parts {
			sum.Add(sum, big.NewInt(part.Minor))
			share := new(big.Int).Mul(big.NewInt(a.Minor), big.NewInt(weights[i]))
			share.Quo(share, big.NewInt(total))
			if off := new(big.Int).Sub(big.NewInt(part.Minor), share); off.CmpAbs(big.NewInt(1)) > 0 {
				t.Fatalf("part %d is %d, its share %s", i, part.Minor, share)
			}
		}
		if sum.Cmp(big.NewInt(a.Minor)) != 0 {
			t.Fatalf("the parts sum to %s, not %d", sum, a.Minor)
		}
	})
	parts, err := Amount{100, "CNY"}.Allocate([]int64{1, 1, 1})
	if err != nil || parts[0].Minor != 34 || parts[1].Minor != 33 || parts[2].Minor != 33 {
		t.Errorf("100 in three: %v, %v", parts, err)
	}
	for _, weights := range [][]int64{nil, {0}, {1, -1}, {math.MaxInt64, 1}} {
		if _, err := (Amount{1, "CNY"}).Allocate(weights); err == nil {
			t.Errorf("weights %v were accepted", weights)
		}
	}
}

func FuzzWhatIsReadIsTheSameNumberWritten(f *testing.F) {
	for _, seed := range []string{"1,234.50", "-0.05", "1e3", "1,23,456", "99999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		amount, err := Parse(text, "CNY")
		if err != nil {
			return
		}
		if again, err := Parse(amount.Plain(), "CNY"); err != nil || again != amount {
			t.Fatalf("%q read as %s and again as %v, %v", text, amount, again, err)
		}
	})
}
