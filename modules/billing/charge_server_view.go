//go:build !js

package billing

import (
	"strconv"

	"hampi/views"
)

// terms is the way to pay that is chosen.
func (v chargeTermsView) terms() string {
	if v.onCredit() {
		return "credito"
	}
	return "contado"
}

// accountWords say where the detracción is paid.
func (v chargeTermsView) accountWords() string {
	if v.Account == "" {
		return "El cliente la deposita en la cuenta del Banco de la Nación. Anote la cuenta en Configuración, Series y SUNAT."
	}
	return "El cliente la deposita en la cuenta " + v.Account + " del Banco de la Nación."
}

func (v chargeTermsView) instalmentProblem(i int) string {
	if problem := v.Problems[instalmentField(i, "due_on")]; problem != "" {
		return problem
	}
	return v.Problems[instalmentField(i, "amount")]
}

func partOptions() []views.Option {
	var list []views.Option
	for n := 1; n <= mostParts; n++ {
		list = append(list, views.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n)})
	}
	return list
}
