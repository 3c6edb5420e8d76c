package billing_test

import (
	"encoding/json"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/patients"
	"hampi/modules/platform/canonical"
)

// in is the day n days after today.
func in(n int) agenda.Date { return today.Add(n) }

func onCredit(total string, parts ...billing.Instalment) billing.Content {
	c := factura(taxed(total))
	c.Credit = &billing.Credit{Instalments: parts}
	return c
}

func part(days int, amount string) billing.Instalment {
	return billing.Instalment{DueOn: in(days), Amount: dec(amount)}
}

func withCustomer(kind billing.DocumentType, number, name string, lines ...billing.Line) billing.Content {
	c := boleta(lines...)
	c.Customer = billing.Customer{DocumentType: kind, DocumentNumber: number, Name: name}
	return c
}

func with(c billing.Content, change func(*billing.Content)) billing.Content {
	change(&c)
	return c
}

func line(change func(*billing.Line)) billing.Content {
	l := taxed("100")
	change(&l)
	return boleta(l)
}

var _ = Describe("a document", func() {
	DescribeTable("passes", func(kind billing.Kind, c billing.Content) {
		Expect(c.Problems(kind, nil, today)).To(BeEmpty())
	},
		Entry("a boleta", billing.Boleta, boleta(taxed("120"))),
		Entry("a factura", billing.Factura, factura(taxed("120"))),
		Entry("a boleta to whoever comes, of S/ 699.99", billing.Boleta, withCustomer(billing.NoPaper, "", "CLIENTES VARIOS", taxed("699.99"))),
		Entry("a boleta of S/ 700 to a DNI", billing.Boleta, boleta(taxed("700"))),
		Entry("a boleta to a RUC", billing.Boleta, withCustomer(billing.RUC, "20131257750", "ESSALUD", taxed("10"))),
		Entry("a foreigner", billing.Boleta, withCustomer(billing.CE, "001234567", "SMITH JOHN", of(billing.Exempt, "151"))),
		Entry("a traveller", billing.Boleta, withCustomer(billing.Passport, "XZ12345", "SMITH JOHN", taxed("1000"))),
		Entry("all given away", billing.Boleta, boleta(of(billing.Free, "50"))),
		Entry("three days late", billing.Boleta, with(boleta(taxed("1")), func(c *billing.Content) { c.IssuedOn = in(-3) })),
		Entry("in two instalments", billing.Factura, onCredit("637.20", part(30, "318.60"), part(60, "318.60"))),
		Entry("part paid at once", billing.Factura, with(onCredit("500", part(30, "400")), func(c *billing.Content) { c.Credit.PaidAtOnce = dec("100") })),
		Entry("a factura with detracción, on credit", billing.Factura, with(onCredit("2360", part(30, "2077")), func(c *billing.Content) {
			c.Detraction = &billing.Detraction{Code: billing.OtherServices, Percent: dec("12"), Amount: dec("283")}
		})),
		Entry("dollars", billing.Boleta, with(boleta(taxed("100")), func(c *billing.Content) { c.Currency, c.ExchangeRate = billing.Dollars, dec("3.421") })),
		Entry("half a hundredth of a unit", billing.Boleta, line(func(l *billing.Line) { l.Quantity = dec("0.005") })),
		Entry("remarks of two lines", billing.Boleta, with(boleta(taxed("1")), func(c *billing.Content) { c.Remarks = "UNA\nDOS" })),
	)

	DescribeTable("is refused at the field", func(kind billing.Kind, c billing.Content, field, sentence string) {
		Expect(c.Problems(kind, nil, today)).To(HaveKeyWithValue(field, sentence))
	},
		Entry("a RUC with a wrong digit", billing.Factura, with(factura(taxed("1")), func(c *billing.Content) { c.Customer.DocumentNumber = "20123456789" }),
			"customer.document_number", "El último dígito no corresponde a los demás. Revise el RUC."),
		Entry("a factura to a DNI", billing.Factura, boleta(taxed("1")), "customer.document_type", "La factura se hace solo con RUC. Con DNI va boleta."),
		Entry("a factura without address", billing.Factura, with(factura(taxed("1")), func(c *billing.Content) { c.Customer.Address = "" }),
			"customer.address", "Falta la dirección fiscal; la factura la lleva."),
		Entry("a negative quantity", billing.Boleta, line(func(l *billing.Line) { l.Quantity = dec("-1") }), "items.0.quantity", "La cantidad es mayor que cero."),
		Entry("too fine a quantity", billing.Boleta, line(func(l *billing.Line) { l.Quantity = dec("0.0005") }), "items.0.quantity", "La cantidad lleva hasta tres decimales."),
		Entry("a discount of 101 %", billing.Boleta, line(func(l *billing.Line) { l.Discount = dec("101") }), "items.0.discount", "El descuento es mayor que el importe de la línea, S/ 100.00."),
		Entry("a discount of all", billing.Boleta, line(func(l *billing.Line) { l.Discount = dec("100") }), "items.0.discount", "Con ese descuento el importe queda en cero. Baje el descuento o quite la línea."),
		Entry("a negative discount", billing.Boleta, line(func(l *billing.Line) { l.Discount = dec("-1") }), "items.0.discount", "El descuento no es negativo."),
		Entry("a discount that vanishes without tax", billing.Boleta, line(func(l *billing.Line) { l.UnitPrice, l.Discount = dec("0.04"), dec("0.01") }), "items.0.discount",
			"Sin IGV ese descuento no llega a un céntimo; SUNAT no lo vería."),
		Entry("a number without end", billing.Boleta, line(func(l *billing.Line) { l.UnitPrice = dec("1e9999") }), "items.0.unit_price", "El importe es demasiado largo."),
		Entry("a fraction without end", billing.Boleta, line(func(l *billing.Line) { l.Quantity = dec("1e-9999") }), "items.0.quantity", "El importe es demasiado largo."),
		Entry("a discount on a gift", billing.Boleta, line(func(l *billing.Line) { l.IGVType, l.Discount = billing.Free, dec("1") }), "items.0.discount", "Lo gratuito no lleva descuento."),
		Entry("a total that rounds to zero", billing.Boleta, line(func(l *billing.Line) { l.UnitPrice, l.Quantity = dec("0.01"), dec("0.4") }), "items.0.quantity", "El importe se redondea a cero."),
		Entry("no price", billing.Boleta, line(func(l *billing.Line) { l.UnitPrice = dec("0") }), "items.0.unit_price", "Falta el precio. De lo gratuito se anota su valor de referencia."),
		Entry("a negative price", billing.Boleta, line(func(l *billing.Line) { l.UnitPrice = dec("-5") }), "items.0.unit_price", "El precio no es negativo."),
		Entry("a price in tenths of cents", billing.Boleta, line(func(l *billing.Line) { l.UnitPrice = dec("0.085") }), "items.0.unit_price", "El precio lleva hasta dos decimales."),
		Entry("no description", billing.Boleta, line(func(l *billing.Line) { l.Description = "" }), "items.0.description", "Falta la descripción."),
		Entry("a description of two lines", billing.Boleta, line(func(l *billing.Line) { l.Description = "UNA\nDOS" }), "items.0.description", "Va en una sola línea, sin tabuladores."),
		Entry("an unknown way of tax", billing.Boleta, line(func(l *billing.Line) { l.IGVType = "20" }), "items.0.igv_type", "Elija gravado, exonerado, inafecto o gratuito."),
		Entry("no lines", billing.Boleta, boleta(), "items", "Falta lo que se cobra."),
		Entry("more money than there is", billing.Boleta, line(func(l *billing.Line) { l.UnitPrice, l.Quantity = dec("9999999.99"), dec("99999") }), "items", "El total es demasiado grande."),
		Entry("S/ 700 to whoever comes", billing.Boleta, withCustomer(billing.NoPaper, "", "CLIENTES VARIOS", taxed("700")), "customer.document_number",
			"Desde S/ 700.00 la boleta lleva el documento y el nombre del cliente."),
		Entry("700 soles in dollars to whoever comes", billing.Boleta, with(withCustomer(billing.NoPaper, "", "CLIENTES VARIOS", taxed("204.62")), func(c *billing.Content) {
			c.Currency, c.ExchangeRate = billing.Dollars, dec("3.421")
		}), "customer.document_number", "Desde S/ 700.00 la boleta lleva el documento y el nombre del cliente."),
		Entry("a short DNI", billing.Boleta, withCustomer(billing.DNI, "4567891", "ANA", taxed("1")), "customer.document_number", "El DNI tiene 8 dígitos; aquí hay 7."),
		Entry("a DNI of nobody", billing.Boleta, withCustomer(billing.DNI, "45678912", "CLIENTES VARIOS", taxed("1")), "customer.name", "Falta el nombre de quien tiene ese documento."),
		Entry("a name of two letters", billing.Boleta, withCustomer(billing.DNI, "45678912", "AB", taxed("1")), "customer.name", "Lleva por lo menos 3 caracteres; aquí hay 2."),
		Entry("a long carné", billing.Boleta, withCustomer(billing.CE, "0012345678901", "ANA", taxed("1")), "customer.document_number", "El carné de extranjería tiene de 8 a 12 caracteres; aquí hay 13."),
		Entry("no kind of paper", billing.Boleta, withCustomer("LE", "45678912", "ANA", taxed("1")), "customer.document_type", "Elija el tipo de documento."),
		Entry("tomorrow", billing.Boleta, with(boleta(taxed("1")), func(c *billing.Content) { c.IssuedOn = in(1) }), "issued_on", "La fecha de emisión no va en el futuro."),
		Entry("four days late", billing.Boleta, with(boleta(taxed("1")), func(c *billing.Content) { c.IssuedOn = in(-4) }), "issued_on", "Con fecha 20/11/2026 SUNAT ya no lo recibe. Póngale la fecha de hoy."),
		Entry("another rate of tax", billing.Boleta, with(boleta(taxed("1")), func(c *billing.Content) { c.IGVPercent = dec("10.5") }), "igv_percent", "El IGV de esa fecha es de 18 %."),
		Entry("another currency", billing.Boleta, with(boleta(taxed("1")), func(c *billing.Content) { c.Currency = "EUR" }), "currency", "Elija soles o dólares."),
		Entry("dollars without a rate", billing.Boleta, with(boleta(taxed("1")), func(c *billing.Content) { c.Currency = billing.Dollars }), "exchange_rate",
			"Falta el tipo de cambio venta del día, con hasta tres decimales, como 3.421."),
		Entry("a boleta on credit", billing.Boleta, with(boleta(taxed("1")), func(c *billing.Content) { c.Credit = &billing.Credit{} }), "credit", "Solo una factura va al crédito con cuotas."),
		Entry("no instalments", billing.Factura, onCredit("100"), "credit", "Al crédito va por lo menos una cuota."),
		Entry("instalments that do not add up", billing.Factura, onCredit("100", part(30, "50"), part(60, "49.99")), "credit", "Las cuotas suman S/ 99.99 y lo pendiente es S/ 100.00."),
		Entry("an instalment today", billing.Factura, onCredit("100", part(0, "100")), "credit.instalments.0.due_on", "La cuota vence después de la fecha de emisión."),
		Entry("instalments out of order", billing.Factura, onCredit("100", part(60, "50"), part(30, "50")), "credit.instalments.1.due_on", "Las cuotas van por fecha, una después de otra."),
		Entry("an instalment of nothing", billing.Factura, onCredit("100", part(30, "100"), part(60, "0")), "credit.instalments.1.amount", "La cuota es mayor que cero y lleva hasta dos decimales."),
		Entry("credit with all paid", billing.Factura, with(onCredit("100", part(30, "0")), func(c *billing.Content) { c.Credit.PaidAtOnce = dec("100") }), "credit.paid_at_once", "No queda nada al crédito; quite las cuotas."),
		Entry("a detracción of a small factura", billing.Factura, with(factura(taxed("700")), func(c *billing.Content) {
			c.Detraction = &billing.Detraction{Code: billing.OtherServices, Percent: dec("12"), Amount: dec("84")}
		}), "detraction", "La detracción va en facturas de servicios gravados de más de S/ 700.00."),
		Entry("a detracción with cents", billing.Factura, with(factura(taxed("2360")), func(c *billing.Content) {
			c.Detraction = &billing.Detraction{Code: billing.OtherServices, Percent: dec("12"), Amount: dec("283.20")}
		}), "detraction.amount", "La detracción es de S/ 283.00."),
		Entry("an unknown kind", billing.Kind("recibo"), boleta(taxed("1")), "kind", "Elija boleta, factura, nota de crédito o nota de débito."),
		Entry("a boleta that amends", billing.Boleta, with(boleta(taxed("1")), func(c *billing.Content) { c.Amends = &billing.Amendment{} }), "amends", "Solo una nota modifica otro comprobante."),
	)

	It("checks its name too", func() {
		d := billing.Document{Name: billing.Name{Kind: billing.Factura, Series: "B001", Number: 0}, Content: factura(taxed("1"))}
		problems := d.Problems(nil, today)
		Expect(problems).To(HaveKeyWithValue("series", "La serie de una factura empieza con F."))
		Expect(problems).To(HaveKeyWithValue("number", "El número va de 1 a 99999999."))
	})

	It("asks whether a large factura for services goes without detracción, and not one for goods", func() {
		c := factura(taxed("2360"))
		Expect(c.Doubts(billing.Factura)).To(Equal([]string{"Es una factura de servicios de más de S/ 700.00: suele llevar detracción, S/ 283.00. ¿Emitir sin detracción?"}))
		c.Lines[0].Unit = billing.UnitGoods
		Expect(c.Doubts(billing.Factura)).To(BeEmpty())
		Expect(boleta(taxed("2360")).Doubts(billing.Boleta)).To(BeEmpty())
	})

	It("keeps its content as canonical JSON and reads it back", func() {
		c := with(onCredit("2360", part(30, "2077")), func(c *billing.Content) {
			c.Detraction = &billing.Detraction{Code: billing.OtherServices, Percent: dec("12"), Amount: dec("283")}
			c.Lines[0].Discount = dec("0.50")
		})
		text, err := canonical.JSON(c)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).To(ContainSubstring(`"issued_on":"2026-11-24"`))
		Expect(string(text)).To(ContainSubstring(`"unit_price":"2360"`))
		var back billing.Content
		Expect(json.Unmarshal(text, &back)).To(Succeed())
		again, err := canonical.JSON(back)
		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(Equal(text))
	})

	It("says its terms and its last day", func() {
		c := onCredit("637.20", part(30, "318.60"), part(60, "318.60"))
		Expect(c.Terms()).To(Equal("CREDITO 60 DIAS EN 2 CUOTAS"))
		Expect(c.DueOn()).To(Equal(in(60)))
		Expect(onCredit("5", part(30, "5")).Terms()).To(Equal("CREDITO 30 DIAS"))
		Expect(boleta(taxed("1")).Terms()).To(BeEmpty())
		Expect(billing.SplitEvenly(dec("100"), []agenda.Date{in(30), in(60), in(90)})).To(HaveExactElements(
			HaveField("Amount.String()", "33.34"), HaveField("Amount.String()", "33.33"), HaveField("Amount.String()", "33.33")))
	})

	It("counts its days in Lima", func() {
		Expect(billing.Today(time.Date(2026, 11, 25, 4, 59, 0, 0, time.UTC))).To(Equal(today))
		Expect(billing.SendBy(today)).To(Equal(in(3)))
		Expect(billing.VoidBy(today)).To(Equal(in(7)))
	})

	It("names every patient's paper as SUNAT knows it", func() {
		for _, t := range patients.DocumentTypes() {
			Expect(billing.PaperOf(t).SunatCode()).NotTo(BeEmpty())
		}
		Expect(billing.PaperOf(patients.PTP)).To(Equal(billing.CE))
		Expect(billing.PaperOf(patients.CNV)).To(Equal(billing.NoPaper))
	})

	It("tidies who it is for", func() {
		Expect(billing.Customer{}.Tidy()).To(Equal(billing.AnyCustomer()))
		Expect(billing.Customer{DocumentType: billing.RUC, DocumentNumber: "20-13125775-0", Name: " ES  SALUD "}.Tidy()).
			To(Equal(billing.Customer{DocumentType: billing.RUC, DocumentNumber: "20131257750", Name: "ES SALUD"}))
	})
})
