package billing

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
)

// DocumentType is the paper by which a customer is named.
type DocumentType string

// The papers a document may name.
const (
	RUC      DocumentType = "RUC"
	DNI      DocumentType = "DNI"
	CE       DocumentType = "CE" // carné de extranjería
	Passport DocumentType = "PASSPORT"
	NoPaper  DocumentType = "NONE" // "clientes varios"
)

// DocumentTypes are all papers, in the order of a form.
func DocumentTypes() []DocumentType { return []DocumentType{DNI, RUC, CE, Passport, NoPaper} }

// Label is the paper on screens.
func (t DocumentType) Label() string {
	switch t {
	case Passport:
		return "Pasaporte"
	case NoPaper:
		return "Sin documento"
	}
	return string(t)
}

// SunatCode is the paper in SUNAT's catalogue 06; "" for an unknown one.
func (t DocumentType) SunatCode() string {
	switch t {
	case RUC:
		return "6"
	case DNI:
		return "1"
	case CE:
		return "4"
	case Passport:
		return "7"
	case NoPaper:
		return "-"
	}
	return ""
}

// PaperOf is the paper of a patient as a document names it. Temporary permits (PTP, CPP), which NubeFact does not list,
// go as a carné de extranjería; a newborn's certificate and other papers are none to SUNAT.
func PaperOf(t patients.DocumentType) DocumentType {
	switch t {
	case patients.DNI:
		return DNI
	case patients.CE, patients.PTP, patients.CPP:
		return CE
	case patients.Passport:
		return Passport
	}
	return NoPaper
}

// anyCustomer is the name on a small boleta of somebody who gave none.
const anyCustomer = "CLIENTES VARIOS"

// Customer is who a document is for.
type Customer struct {
	DocumentType   DocumentType `json:"document_type"`
	DocumentNumber string       `json:"document_number"` // "" without paper
	Name           string       `json:"name"`
	Address        string       `json:"address,omitempty"`
}

// AnyCustomer is "clientes varios": a boleta under S/ 700 may be for whoever comes.
func AnyCustomer() Customer { return Customer{DocumentType: NoPaper, Name: anyCustomer} }

// Tidy writes a customer in the one way it is kept: one blank between words, numbers in capitals without blanks.
func (c Customer) Tidy() Customer {
	c.Name, c.Address = strings.Join(strings.Fields(c.Name), " "), strings.Join(strings.Fields(c.Address), " ")
	c.DocumentNumber = strings.ToUpper(accounts.NormalizeRUC(c.DocumentNumber))
	if c.DocumentType == "" {
		c.DocumentType = NoPaper
	}
	if c.DocumentType == NoPaper && c.DocumentNumber == "-" {
		c.DocumentNumber = ""
	}
	if c.DocumentType == NoPaper && c.Name == "" {
		c.Name = anyCustomer
	}
	return c
}

// SunatNumber is the number as SUNAT takes it: "-" without paper.
func (c Customer) SunatNumber() string {
	if c.DocumentType == NoPaper {
		return "-"
	}
	return c.DocumentNumber
}

// Lengths that NubeFact takes.
const (
	shortestName   = 3
	longestName    = 100
	longestAddress = 100
	longestPaper   = 15
)

// identifyFrom is the amount in soles from which a boleta names its customer. The law says above S/ 700 (Reglamento de
// Comprobantes de Pago, art. 8, 3.10), NubeFact lets "various" pass below 700: the stricter holds.
var identifyFrom = decimal.NewFromInt(700)

// Problems checks a tidied customer of a factura or boleta (a note's is that of the document it amends) over a total
// in soles.
func (c Customer) Problems(kind Kind, total decimal.Decimal) fault.Problems {
	problems := fault.Problems{}
	if kind == Factura {
		c.facturaProblems(problems)
	} else {
		c.boletaProblems(total, problems)
	}
	problems.Add("customer.name", textProblem(c.Name, shortestName, longestName, "Falta el nombre del cliente."))
	problems.Add("customer.address", textProblem(c.Address, 0, longestAddress, ""))
	return problems
}

// facturaProblems: only a RUC may ask for a factura (SUNAT 2800), with its fiscal address.
func (c Customer) facturaProblems(problems fault.Problems) {
	if c.DocumentType != RUC {
		problems.Add("customer.document_type", "La factura se hace solo con RUC. Con "+c.DocumentType.inSentence()+" va boleta.")
		return
	}
	problems.Add("customer.document_number", accounts.RUCProblem(c.DocumentNumber))
	if c.Name == "" {
		problems.Add("customer.name", "Falta la razón social.")
	}
	if c.Address == "" {
		problems.Add("customer.address", "Falta la dirección fiscal; la factura la lleva.")
	}
}

func (c Customer) boletaProblems(total decimal.Decimal, problems fault.Problems) {
	if c.DocumentType == NoPaper {
		if c.DocumentNumber != "" {
			problems.Add("customer.document_type", "Elija el tipo de documento de ese número.")
		}
		if total.GreaterThanOrEqual(identifyFrom) {
			problems.Add("customer.document_number", "Desde S/ 700.00 la boleta lleva el documento y el nombre del cliente.")
		}
		return
	}
	if c.DocumentType.SunatCode() == "" {
		problems.Add("customer.document_type", "Elija el tipo de documento.")
		return
	}
	problems.Add("customer.document_number", c.paperProblem())
	if strings.EqualFold(c.Name, anyCustomer) {
		problems.Add("customer.name", "Falta el nombre de quien tiene ese documento.")
	}
}

func (t DocumentType) inSentence() string {
	switch t {
	case CE:
		return "carné de extranjería"
	case Passport:
		return "pasaporte"
	case DNI:
		return "DNI"
	}
	return "otro documento"
}

// paperProblem checks the number's form (SUNAT catalogue 06).
func (c Customer) paperProblem() string {
	number := c.DocumentNumber
	switch {
	case c.DocumentType == RUC:
		return accounts.RUCProblem(number)
	case number == "":
		return "Falta el número de documento."
	case c.DocumentType == DNI && !onlyDigits(number):
		return "El DNI tiene solo cifras."
	case c.DocumentType == DNI && len(number) != 8:
		return "El DNI tiene 8 dígitos; aquí hay " + strconv.Itoa(len(number)) + "."
	case !plain(number):
		return "El número lleva solo letras sin acento y cifras."
	case c.DocumentType == CE && (len(number) < 8 || len(number) > 12):
		return "El carné de extranjería tiene de 8 a 12 caracteres; aquí hay " + strconv.Itoa(len(number)) + "."
	case len(number) > longestPaper:
		return "El documento tiene hasta 15 caracteres; aquí hay " + strconv.Itoa(len(number)) + "."
	}
	return ""
}

func onlyDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// plain reports whether a text holds nothing but capitals without accent and digits.
func plain(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) < 0
}
