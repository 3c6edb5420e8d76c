package views

// Public is a page before log-in.
type Public struct {
	Head
	Slogan string // large words of the left column
	Words  string // the line below
	Foot   string // "Clínica Demo, Huánuco"
	Flash  string
}

func densityOf(l Look) string {
	if l.Density == "comoda" {
		return "comoda"
	}
	return "compacta"
}

func shortcutsOf(l Look) string {
	if l.Shortcuts == "no" {
		return "no"
	}
	return "si"
}

func pressed(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}
