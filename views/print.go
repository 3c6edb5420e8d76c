package views

// PrintHeader is the head of a print view.
type PrintHeader struct {
	Clinic      string
	ClinicLine  string   // RUC, address, phone
	Lines       []string // more of the clinic, one below the other
	Logo        string   // address of a picture
	Title       string
	Date        string
	Patient     string
	PatientLine string // age, document, record number
}
