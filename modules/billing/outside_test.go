//go:build !js

package billing_test

import (
	"context"
	"sync"

	. "github.com/onsi/ginkgo/v2"

	"hampi/modules/billing"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
)

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

// outside is a service of the spec: it holds each name once, and refuses what a real one would never be sent.
type outside struct {
	sync.Mutex
	held   map[string]billing.Document
	voided map[string]bool
	says   []func(d billing.Document) (billing.Answer, bool) // of the next calls to Emit; true: it is held
	emits  int
	files  map[string][]byte // by link
	links  billing.Links     // of every document that is asked about
	noVoid bool              // voidings are not taken
}

func newOutside() *outside {
	return &outside{held: map[string]billing.Document{}, voided: map[string]bool{}}
}

func (o *outside) Of(context.Context) (billing.Emitter, error) { return o, nil }

func (o *outside) Emit(_ context.Context, d billing.Document) billing.Answer {
	o.Lock()
	defer o.Unlock()
	o.emits++
	name := d.Name.String()
	if _, there := o.held[name]; there {
		return billing.Answer{Outcome: billing.AlreadyThere}
	}
	answer, holds := billing.Answer{Outcome: billing.TakenAndAccepted, Raw: []byte(`{"aceptada":true}`)}, true
	if len(o.says) > 0 {
		answer, holds = o.says[0](d)
		o.says = o.says[1:]
	}
	if holds {
		o.held[name] = d
	}
	return answer
}

func (o *outside) Consult(_ context.Context, n billing.Name) billing.Answer {
	o.Lock()
	defer o.Unlock()
	d, there := o.held[n.String()]
	if !there {
		return billing.Answer{Outcome: billing.NotThere}
	}
	return billing.Answer{Outcome: billing.TakenAndAccepted, Held: heldOf(d), Links: o.links}
}

func heldOf(d billing.Document) *billing.Held {
	t := d.Totals()
	return &billing.Held{
		Kind: d.Kind.SunatCode(), Series: d.Series, Number: d.Number, IGV: t.IGV, Total: t.Total, IssuedOn: d.IssuedOn,
		DocumentType: d.Customer.DocumentType.SunatCode(), DocumentNumber: d.Customer.SunatNumber(),
	}
}

func (o *outside) Void(_ context.Context, n billing.Name, _ string) billing.Answer {
	o.Lock()
	defer o.Unlock()
	if o.noVoid {
		return billing.Answer{Outcome: billing.NotValid, Message: "Ya pasó el plazo."}
	}
	o.voided[n.String()] = true
	return billing.Answer{Outcome: billing.TakenAndPending}
}

func (o *outside) ConsultVoid(_ context.Context, n billing.Name) billing.Answer {
	o.Lock()
	defer o.Unlock()
	if !o.voided[n.String()] {
		return billing.Answer{Outcome: billing.NotThere}
	}
	return billing.Answer{Outcome: billing.TakenAndAccepted, Voided: true}
}

func (o *outside) Test(context.Context) billing.Answer {
	return billing.Answer{Outcome: billing.TakenAndAccepted}
}

// connector reaches the service of a spec with whatever account.
type connector struct{ service *outside }

func (connector) Problems(billing.Access) fault.Problems { return nil }

func (c connector) For(billing.Access) billing.Emitter { return c.service }

// Fetch hands out what the spec put behind a link.
func (o *outside) Fetch(_ context.Context, link string) ([]byte, error) {
	o.Lock()
	defer o.Unlock()
	if content, there := o.files[link]; there {
		return content, nil
	}
	return nil, billing.ErrNoFile
}

// Things a service says.
func down(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.NotReached, Message: "NubeFact no responde."}, false
}

func lost(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.NotUnderstood}, true
}

func invalid(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.NotValid, Message: "El RUC no existe.", Field: "customer.document_number"}, false
}

func unheard(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.NotUnderstood}, false
}

func stopped(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.NotAuthorised, Message: "La clave no es correcta."}, false
}

func pending(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.TakenAndPending}, true
}

func somebodyElses(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.AlreadyThere}, false
}
