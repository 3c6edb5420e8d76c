package agenda

import (
	"slices"
	"time"
)

// freeHours are what is worked and not promised from now on, in pieces of the column's usual length.
func freeHours(c Column, cards []Card, g Grid) []freeHour {
	length := usual(cards)
	earliest := roundUp(g.Now)
	var free []freeHour
	for _, o := range c.Open {
		for _, gap := range gaps(o, cards, earliest) {
			free = append(free, pieces(gap, length, g.Zone)...)
		}
	}
	if len(free) > 0 {
		first := slices.IndexFunc(free, func(f freeHour) bool { return f.End.Sub(f.Start) >= min(length, usualLength) })
		free[max(first, 0)].Next = true
	}
	return free
}

func roundUp(t time.Time) time.Time {
	down := t.Truncate(rowMinutes * time.Minute)
	if down.Equal(t) {
		return t
	}
	return down.Add(rowMinutes * time.Minute)
}

// usual is the commonest length of a column's cards.
func usual(cards []Card) time.Duration {
	counts := map[time.Duration]int{}
	best := usualLength
	for _, c := range cards {
		if !c.Overbooked {
			counts[c.Duration()]++
		}
	}
	for length, n := range counts {
		if n < 2 {
			continue // one of a kind is no custom
		}
		if n > counts[best] || n == counts[best] && length < best {
			best = length
		}
	}
	return best
}

// gaps are what is left of a working stretch.
func gaps(o Open, cards []Card, earliest time.Time) []Open {
	left := []Open{o}
	for _, c := range cards {
		if c.Status == Cancelled || c.Status == NoShow || c.Overbooked || c.NeedsReschedule {
			continue
		}
		var next []Open
		for _, piece := range left {
			next = append(next, cut(piece, Span{c.StartTime, c.EndTime})...)
		}
		left = next
	}
	var from []Open
	for _, piece := range left {
		piece.Start = later(piece.Start, earliest)
		if piece.End.Sub(piece.Start) >= shortestFree {
			from = append(from, piece)
		}
	}
	return from
}

func pieces(gap Open, length time.Duration, zone *time.Location) []freeHour {
	n := max(int(gap.End.Sub(gap.Start)/length), 1)
	list := make([]freeHour, 0, n)
	for i := range n {
		start := gap.Start.Add(time.Duration(i) * length)
		end := start.Add(length)
		if i == n-1 {
			end = gap.End
		}
		list = append(list, freeHour{Doctor: gap.DoctorID, Start: start.In(zone), End: end.In(zone)})
	}
	return list
}
