package form_test

import (
	"net/url"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/hce/form"
)

func TestForm(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Form")
}

// today is the day of the notes in these specs: a Tuesday.
var today = time.Date(2026, 11, 24, 10, 14, 0, 0, time.FixedZone("PET", -5*3600))

// edith is a woman of 34 at 1,900 metres.
func edith() form.Context {
	altitude := 1900
	return form.Context{Today: today, Birth: time.Date(1992, 3, 8, 0, 0, 0, 0, time.UTC), Sex: "F", Altitude: &altitude}
}

// small is a template with a field of every kind.
const small = `{
  "id": "prueba", "version": 3, "title": "Prueba",
  "sections": [
    {"key": "motivo", "title": "Motivo", "fields": [
      {"key": "motivo", "label": "Motivo de consulta", "type": "text", "required": true},
      {"key": "tiempo", "label": "Tiempo de enfermedad", "type": "duration"},
      {"key": "relato", "label": "Relato", "type": "long", "rows": 4},
      {"key": "fum", "label": "FUM", "type": "date", "min": -308, "max": 0, "soft_max": -28},
      {"key": "inicio", "label": "Inicio", "type": "choice", "options": ["Brusco", {"value": "lento", "label": "Insidioso"}]},
      {"key": "signos", "label": "Signos", "type": "choices", "options": ["Fiebre", "Tos", "Disnea"]},
      {"key": "tos_desde", "label": "Días de tos", "type": "integer", "unit": "días", "min": 1, "max": 365, "show_if": "has(signos, \"Tos\")", "required": true},
      {"key": "fuma", "label": "Fuma", "type": "yesno"},
      {"key": "aviso", "label": "Aconseje dejar de fumar", "type": "note", "show_if": "fuma"}
    ]},
    {"key": "vitales", "title": "Funciones vitales", "layout": "tiles", "fields": [
      {"key": "pa", "label": "Presión arterial", "type": "pressure", "soft_max": 200, "diastolic": {"soft_max": 120}, "loinc": "85354-9"},
      {"key": "pam", "label": "PAM", "type": "computed", "compute": "round((pa.sistolica + 2 * pa.diastolica) / 3, 0)"},
      {"key": "temp", "label": "Temperatura", "type": "number", "unit": "°C", "decimals": 1, "min": 25, "max": 45, "soft_min": 34, "soft_max": 41, "loinc": "8310-5", "ucum": "Cel"},
      {"key": "peso", "label": "Peso", "type": "number", "unit": "kg", "min": 0.3, "max": 350, "soft_min": "if(edad_anios < 12, 2, 30)"},
      {"key": "talla", "label": "Talla", "type": "integer", "unit": "cm", "min": 20, "max": 250},
      {"key": "imc", "label": "IMC", "type": "computed", "decimals": 1, "compute": "peso / (talla / 100 * talla / 100)"},
      {"key": "eg", "label": "EG", "type": "computed", "compute": "gestation(fum, hoy)"},
      {"key": "fpp", "label": "FPP", "type": "computed", "compute": "fum + 280"}
    ]}
  ]
}`

func parsed(text string) form.Template {
	GinkgoHelper()
	t, err := form.Parse([]byte(text))
	Expect(err).NotTo(HaveOccurred())
	return t
}

// sent is a form as a browser sends it: name and value in turns, the prefix left out.
func sent(pairs ...string) url.Values {
	in := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		in.Add("f."+pairs[i], pairs[i+1])
	}
	return in
}
