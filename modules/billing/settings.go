package billing

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/fault"
)

// Access is the clinic's account at who takes its documents to SUNAT. Both parts are secrets.
type Access struct {
	Route string `json:"route"`
	Token string `json:"token"`
}

// Settings are how a clinic emits.
type Settings struct {
	ID            uuid.UUID
	FiscalAddress string
	// DetractionAccount is the clinic's at the Banco de la Nación; printed where a factura carries detracción.
	DetractionAccount string
	DiscountLimit     decimal.Decimal // in percent: what may be given off without authorisation
	HasAccess         bool
	TestedAt          *time.Time
	TestOK            bool
	TestWords         string
	Version           int64
}

// longestBankAccount is more than an account of the Banco de la Nación has: 11 digits.
const longestBankAccount = 20

// usualDiscountLimit holds until a clinic says otherwise.
var usualDiscountLimit = decimal.NewFromInt(20)

// Problems checks what somebody typed.
func (s Settings) Problems() fault.Problems {
	problems := fault.Problems{}
	problems.Add("fiscal_address", textProblem(s.FiscalAddress, 0, longestAddress, ""))
	problems.Add("detraction_account", textProblem(s.DetractionAccount, 0, longestBankAccount, ""))
	if strings.Trim(s.DetractionAccount, "0123456789-") != "" {
		problems.Add("detraction_account", "La cuenta lleva solo cifras y guiones.")
	}
	if s.DiscountLimit.IsNegative() || s.DiscountLimit.GreaterThan(hundred) || hasMoreDecimals(s.DiscountLimit, 2) {
		problems.Add("discount_limit", "El límite va de 0 a 100 %.")
	}
	return problems
}

// Problems checks a new series: its letter goes with what it is for, and its last number is one.
func (s Series) Problems() fault.Problems {
	problems := fault.Problems{}
	switch {
	case s.Kind.SunatCode() == "":
		problems.Add("kind", "Elija para qué comprobante es la serie.")
		return problems
	case s.Kind.IsNote() && s.Amends != Boleta && s.Amends != Factura:
		problems.Add("kind", "Elija si las notas son de boletas o de facturas.")
		return problems
	}
	problems.Add("code", SeriesProblem(s.Code, s.Kind, s.Amends))
	if s.Last < 0 || s.Last > HighestNumber {
		problems.Add("last", "El último número usado va de 0 a 99999999.")
	}
	return problems
}

// Label says what a series is for: "Nota de crédito de boletas".
func (s Series) Label() string {
	if s.Kind.IsNote() {
		return s.Kind.Label() + " de " + s.Amends.word() + "s"
	}
	return s.Kind.Label()
}
