//go:build !js

package billing

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/platform/sorting"
)

// Age is how long something has been due.
type Age int

// The ages of a debt, in days since the day it was due.
const (
	NotYet Age = iota // falls due later
	UpTo30
	UpTo60
	UpTo90
	Older
)

// Ages are all ages, the youngest first.
func Ages() []Age { return []Age{NotYet, UpTo30, UpTo60, UpTo90, Older} }

// Label is the age on screens.
func (a Age) Label() string {
	switch a {
	case NotYet:
		return "Por vencer"
	case UpTo30:
		return "0 a 30 días"
	case UpTo60:
		return "31 a 60"
	case UpTo90:
		return "61 a 90"
	}
	return "Más de 90"
}

// AgeOf is the age of what was due on a day.
func AgeOf(due, today agenda.Date) Age {
	days := due.Days(today)
	switch {
	case today.Before(due):
		return NotYet
	case days <= 30:
		return UpTo30
	case days <= 60:
		return UpTo60
	case days <= 90:
		return UpTo90
	}
	return Older
}

// Unpaid is a document that asks for more than was paid.
type Unpaid struct {
	ID          uuid.UUID
	Name        Name
	PatientID   *uuid.UUID
	SiteID      uuid.UUID
	Currency    Currency
	IssuedOn    agenda.Date
	IssuedAt    time.Time
	Total       decimal.Decimal
	Credited    decimal.Decimal
	Paid        decimal.Decimal
	Instalments []Instalment
}

// Due is what is still to be paid for it.
func (u Unpaid) Due() decimal.Decimal { return u.Total.Sub(u.Credited).Sub(u.Paid) }

// Debt is a part of a document that is not paid: all of it, or what one instalment asks for.
type Debt struct {
	Invoice   uuid.UUID
	Name      Name
	PatientID *uuid.UUID
	SiteID    uuid.UUID
	Currency  Currency
	IssuedOn  agenda.Date
	DueOn     agenda.Date
	Part      int // of the instalments, from 1; 0 what was to be paid at once
	Amount    decimal.Decimal
	Age       Age
	Person    string // whose it is, as it is shown
	Payer     string // who pays, where a company or an insurer does
	PayerRUC  string
}

// Debts are the parts of the document that are not paid. What was paid or taken back went first to what was to be paid at
// once, then to the instalments in the order of their days.
func (u Unpaid) Debts(today agenda.Date) []Debt {
	covered := u.Paid.Add(u.Credited)
	var list []Debt
	part := func(n int, due agenda.Date, amount decimal.Decimal) {
		used := decimal.Min(covered, amount)
		covered = covered.Sub(used)
		if left := amount.Sub(used); left.IsPositive() {
			list = append(list, Debt{
				Invoice: u.ID, Name: u.Name, PatientID: u.PatientID, SiteID: u.SiteID, Currency: u.Currency, IssuedOn: u.IssuedOn, DueOn: due, Part: n, Amount: left, Age: AgeOf(due, today),
			})
		}
	}
	atOnce := u.Total
	for _, q := range u.Instalments {
		atOnce = atOnce.Sub(q.Amount)
	}
	part(0, u.IssuedOn, atOnce)
	for i, q := range u.Instalments {
		part(i+1, q.DueOn, q.Amount)
	}
	return list
}

// Owing is what one person or company owes in one currency, by age.
type Owing struct {
	Key      string
	Name     string
	Currency Currency
	Count    int
	Oldest   agenda.Date
	ByAge    map[Age]decimal.Decimal
	Total    decimal.Decimal
}

// OwedBy adds debts up under a key and by currency, whoever owes most first, soles before dollars.
func OwedBy(debts []Debt, key func(Debt) (key, name string)) []Owing {
	type owes struct {
		key      string
		currency Currency
	}
	var list []Owing
	at := map[owes]int{}
	for _, d := range debts {
		k, name := key(d)
		who := owes{k, d.Currency.code()}
		i, there := at[who]
		if !there {
			i = len(list)
			at[who] = i
			list = append(list, Owing{Key: k, Name: name, Currency: who.currency, Oldest: d.DueOn, ByAge: map[Age]decimal.Decimal{}})
		}
		o := &list[i]
		o.Count, o.Total, o.ByAge[d.Age] = o.Count+1, o.Total.Add(d.Amount), o.ByAge[d.Age].Add(d.Amount)
		if d.DueOn.Before(o.Oldest) {
			o.Oldest = d.DueOn
		}
	}
	sorting.By(list, func(a, b Owing) int {
		return cmp.Or(slices.Index(currencies(), a.Currency)-slices.Index(currencies(), b.Currency), b.Total.Cmp(a.Total))
	})
	return list
}

// ByDay puts debts in the order of the days on which they were due.
func ByDay(debts []Debt) {
	sorting.By(debts, func(a, b Debt) int {
		switch {
		case a.DueOn.Before(b.DueOn):
			return -1
		case b.DueOn.Before(a.DueOn):
			return 1
		}
		return 0
	})
}
