//go:build !js

package billing

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/hce"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// Authoriser asks somebody who has come to a desk to let pass what the person at it may not do alone.
type Authoriser interface {
	// Authorise is refused as invalid at "person", "code" or "password".
	Authorise(ctx context.Context, member uuid.UUID, needs access.Permission, code, password string) error
}

// mostParts is how many instalments the screen offers.
const mostParts = 12

// prepare fills in what only the server knows: a factura's customer by its RUC, and what the patient has in its favour.
func (h screens) prepare(ctx context.Context, f *chargeForm) error {
	if err := h.findCustomer(ctx, f); err != nil {
		return err
	}
	return h.findHeld(ctx, f)
}

// findCustomer fills in whom a factura is for: by the RUC that was typed, or as the patient's last one; and the patient
// again when it is to be a boleta after all.
func (h screens) findCustomer(ctx context.Context, f *chargeForm) error {
	if f.Typed == nil {
		return nil
	}
	before := Kind(f.Typed.Get("comprobante_antes"))
	switch {
	case f.Kind != Factura && before == Factura && f.Customer.DocumentType == RUC && f.Patient != nil:
		p, err := h.People.Patient(ctx, *f.Patient)
		f.Customer = customerOf(p)
		return err
	case f.Kind != Factura:
		return nil
	case before != Factura && f.Customer.DocumentType != RUC:
		f.Customer = Customer{DocumentType: RUC}
		if f.Patient == nil {
			return nil
		}
		last, found, err := h.Ledger.lastFactura(ctx, func(c Customer) bool { return true }, f.Patient)
		if found {
			f.Customer = last
		}
		return err
	}
	number := f.Customer.DocumentNumber
	if number == f.Typed.Get("documento_antes") || accounts.RUCProblem(number) != "" {
		return nil
	}
	known, found, err := h.Ledger.lastFactura(ctx, func(c Customer) bool { return c.DocumentNumber == number }, nil)
	if found {
		f.Customer = known
	}
	return err
}

// terms takes advances off, and adds instalments and detracción to a factura.
func (h screens) terms(f chargeForm, c *Content, problems fault.Problems) {
	f.deduct(c, problems)
	if f.Kind != Factura {
		return
	}
	if d, applies := DetractionFor(Factura, *c, OtherServices); applies && (f.Typed.Get("detraccion_vista") == "" || f.Typed.Get("detraccion") != "") {
		c.Detraction = &d
	}
	if f.Typed.Get("forma") != "credito" {
		return
	}
	payments, _ := f.payments()
	c.Credit = &Credit{}
	for _, p := range payments {
		c.Credit.PaidAtOnce = c.Credit.PaidAtOnce.Add(p.Amount)
	}
	c.Credit.Instalments = f.instalments(c.Pending(), c.IssuedOn, problems)
}

// parts is how many instalments are asked for.
func (f chargeForm) parts() int {
	n, err := strconv.Atoi(f.Typed.Get("cuotas"))
	if err != nil {
		return 1
	}
	return min(max(n, 1), mostParts)
}

// instalments are those that were typed; split evenly where their number or what is pending changed since they were drawn.
func (f chargeForm) instalments(pending decimal.Decimal, issued agenda.Date, problems fault.Problems) []Instalment {
	n := f.parts()
	dates, amounts := f.Typed["cuota_fecha"], f.Typed["cuota_importe"]
	days := make([]agenda.Date, n)
	for i := range days {
		days[i] = issued.Add(usualTerm * (i + 1))
		if i < len(dates) {
			days[i] = dayTyped(dates[i], instalmentField(i, "due_on"), problems)
		}
	}
	if len(amounts) != n || f.Typed.Get("pendiente") != pending.StringFixed(2) {
		return SplitEvenly(pending, days)
	}
	list := make([]Instalment, n)
	for i, day := range days {
		list[i] = Instalment{DueOn: day, Amount: soles(amounts[i], instalmentField(i, "amount"), problems)}
	}
	return list
}

