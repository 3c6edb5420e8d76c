//go:build !js

package billing

import (
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// DraftInvoice is a document that somebody prepared: it has no number, and is owed by nobody.
type DraftInvoice struct {
	Order
	WrittenBy uuid.UUID // a membership
	WrittenAt time.Time
}

// ErrIsDraft refuses to issue under the id of a draft what the draft does not say.
var ErrIsDraft = fault.Conflicted("is_draft", "Con ese identificador hay un borrador. Emítalo, o use otro identificador.")

// ErrOtherDraft is an id that came again with another content, and was not issued.
var ErrOtherDraft = fault.Conflicted("same_id", "Ya hay un borrador con ese identificador y otro contenido. Emítalo, o use otro identificador.")

// draftProblems checks what can be checked before a document is whole: that it can be computed at all.
func (o Order) draftProblems() fault.Problems {
	problems := fault.Problems{}
	if o.Kind != Boleta && o.Kind != Factura {
		problems.Add("kind", "Un borrador es de boleta o factura.")
	}
	o.hugeProblems(problems)
	if len(o.Lines) > mostLines {
		o.lineProblems(problems)
	}
	for i, l := range o.Lines {
		if l.Quantity.IsZero() {
			problems.Add(LineField(i, "quantity"), quantityProblem(l.Quantity))
		}
	}
	return problems
}
