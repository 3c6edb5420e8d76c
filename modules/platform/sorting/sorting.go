// Package sorting sorts lists by one copy of the algorithm for all types. That of package slices is compiled anew for every
// type, which made some 700 kB of the app in the browser; where a sort is hot, package slices it is.
package sorting

import "sort"

// By sorts a list; what compares equal keeps its place.
func By[T any](list []T, compare func(a, b T) int) {
	sort.SliceStable(list, func(i, j int) bool { return compare(list[i], list[j]) < 0 })
}