func instalmentField(i int, field string) string {
	return "credit.instalments." + strconv.Itoa(i) + "." + field
}

// chargeTermsView is how a factura is paid.
type chargeTermsView struct {
	chargeView
	Account    string // at the Banco de la Nación
	Detraction *Detraction
}

func (v chargeTermsView) onCredit() bool { return v.Form.Typed.Get("forma") == "credito" }

// consentView is who lets a discount pass.
type consentView struct {
	Form     chargeForm
	Problems fault.Problems
	People   []views.Option
}

// beside adds the parts of the screen that only the server has.
func (h screens) beside(ctx context.Context, v *chargeView) error {
	if len(v.Form.Advances) > 0 || v.Problems[deductionsField] != "" {
		v.Held = chargeHeld(heldView{v.Form, v.Content, v.Problems})
	}
	if v.Form.Kind == Factura {
		settings, err := h.Ledger.Settings(ctx)
		if err != nil {
			return err
		}
		terms := chargeTermsView{chargeView: *v, Account: settings.DetractionAccount}
		if d, applies := DetractionFor(Factura, v.Content, OtherServices); applies {
			terms.Detraction = &d
		}
		v.Terms = chargeTerms(terms)
	}
	if v.Problems["authorisation"] == "" && v.Problems["autoriza"] == "" && v.Problems["clave"] == "" && v.Problems["motivo_descuento"] == "" {
		return nil
	}
	people, err := h.whoMayAuthorise(ctx)
	v.Consent = chargeConsent(consentView{v.Form, v.Problems, people})
	return err
}

func (h screens) whoMayAuthorise(ctx context.Context) ([]views.Option, error) {
	everybody, err := h.House.Everybody(ctx)
	var list []views.Option
	for _, m := range everybody {
		if m.Active && accounts.PermissionsOf(m.Roles)[accounts.BillingOverride] {
			list = append(list, views.Option{Value: m.ID.String(), Label: m.DisplayName()})
		}
	}
	return list, err
}

// issue gives out an electronic document, or the receipt that is wanted instead, takes what it is paid with, and keeps
// what is left to the insurer and who let a discount pass: all or nothing.
func (h screens) issue(ctx context.Context, f chargeForm, content Content, payments []Payment, receipt func() (words, address string, err error)) (words, address string, err error) {
	if content.Credit != nil && f.Typed.Get("pendiente") != content.Pending().StringFixed(2) {
		return "", "", fault.InvalidField("credit", "Lo pendiente ahora es "+Soles.Money(content.Pending())+". Revise las cuotas y vuelva a cobrar.")
	}
	if f.Kind != onlyReceipt && len(content.Lines) > 0 {
		if err := content.Problems(f.Kind, nil, Today(h.Now())).Err(); err != nil {
			return "", "", err
		}
	}
	grants, err := h.allow(ctx, f, content)
	if err != nil {
		return "", "", err
	}
	switch {
	case f.Agreement != nil && len(content.Lines) == 0 && len(f.Lines) > 0:
		words, address = "Cargado al convenio "+f.Agreement.Name, "/pacientes/"+f.Patient.String()
		if len(payments) > 0 {
			return "", "", fault.InvalidField("payments", "El convenio paga todo; no hay nada que cobrar al paciente.")
		}
	case f.Kind == onlyReceipt:
		words, address, err = receipt()
	default:
		o := Order{ID: f.ID, Kind: f.Kind, SiteID: access.Who(ctx).SiteID, PatientID: f.Patient, AppointmentID: f.Appointment, Content: content}
		var entry Entry
		entry, err = h.Desk.Charge(ctx, o, payments)
		words, address = entry.Kind.Label()+" "+entry.Name.String()+" emitida", documentPath(entry.ID)
	}
	if err != nil {
		return "", "", err
	}
	return words, address, h.follow(ctx, f, grants)
}

