//go:build !js

package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// refusedByHuma puts what huma itself refuses into a problem of the house.
func refusedByHuma(status int, message string, errs ...error) huma.StatusError {
	p := httpProblem(status)
	if status == http.StatusUnprocessableEntity || status == http.StatusBadRequest {
		p = problem(status, "Falta corregir", "Hay datos que faltan o no tienen la forma esperada.")
	}
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) {
			p.Errors = append(p.Errors, problemErrorOf(detail))
		}
	}
	slices.SortStableFunc(p.Errors, func(a, b ProblemError) int { return strings.Compare(a.Pointer, b.Pointer) }) // the same refusal is the same answer
	if len(p.Errors) == 0 && message == "request body is required" {
		p.Errors = []ProblemError{{Pointer: "", Detail: "Falta el cuerpo del pedido, en JSON."}}
	}
	return &p
}

// missingBefore and missingAfter are what our words put around the name of a member that is not there; huma names the
// object it misses it in, while whoever asks wants the member.
const (
	missingBefore = "Falta el dato "
	missingAfter  = "."
)

func problemErrorOf(detail *huma.ErrorDetail) ProblemError {
	pointer, member := pointerOf(detail.Location), ""
	if after, found := strings.CutPrefix(detail.Message, missingBefore); found {
		member, _ = strings.CutSuffix(after, missingAfter)
		pointer += "/" + pointerPart(member)
	}
	return ProblemError{Pointer: pointer, Detail: inSpanish(detail)}
}

// pointerOf turns huma's "body.patient.names[0]" into the JSON pointer "/patient/names/0". What is not in the body
// keeps the place and the name, as "query.from" or "path.id", which no pointer into the body looks like.
func pointerOf(location string) string {
	inBody, ok := strings.CutPrefix(location, "body")
	if !ok {
		return location
	}
	return strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(inBody)
}

// pointerPart escapes a member's name as RFC 6901 asks.
func pointerPart(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// inSpanish finds the words for what huma, or the JSON reader and the UUID reader behind it, says in English of its own.
func inSpanish(detail *huma.ErrorDetail) string {
	for _, known := range englishOfHuma() {
		if strings.Contains(detail.Message, known.English) {
			return known.Spanish
		}
	}
	if detail.Location == "body" && !spoken(detail.Message) {
		return "El cuerpo no es JSON válido."
	}
	if !spoken(detail.Message) {
		return "No tiene la forma esperada."
	}
	return detail.Message
}
