//go:build !js

package modules

import (
	"hampi/modules/accounts"
	"hampi/modules/billing"
	"hampi/modules/billing/fees"
	"hampi/modules/billing/nubefact"
	"hampi/modules/billing/prices"
	"hampi/modules/platform/fault"
)

// joinBilling builds what takes money over the register, the agenda and the catalogue.
func (h *house) joinBilling() {
	book := prices.NewBook(prices.NewPostgres(), h.catalog)
	h.prices = prices.NewEditor(book, prices.NewPostgres(), h.catalog)
	ledger, later := billing.NewLedger(h.Vault), billing.NewLater(h.queue)
	emission, till := billing.NewEmission(ledger, later, h.Now), billing.NewTill(ledger, h.Now)
	connections := billing.NewConnections(ledger, viaNubeFact{nubefact.New(h.Outside)}, later, h.Now)
	papers := billing.NewPapers(ledger, accounts.Colleagues{}, accounts.House{}.Logo)
	filing := billing.NewFiling(ledger, connections, h.Storage, later, h.Now)
	desk := billing.NewDesk(ledger, emission, till, h.patients, h.Now)
	insurers := billing.NewInsurers(ledger, emission, book, h.patients, h.Now)
	h.billing = billing.Parts{
		Insurers: insurers, Authoriser: h.signIn,
		Front: billing.Front{
			Till: till, Receipts: billing.NewReceipts(till), People: h.patients, Visits: h.agenda, House: accounts.Colleagues{}, Prices: h.catalog, Book: book, Now: h.Now,
		},
		Register: h.patients,
		Ledger:   ledger, Emission: emission, Desk: desk, Notes: billing.NewNotes(ledger, emission, h.Now), Drafts: billing.NewDrafts(ledger, desk, h.Now),
		Made: billing.NewReceiptDocuments(ledger, emission, h.Now), Later: later,
		Papers: papers, Filing: filing, Dispatch: billing.NewDispatch(ledger, papers, filing, []billing.Sender{billing.NewMailSender(h.queue)}, h.Now),
		Connections: connections, Auditor: billing.NewAuditor(ledger, connections, billing.NewComparing(h.queue), h.Now, billing.Unhurried),
	}
}

// fees settles what professionals are owed of what was collected.
func (h *house) fees() *fees.Keeper {
	return &fees.Keeper{
		Store: fees.NewPostgres(), Documents: h.billing.Ledger, Credits: h.billing.Notes, House: accounts.Colleagues{}, People: h.patients, Catalog: h.catalog,
		Picture: accounts.House{}.Logo, Now: h.Now,
	}
}

// viaNubeFact reaches SUNAT through NubeFact.
type viaNubeFact struct{ client *nubefact.Client }

func accountOf(a billing.Access) nubefact.Account {
	return nubefact.Account{Route: a.Route, Token: a.Token}
}

// Problems checks an account as somebody typed it.
func (viaNubeFact) Problems(a billing.Access) fault.Problems { return accountOf(a).Problems() }

// For is the way to SUNAT of an account.
func (v viaNubeFact) For(a billing.Access) billing.Emitter { return v.client.For(accountOf(a)) }
