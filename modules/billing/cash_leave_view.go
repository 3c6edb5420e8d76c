package billing

import "hampi/views"

// question is what is asked of whoever leaves.
func (v leavingView) question() string {
	switch len(v.Open) {
	case 0:
		return "¿Salir?"
	case 1:
		return "¿Salir con la caja de " + v.Sites[v.Open[0].SiteID] + " abierta?"
	}
	return "¿Salir con " + views.Number(len(v.Open)) + " cajas abiertas?"
}

// words name an open register: "Caja de Centro: abierta hoy 8:10 con S/ 150.00."
func (v leavingView) words(s CashSession) string {
	words := "Caja de " + v.Sites[s.SiteID] + ": abierta " + views.ShortDayTime(s.OpenedAt.In(v.Now.Location()), v.Now) + " con " + views.Money(s.Opening)
	if s.Counted != nil {
		words += ", contada y sin cerrar"
	}
	return words + "."
}
