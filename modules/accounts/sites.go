package accounts

import (
	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// Site is a place where the clinic receives patients (sede).
type Site struct {
	ID      uuid.UUID
	Name    string
	Address string
	Ubigeo  string // six digits, or empty
	Phone   string
	// Altitude above the sea in metres: what saturation and haemoglobin are usual depends on it. nil: nobody said.
	Altitude *int
	Active   bool // one that closed keeps its past and takes nothing new
	Version  int64
}

// highestSite is above every town of Peru, in metres.
const highestSite = 5500

// Problems says what is wrong with what was typed, by form field.
func (s Site) Problems() fault.Problems {
	problems := fault.Problems{}
	problems.Add("nombre", textProblem(s.Name, "el nombre de la sede", 80))
	problems.Add("direccion", lengthProblem(s.Address, 200))
	problems.Add("telefono", lengthProblem(s.Phone, 40))
	if s.Altitude != nil && (*s.Altitude < 0 || *s.Altitude > highestSite) {
		problems.Add("altitud", "Se espera entre 0 y 5,500 metros.")
	}
	return problems
}

// Tidy drops blanks that nobody meant.
func (s Site) Tidy() Site {
	s.Name, s.Address, s.Phone = tidy(s.Name), tidy(s.Address), tidy(s.Phone)
	return s
}

// ErrSiteName refuses a name that another site of the clinic has.
var ErrSiteName = fault.ConflictAt("nombre", "Ya hay una sede con ese nombre.")

// ErrLastSite keeps a clinic from closing its only place.
var ErrLastSite = fault.Conflicted("last_site", "Es la única sede abierta; abra otra antes de cerrarla.")
