package billing

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/offline"
	"hampi/views"
)

// DeviceKinds are the entities that a device keeps of the desk.
func DeviceKinds() []offline.Kind {
	return []offline.Kind{
		{Entity: sessionEntity, Words: sessionWords},
		{Entity: receiptEntity, Place: placeReceipt, Words: receiptWords, Left: receiptsLeft},
		{Entity: settingsEntity},
	}
}

// placeReceipt puts a receipt beside those of its register, in the order in which they were given.
func placeReceipt(data json.RawMessage) (key, group string, err error) {
	var d receiptData
	if err := json.Unmarshal(data, &d); err != nil {
		return "", "", err
	}
	return d.IssuedAt.UTC().Format(time.RFC3339), d.SessionID.String(), nil
}

// receiptsLeft are those before the window, but for the last one of each device, from which its numbers go on.
func receiptsLeft(ctx context.Context, w offline.Window) (ids []string, err error) {
	all, err := Offline{}.receiptsOf(ctx, uuid.Nil)
	highest := map[int]int{}
	for _, r := range all {
		device, n, _ := ParseReceiptNumber(r.Number)
		highest[device] = max(highest[device], n)
	}
	for _, r := range all {
		device, n, _ := ParseReceiptNumber(r.Number)
		if !r.Pending && r.IssuedAt.Before(w.From) && n < highest[device] {
			ids = append(ids, r.ID.String())
		}
	}
	return ids, err
}

// receiptWords tell an operation: "Recibo R02-000118 de Rojas Tello, Marco", "S/ 120.00; se hará boleta sola".
func receiptWords(_ context.Context, op offline.Operation) (title, detail string) {
	var d receiptData
	if !op.Legible(&d) {
		return "Recibo", ""
	}
	detail = views.Money(d.Total)
	if d.Wanted != "" {
		detail += "; se hará " + d.Wanted.word() + " sola"
	}
	return "Recibo " + d.Number + " de " + d.Customer.Name, detail
}

// sessionWords tell an operation: "Caja abierta", "con S/ 150.00".
func sessionWords(_ context.Context, op offline.Operation) (title, detail string) {
	var d sessionData
	switch {
	case !op.Legible(&d):
		return "Caja", ""
	case op.Action == offline.Update:
		amount, _ := CountedAmount(d.Counted)
		return "Conteo de caja", views.Money(amount) + "; se compara al volver la conexión"
	}
	return "Caja abierta", "con " + views.Money(d.Opening)
}

// Describers tell people of receipts and registers of devices.
func Describers() []offline.Describer {
	return []offline.Describer{
		describer(receiptEntity, "receipt", receiptWords, receiptFields, receiptsPath),
		describer(sessionEntity, "wallet", sessionWords, sessionFields, cashPath),
	}
}

func describer(entity, icon string, words func(context.Context, offline.Operation) (string, string),
	fields func(context.Context, json.RawMessage) ([]offline.Field, error), path string,
) offline.Describer {
	return offline.Describer{
		Entity: entity, Icon: func(offline.Operation) string { return icon },
		Title: func(ctx context.Context, op offline.Operation) (string, error) {
			title, _ := words(ctx, op)
			return title, nil
		},
		Fields: fields,
		Correct: func(offline.Operation) offline.Correction {
			return offline.Correction{Address: path, Needs: accounts.BillingCharge}
		},
	}
}

func receiptFields(_ context.Context, data json.RawMessage) ([]offline.Field, error) {
	var d receiptData
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	fields := []offline.Field{
		{Label: "Recibo", Value: d.Number, Names: []string{"number"}},
		{Label: "Cliente", Value: d.Customer.Name + " " + d.Customer.DocumentNumber, Names: []string{"customer"}},
	}
	for _, l := range d.Lines {
		fields = append(fields, offline.Field{Label: "Cobro", Value: l.Quantity.String() + " × " + l.Description, Names: []string{"items"}})
	}
	return append(fields, offline.Field{Label: "Total", Value: views.Money(d.Total), Names: []string{"total"}},
		offline.Field{Label: "Pagos", Value: PaidWith(d.Payments), Names: []string{"payments"}}), nil
}

func sessionFields(_ context.Context, data json.RawMessage) ([]offline.Field, error) {
	var d sessionData
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	if d.Counted != nil {
		amount, _ := CountedAmount(d.Counted)
		return []offline.Field{{Label: "Contado", Value: views.Money(amount), Names: []string{"counted"}}}, nil
	}
	return []offline.Field{{Label: "Efectivo con que empieza", Value: views.Money(d.Opening), Names: []string{"opening_amount"}}}, nil
}
