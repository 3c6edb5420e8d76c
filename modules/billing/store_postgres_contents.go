//go:build !js

package billing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/canonical"
	"hampi/modules/platform/database"
)

// hashOf is a content in its canonical form, and the hash of that.
func hashOf(c Content) (body, hash []byte, err error) {
	body, err = canonical.JSON(c)
	if err != nil {
		return nil, nil, fmt.Errorf("write an invoice's canonical form: %w", err)
	}
	sum := sha256.Sum256(body)
	return body, sum[:], nil
}

// addContent writes the next edition of what an invoice says, with its lines.
func (l *Ledger) addContent(ctx context.Context, invoice uuid.UUID, c Content, by uuid.UUID, at time.Time) (uuid.UUID, error) {
	body, hash, err := hashOf(c)
	if err != nil {
		return uuid.Nil, err
	}
	id := uuid.Must(uuid.NewV7())
	sealed, err := l.seal(ctx, json.RawMessage(body), "invoice_contents", "body", id)
	if err != nil {
		return uuid.Nil, err
	}
	const insert = `insert into invoice_contents (id, invoice_id, edition, body, content_hash, taxable, exempt, unaffected, free, discount, igv, total, on_credit, advance, written_by, written_at,
		issued_on, currency, exchange_rate)
		values (?, ?, (select coalesce(max(edition), 0) + 1 from invoice_contents where invoice_id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	t := c.Totals()
	err = database.From(ctx).Exec(insert, id, invoice, invoice, sealed, hash, t.Taxable, t.Exempt, t.Unaffected, t.Free, t.Discounts, t.IGV, t.Total, c.Credit != nil, c.Advance, by, at,
		c.IssuedOn.String(), c.Currency.code(), c.rate()).Error
	if err != nil {
		return uuid.Nil, explain("write what an invoice says", err)
	}
	if err := l.addLines(ctx, id, c); err != nil {
		return uuid.Nil, err
	}
	if err := l.addDeductions(ctx, id, c.Deductions); err != nil {
		return uuid.Nil, err
	}
	return id, l.addInstalments(ctx, id, c.Credit)
}

// addLines writes what lines come to, to be added up. What they say stands sealed in the content alone, for it may name a
// person: an insurer's factura names who was attended.
func (l *Ledger) addLines(ctx context.Context, content uuid.UUID, c Content) error {
	const insert = `insert into invoice_items (content_id, place, service_id, product_id, doctor_id, unit, igv_type, quantity, unit_price, discount, value, igv, total)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	for place, line := range c.Lines {
		a := line.Amounts(c.IGVPercent)
		err := database.From(ctx).Exec(insert, content, place, idOrNil(line.ServiceID), idOrNil(line.ProductID), idOrNil(line.DoctorID), line.Unit,
			line.IGVType, line.Quantity, line.UnitPrice, line.Discount, a.Value, a.IGV, a.Total).Error
		if err != nil {
			return explain("write a line of an invoice", err)
		}
	}
	return nil
}

// written reports whether a content, read from a text, is what was hashed when it was written: that text, or, where sealing
// put a sign of it in another way ("&" as "\u0026"), its canonical form.
func (c Content) written(text, hash []byte) (bool, error) {
	if sum := sha256.Sum256(text); bytes.Equal(sum[:], hash) {
		return true, nil
	}
	_, canonical, err := hashOf(c)
	return bytes.Equal(canonical, hash), err
}
