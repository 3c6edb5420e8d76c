//go:build !js

package billing

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"hampi/modules/platform/textfold"
)

// nameTyped is a document's name as people type it: "F001-1482", "f001 1482", the series alone, or the number alone.
// Eight digits are a DNI.
var nameTyped = regexp.MustCompile(`^(?i:([BF][A-Z0-9]{2}[0-9])(?:[ -]*([0-9]{1,8}))?|([0-9]{1,7}))$`)

// peopleMeant is how many people of the register a search may mean.
const peopleMeant = 10

// meant narrows a list to the documents that a typed text means: by their name, or by who they are about, a patient or a
// customer, by name or number.
func (h screens) meant(ctx context.Context, typed string, f *Filter) error {
	typed = strings.Join(strings.Fields(typed), " ")
	if typed == "" {
		return nil
	}
	if parts := nameTyped.FindStringSubmatch(typed); parts != nil {
		f.Series = strings.ToUpper(parts[1])
		f.Number, _ = strconv.ParseInt(parts[2]+parts[3], 10, 64)
		return nil
	}
	found, err := h.Register.Search(ctx, typed, peopleMeant)
	if err != nil {
		return err
	}
	about := About{}
	for _, p := range found.Patients {
		family, err := h.Register.Family(ctx, p.ID)
		if err != nil {
			return err
		}
		about.Patients = append(about.Patients, family...)
	}
	if about.Documents, err = h.Ledger.ofCustomers(ctx, *f, func(c Customer) bool { return c.meantBy(typed) }); err != nil {
		return err
	}
	f.About = &about
	return nil
}

// meantBy reports whether a typed text is the customer's number, or begins words of its name.
func (c Customer) meantBy(typed string) bool {
	if typed == c.DocumentNumber {
		return true
	}
	words := textfold.Words(typed)
	return len(words) > 0 && textfold.Begin(words, textfold.Words(c.Name))
}
