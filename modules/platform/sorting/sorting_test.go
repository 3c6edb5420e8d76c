package sorting_test

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hampi/modules/platform/sorting"
)

// TestBy sorts as the standard library does, and leaves in place what compares equal.
func TestBy(t *testing.T) {
	type item struct{ key, place int }
	rapid.Check(t, func(t *rapid.T) {
		var list []item
		for i, key := range rapid.SliceOfN(rapid.IntRange(0, 9), 0, 60).Draw(t, "keys") {
			list = append(list, item{key, i})
		}
		byKey := func(a, b item) int { return cmp.Compare(a.key, b.key) }
		expected := slices.Clone(list)
		slices.SortStableFunc(expected, byKey)
		sorting.By(list, byKey)
		if !slices.Equal(list, expected) {
			t.Fatalf("%v, not %v", list, expected)
		}
	})
}
