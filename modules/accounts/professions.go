package accounts

// College is a professional college (colegio) whose number a professional signs with.
type College struct {
	Key   string // stored
	Short string // printed before the number
	Label string
}

// Colleges are those of the professions that Hampi serves. Dentists and midwives write the same initials.
func Colleges() []College {
	return []College{
		{"CMP", "CMP", "CMP · Colegio Médico"},
		{"COP", "COP", "COP · Colegio Odontológico"},
		{"COP-OBST", "COP", "COP · Colegio de Obstetras"},
		{"CTMP", "CTMP", "CTMP · Tecnólogos médicos (optometría, laboratorio)"},
		{"CEP", "CEP", "CEP · Colegio de Enfermeros"},
		{"CPSP", "CPsP", "CPsP · Colegio de Psicólogos"},
		{"CNP", "CNP", "CNP · Colegio de Nutricionistas"},
	}
}

// CollegeOf finds a college by its key; false for one that is not in the list.
func CollegeOf(key string) (College, bool) {
	for _, c := range Colleges() {
		if c.Key == key {
			return c, true
		}
	}
	return College{}, false
}

// Specialty is a field of work; the catalogue suggests services for it.
type Specialty struct{ Key, Label string }

// Specialties are the fields a clinic or a professional may choose.
func Specialties() []Specialty {
	return []Specialty{
		{"odontologia", "Odontología"},
		{"obstetricia", "Obstetricia"},
		{"oftalmologia", "Oftalmología"},
		{"optometria", "Optometría"},
		{"medicina_general", "Medicina general"},
		{"ginecologia", "Ginecología"},
		{"pediatria", "Pediatría"},
		{"psicologia", "Psicología"},
		{"nutricion", "Nutrición"},
		{"laboratorio", "Laboratorio"},
	}
}

// SpecialtyLabel is the word for a specialty's key; a key that is not in the list stands for itself.
func SpecialtyLabel(key string) string {
	for _, s := range Specialties() {
		if s.Key == key {
			return s.Label
		}
	}
	return key
}

func isSpecialty(key string) bool {
	for _, s := range Specialties() {
		if s.Key == key {
			return true
		}
	}
	return false
}

// Titles stand before a professional's name.
func Titles() []string { return []string{"Dr.", "Dra.", "Obst.", "Lic.", "Mg.", "Tec."} }
