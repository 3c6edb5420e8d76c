//go:build !js

package billing

import (
	"strconv"
	"time"

	"hampi/views"
)

// Kind is what the document is, on screens.
func (d LateDocument) Kind() string { return d.Name.Kind.Label() }

func lateTitle(list []LateDocument) string {
	return lateWords(len(list))
}

func lateState(d LateDocument) string {
	switch {
	case d.State == InVoiding:
		return "SUNAT no responde a su anulación"
	case d.Pending:
		return "espera a SUNAT"
	}
	return d.State.Label()
}

// lateDay says until when SUNAT takes a document.
func lateDay(d LateDocument, now time.Time) string {
	by := d.SendBy().In(now.Location())
	switch {
	case d.Over(Today(now)):
		return "el plazo venció el " + views.LongDayInText(by, now)
	case d.SendBy() == Today(now):
		return "el plazo vence hoy"
	}
	return "el plazo vence el " + views.LongDayInText(by, now)
}

// news says when documents were compared last.
func (v compareView) news() string {
	switch {
	case v.Last == nil:
		return "Cada noche se compara cada comprobante de los últimos " + strconv.Itoa(comparedDays) + " días con el que tiene NubeFact. Aún no se comparó ninguno."
	case v.running():
		return "Comparando desde " + views.ShortDayTime(v.local(v.Last.StartedAt), v.Now) + ". Van " + strconv.Itoa(v.Last.Compared) + "."
	}
	news := "Comparado " + views.ShortDayTime(v.local(*v.Last.FinishedAt), v.Now) + ": " + strconv.Itoa(v.Last.Compared) + " comprobantes."
	if v.Last.Unanswered > 0 {
		news += " Sin respuesta de " + strconv.Itoa(v.Last.Unanswered) + "; se intenta otra vez la noche siguiente."
	}
	return news
}
