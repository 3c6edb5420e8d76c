package billing

import (
	"strconv"
	"strings"
)

// QRText is what the printed document's QR code says, as SUNAT has it: issuer | kind | series | number | IGV | total |
// day | customer's paper | its number | digest of the signature |. Where the service that signs hands over a text of its
// own, that one is printed as received.
func QRText(issuerRUC string, d Document, hash string) string {
	totals := d.Totals()
	parts := []string{
		issuerRUC, d.Kind.SunatCode(), d.Series, strconv.FormatInt(d.Number, 10), totals.IGV.StringFixed(2), totals.Total.StringFixed(2),
		d.IssuedOn.String(), d.Customer.DocumentType.SunatCode(), d.Customer.SunatNumber(),
	}
	if hash != "" {
		parts = append(parts, hash)
	}
	return strings.Join(parts, "|") + "|"
}
