package catalog

import (
	"strings"

	"github.com/shopspring/decimal"
)

// ParseSoles reads an amount as people type it: "120", "S/ 1,234.50", "36,5". A comma with one or two digits behind it
// is a decimal one, any other stands between thousands (UX §5). False for what is no amount; a sign is none.
func ParseSoles(typed string) (decimal.Decimal, bool) {
	text := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(typed), "S/"))
	if i := strings.IndexByte(text, ','); i >= 0 && len(text)-i <= 3 && !strings.Contains(text, ".") {
		text = text[:i] + "." + text[i+1:]
	}
	whole, cents, hasCents := strings.Cut(text, ".")
	whole, ok := withoutThousands(whole)
	if !ok || !digits(whole) || hasCents && !digits(cents) {
		return decimal.Zero, false
	}
	amount, err := decimal.NewFromString(whole + "." + cents + "0")
	return amount, err == nil
}

// longestAmount is more digits than any price has; longer text is not worth reading.
const longestAmount = 15

func digits(s string) bool {
	return s != "" && len(s) <= longestAmount && strings.Trim(s, "0123456789") == ""
}

// withoutThousands drops commas that stand before groups of three digits; false where one stands elsewhere.
func withoutThousands(whole string) (string, bool) {
	groups := strings.Split(whole, ",")
	for _, group := range groups[1:] {
		if len(group) != 3 || len(groups[0]) == 0 || len(groups[0]) > 3 {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}
