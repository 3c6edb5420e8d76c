//go:build !js

package demo

import (
	"fmt"
	"math/rand/v2"

	"hampi/modules/hce"
)

// note is what a professional writes after a service, in the words of the shipped templates.
type note struct {
	template  string
	diagnosis hce.Diagnosis
	values    hce.Values
}

func text(key, words string) func(hce.Values) {
	return func(v hce.Values) { v[key] = hce.TextValue(words) }
}

// written makes a note of a template.
func written(template, code, title string, kind hce.DiagnosisKind, parts ...func(hce.Values)) note {
	n := note{template: template, diagnosis: hce.Diagnosis{Code: code, Title: title, Kind: kind}, values: hce.Values{}}
	for _, part := range parts {
		part(n.values)
	}
	return n
}

// notes are what is written after a service, by its name. A service that is not here leaves no note.
func notes() map[string]note {
	const teeth, eyes, women, general = "odontologia", "oftalmologia", "obstetricia", "consulta-general"
	return map[string]note{
		"Consulta y diagnóstico odontológico": written(teeth, "K02.1", "Caries de la dentina", hce.Definitive,
			text("motivo", "Dolor al masticar del lado derecho"), text("relato", "Molestia desde hace dos semanas, al frío y a la masticación. Sin dolor espontáneo."),
			text("intraoral", "Pieza 16: lesión cariosa oclusal con cavitación en dentina. Encías sin sangrado."), text("higiene", "Regular"),
			text("apreciacion", "Caries dentinaria en pieza 16."), text("plan", "Restauración con resina. Control en seis meses.")),
		"Profilaxis dental (limpieza)": written(teeth, "K05.1", "Gingivitis crónica", hce.Repeated,
			text("motivo", "Limpieza"), text("intraoral", "Placa y cálculo supragingival en sectores inferiores. Sangrado leve al sondaje."),
			text("procedimiento", "Destartraje ultrasónico y profilaxis con pasta."), text("medidas", "Técnica de cepillado e hilo dental.")),
		"Restauración con resina simple": written(teeth, "K02.1", "Caries de la dentina", hce.Repeated,
			text("motivo", "Restauración pendiente"), text("intraoral", "Pieza 16: caries oclusal."),
			text("procedimiento", "Aislamiento, preparación, base de ionómero y resina A2. Ajuste oclusal."),
			text("anestesia", "Lidocaína 2 % con epinefrina 1:80 000"), text("cartuchos", "1")),
		"Consulta oftalmológica": written(eyes, "H52.1", "Miopía", hce.Definitive,
			text("motivo", "Ve borroso de lejos"), text("av_sc_od", "20/60"), text("av_sc_oi", "20/50"), text("av_cc_od", "20/20"), text("av_cc_oi", "20/20"),
			text("pio_od", "14"), text("pio_oi", "15"), text("pio_metodo", "Goldmann"), text("pio_hora", "10:15"),
			text("apreciacion", "Miopía en ambos ojos."), text("plan", "Lentes con corrección. Control en un año.")),
		"Medida de vista (refracción)": written(eyes, "H52.4", "Presbicia", hce.Definitive,
			text("motivo", "No lee de cerca"), text("av_cerca_od", "J5"), text("av_cerca_oi", "J5"), text("apreciacion", "Presbicia."), text("plan", "Lentes de lectura.")),
		"Control prenatal": written(women, "Z34.9", "Supervisión de embarazo normal no especificado", hce.Definitive,
			text("motivo", "Control prenatal"), func(v hce.Values) { v["gestante"] = hce.TruthValue(true) },
			text("au", "24"), text("fcf", "146"), text("situacion", "Longitudinal"), text("presentacion", "Cefálica"), text("movimientos", "++"), text("edema", "Sin edema"),
			text("apreciacion", "Gestación de curso normal."), text("plan", "Sulfato ferroso y ácido fólico. Próximo control en cuatro semanas.")),
		"Consulta de medicina general": written(general, "J02.9", "Faringitis aguda, no especificada", hce.Presumptive,
			text("motivo", "Dolor de garganta"), text("relato", "Dolor al tragar desde hace tres días, con fiebre la primera noche."),
			text("estado_general", "Bueno"), text("ex_regional", "Faringe congestiva, sin exudado. Sin adenopatías."),
			text("apreciacion", "Faringitis aguda de probable origen viral."), text("medidas", "Líquidos, reposo relativo.")),
	}
}

// measured adds the vital signs that somebody has that day.
func (n note) measured(rnd *rand.Rand) hce.Values {
	values := hce.Values{}
	for key, v := range n.values {
		values[key] = v
	}
	values["pa"] = hce.PressureValue(104+rnd.IntN(34), 62+rnd.IntN(24))
	values["fc"] = hce.TextValue(fmt.Sprint(64 + rnd.IntN(28)))
	values["temp"] = hce.TextValue(fmt.Sprintf("36.%d", 2+rnd.IntN(7)))
	return values
}
