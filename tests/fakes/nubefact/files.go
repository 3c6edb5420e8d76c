package nubefact

import (
	"fmt"
	"net/http"
	"strings"
)

// file hands out a document's files: small ones, but well-formed.
func (s *Service) file(w http.ResponseWriter, r *http.Request) {
	id, kind, _ := strings.Cut(r.PathValue("file"), ".")
	doc, state := s.byID(id)
	if doc == nil || kind == "cdr" && state == Pending {
		http.NotFound(w, r)
		return
	}
	title := fmt.Sprintf("%s %s-%08d", kindName(doc.Type), doc.Series, doc.Number)
	switch kind {
	case "pdf":
		w.Header().Set("Content-Type", "application/pdf")
		_, _ = w.Write(pdf(title, "Total "+doc.Total))
	case "xml":
		w.Header().Set("Content-Type", "application/xml")
		root := map[int64]string{creditNote: "CreditNote", debitNote: "DebitNote"}[doc.Type]
		if root == "" {
			root = "Invoice"
		}
		_, _ = fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s><ID>%s-%d</ID><PayableAmount>%s</PayableAmount></%s>\n", root, doc.Series, doc.Number, doc.Total, root)
	case "cdr":
		w.Header().Set("Content-Type", "application/xml")
		_, _ = fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ApplicationResponse><ReferenceID>%s-%d</ReferenceID><ResponseCode>%s</ResponseCode></ApplicationResponse>\n", doc.Series, doc.Number, code(doc, state))
	case "":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, "<!doctype html><title>%s</title><h1>%s</h1><p>Total %s</p>\n", title, title, doc.Total)
	default:
		http.NotFound(w, r)
	}
}

func code(doc *Document, state State) string {
	if state == Rejected {
		return doc.Rejection.Code
	}
	return "0"
}

func (s *Service) byID(id string) (*Document, State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := desk{Service: s, now: s.options.Now()}
	for _, doc := range s.documents {
		if doc.id() == id {
			held := *doc
			state, _ := d.stateOf(doc)
			return &held, state
		}
	}
	return nil, Pending
}

// pdf is one page with two lines of text.
func pdf(lines ...string) []byte {
	text := "BT /F1 14 Tf 60 760 Td 20 TL"
	for _, l := range lines {
		text += " (" + strings.NewReplacer("(", "", ")", "", `\`, "").Replace(l) + ") Tj T*"
	}
	text += " ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	out, places := "%PDF-1.4\n", []int{}
	for i, o := range objects {
		places = append(places, len(out))
		out += fmt.Sprintf("%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := len(out)
	out += fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, p := range places {
		out += fmt.Sprintf("%010d 00000 n \n", p)
	}
	return []byte(out + fmt.Sprintf("trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start))
}
