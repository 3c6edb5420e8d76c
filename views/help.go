package views

type keyGroup struct {
	where string
	keys  [][2]string // key, what it does
}

// helpKeys are the keys the help page names; a page's own list (?) is read from its controls.
var helpKeys = []keyGroup{
	{"En cualquier página", [][2]string{
		{"/", "Buscar paciente"}, {"R", "Reservar"}, {"N", "Nuevo…"}, {"G A", "Ir a la agenda"}, {"G P", "Ir a pacientes"},
		{"G S", "Ir a Sincronización"}, {"G L", "Bloquear la pantalla"}, {"[", "Plegar la barra lateral"}, {"?", "Teclas de esta página"}, {"Esc", "Cerrar o volver"},
	}},
	{"En la agenda", [][2]string{
		{"← →", "Día anterior, siguiente"}, {"T", "Hoy"}, {"1 2 3", "Día, semana, mes"}, {"B", "Buscar hora libre"}, {"L", "Llegó"},
		{"F", "Confirmada"}, {"A", "Atender"}, {"X", "No asistió"}, {"M", "Mover"}, {"Supr", "Cancelar cita"}, {"Ctrl Z", "Deshacer"},
	}},
}