// follow keeps what belongs to a charge besides its document.
func (h screens) follow(ctx context.Context, f chargeForm, grants []grant) error {
	for _, g := range grants {
		if err := h.Ledger.addGrant(ctx, f.ID, g, h.Now()); err != nil {
			return err
		}
	}
	if f.Patient == nil {
		return nil
	}
	chosen := uuid.Nil
	if f.Agreement != nil {
		chosen = f.Agreement.ID
		if err := h.Insurers.Record(ctx, f.shares(access.Who(ctx).SiteID, Today(h.Now()))); err != nil {
			return err
		}
	}
	return h.Book.Remember(ctx, *f.Patient, chosen)
}

// shares are what the cart leaves to the insurer. Each stands at the place of its line in the patient's document; what the
// patient pays nothing of stands behind those.
func (f chargeForm) shares(site uuid.UUID, day agenda.Date) []Share {
	var list []Share
	behind := f.placesTaken()
	for i, l := range f.Lines {
		place := f.placeOf(i)
		if place < 0 {
			place, behind = behind, behind+1
		}
		if l.Split == nil || !l.Split.Insurer.IsPositive() {
			continue
		}
		quantity, ok := ParseAmount(strings.ReplaceAll(l.Quantity, ",", "."))
		if !ok {
			continue // the document was refused for it
		}
		patient, insurer := l.Split.Of(quantity)
		list = append(list, Share{
			ChargeID: f.ID, Place: place, AgreementID: f.Agreement.ID, PatientID: *f.Patient, AppointmentID: f.Appointment, SiteID: site, Ref: l.Ref, DoctorID: f.Doctor,
			Description: l.Text, Unit: l.Unit, IGVType: l.IGV, Quantity: quantity, PatientAmount: patient, Amount: insurer, AttendedOn: day,
		})
	}
	return list
}

// allow looks at what is given off the list. Above the clinic's limit it takes somebody who may: whoever charges, or
// somebody who authorises it at this desk.
func (h screens) allow(ctx context.Context, f chargeForm, content Content) ([]grant, error) {
	limit, err := h.Ledger.discountLimit(ctx)
	if err != nil {
		return nil, err
	}
	listed, err := h.listed(ctx, content, access.Who(ctx).SiteID, f.Agreement)
	if err != nil {
		return nil, err
	}
	above := aboveLimit(content.Lines, listed, limit)
	if len(above) == 0 {
		return nil, nil
	}
	who := access.Who(ctx)
	reason := strings.Join(strings.Fields(f.Typed.Get("motivo_descuento")), " ")
	by := who.MembershipID
	if who.Can(accounts.BillingOverride) {
		if reason == "" {
			reason = "Dado por quien cobra"
		}
	} else if by, err = h.askConsent(ctx, f, above, limit, reason); err != nil {
		return nil, err
	}
	for i := range above {
		above[i].Reason, above[i].AskedBy, above[i].By = reason, who.MembershipID, by
	}
	return above, nil
}

// askConsent has who was chosen show who they are.
func (h screens) askConsent(ctx context.Context, f chargeForm, above []grant, limit decimal.Decimal, reason string) (uuid.UUID, error) {
	problems := fault.Problems{}
	member := idTyped(f.Typed.Get("autoriza"))
	if member == nil {
		for _, g := range above {
			problems.Add(LineField(g.Place, "discount"), "Sin autorización el descuento llega a "+limit.String()+" % del precio de lista, "+Soles.Money(g.Most)+".")
		}
		problems.Add("authorisation", "Falta quién autoriza el descuento.")
		return uuid.Nil, problems.Err()
	}
	if problem := textProblem(reason, 3, longestReason, "Falta el motivo del descuento."); problem != "" {
		return uuid.Nil, fault.InvalidField("motivo_descuento", problem)
	}
	proof := hce.ProofTyped(f.Typed.Get("clave"))
	err := h.Authoriser.Authorise(ctx, *member, accounts.BillingOverride, proof.Code, proof.Password)
	if refused, typed := fault.Fields(err); typed {
		return uuid.Nil, renamed(refused, "person", "autoriza", "code", "clave", "password", "clave").Err()
	}
	return *member, err
}
