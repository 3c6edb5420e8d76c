package views

// PrintHeader is the head of a print view.
type PrintHeader struct {
	Clinic      string
	ClinicLine  string // RUC, address, phone
	Title       string
	Date        string
	Patient     string
	PatientLine string // age, document, record number
}
