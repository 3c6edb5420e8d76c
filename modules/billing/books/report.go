package books

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
)

// Sums are documents added up, in soles; credit notes take away.
type Sums struct {
	Count      int
	Taxable    decimal.Decimal
	Exempt     decimal.Decimal
	Unaffected decimal.Decimal
	Free       decimal.Decimal
	IGV        decimal.Decimal
	Discount   decimal.Decimal // with IGV
	Total      decimal.Decimal
}

// plus adds other sums.
func (s Sums) plus(o Sums) Sums {
	return Sums{
		Count: s.Count + o.Count, Taxable: s.Taxable.Add(o.Taxable), Exempt: s.Exempt.Add(o.Exempt), Unaffected: s.Unaffected.Add(o.Unaffected),
		Free: s.Free.Add(o.Free), IGV: s.IGV.Add(o.IGV), Discount: s.Discount.Add(o.Discount), Total: s.Total.Add(o.Total),
	}
}

// signed is what the sums are worth for documents of a kind.
func (s Sums) signed(kind billing.Kind) Sums {
	if kind != billing.CreditNote {
		return s
	}
	return Sums{
		Count: s.Count, Taxable: s.Taxable.Neg(), Exempt: s.Exempt.Neg(), Unaffected: s.Unaffected.Neg(), Free: s.Free.Neg(), IGV: s.IGV.Neg(),
		Discount: s.Discount.Neg(), Total: s.Total.Neg(),
	}
}

// Group are the documents of a day, a kind, a site and a state, added up by the database.
type Group struct {
	Day    agenda.Date
	Kind   billing.Kind
	Site   uuid.UUID
	Status billing.Status
	Sums
}

// Work is what one professional did of one service, in soles; zero ids are what has none.
type Work struct {
	Doctor  uuid.UUID
	Service uuid.UUID
	Product bool // goods: no service
	Times   decimal.Decimal
	Total   decimal.Decimal
}

// Taken is money of one way to pay, in one currency: no rate of its day is known, so that soles and dollars stay apart.
type Taken struct {
	Method   billing.Method
	Currency billing.Currency
	Count    int
	In       decimal.Decimal
	Back     decimal.Decimal // given back, above zero
}

// Label is the way on screens.
func (t Taken) Label() string {
	return billing.MethodSum{Method: t.Method, Currency: t.Currency}.Label()
}

// Net is what stayed.
func (t Taken) Net() decimal.Decimal { return t.In.Sub(t.Back) }

// Report is what a period came to.
type Report struct {
	From, To agenda.Date
	All      Sums
	Kinds    []KindSum
	Days     []DaySum
	Sites    []IDSum
	Waiting  int // documents counted here that SUNAT has not accepted yet
	Rejected int // not counted
	Voided   int // not counted
	Works    []Work
	Taken    []Taken
}

// KindSum is what documents of a kind come to.
type KindSum struct {
	Kind billing.Kind
	Sums
}

// DaySum is what a day came to.
type DaySum struct {
	Day agenda.Date
	Sums
}

// IDSum is what something with an id came to.
type IDSum struct {
	ID    uuid.UUID
	Times decimal.Decimal
	Total decimal.Decimal
}

// Add builds the report of a period from what the database added up. Only what is money that the clinic asked for counts.
func Add(from, to agenda.Date, groups []Group, works []Work, taken []Taken) Report {
	r := Report{From: from, To: to, Works: works, Taken: taken}
	kinds, sites, days := map[billing.Kind]Sums{}, map[uuid.UUID]Sums{}, map[agenda.Date]Sums{}
	var siteOrder []uuid.UUID
	for _, g := range groups {
		switch {
		case g.Status == billing.Rejected:
			r.Rejected += g.Count
			continue
		case g.Status == billing.Voided:
			r.Voided += g.Count
			continue
		case g.Status != billing.Accepted && g.Status != billing.InVoiding:
			r.Waiting += g.Count
		}
		worth := g.signed(g.Kind)
		r.All, kinds[g.Kind], days[g.Day] = r.All.plus(worth), kinds[g.Kind].plus(worth), days[g.Day].plus(worth)
		if _, seen := sites[g.Site]; !seen {
			siteOrder = append(siteOrder, g.Site)
		}
		sites[g.Site] = sites[g.Site].plus(worth)
	}
	for _, k := range billing.Kinds() {
		if s, any := kinds[k]; any {
			r.Kinds = append(r.Kinds, KindSum{k, s})
		}
	}
	for d := from; !to.Before(d); d = d.Add(1) {
		if s, any := days[d]; any {
			r.Days = append(r.Days, DaySum{d, s})
		}
	}
	for _, id := range siteOrder {
		r.Sites = append(r.Sites, IDSum{ID: id, Times: decimal.NewFromInt(int64(sites[id].Count)), Total: sites[id].Total})
	}
	return r
}

// By adds works up by what a function says of each, the largest first.
func (r Report) By(key func(Work) uuid.UUID) []IDSum {
	var sums []IDSum
	at := map[uuid.UUID]int{}
	for _, w := range r.Works {
		id := key(w)
		i, seen := at[id]
		if !seen {
			i = len(sums)
			at[id], sums = i, append(sums, IDSum{ID: id})
		}
		sums[i].Times, sums[i].Total = sums[i].Times.Add(w.Times), sums[i].Total.Add(w.Total)
	}
	sortByTotal(sums)
	return sums
}

// sortByTotal puts the largest first.
func sortByTotal(sums []IDSum) {
	slices.SortStableFunc(sums, func(a, b IDSum) int {
		return cmp.Or(b.Total.Cmp(a.Total), cmp.Compare(a.ID.String(), b.ID.String()))
	})
}
