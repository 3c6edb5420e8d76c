package hce

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// PrescriptionHead is what the clinic wants at the head and the foot of its prescriptions. What stays empty is taken from
// the clinic's and the site's own data.
type PrescriptionHead struct {
	ID      uuid.UUID
	Name    string
	Address string
	Phone   string
	Footer  string               // lines below the signature
	Logo    bool                 // the clinic's picture is printed, if it has one
	IPRESS  map[uuid.UUID]string // RENIPRESS code by site: eight digits
	By      uuid.UUID            // membership
	Version int64                // 0: nobody has set anything
	At      time.Time
}

// Heads is the part of the store that keeps the head of prescriptions.
type Heads interface {
	// PrescriptionHead is what was set; as the program has it when nobody has.
	PrescriptionHead(ctx context.Context) (PrescriptionHead, error)
	// SavePrescriptionHead keeps it; its Version is the one that was read. ErrHeadChanged when somebody was faster.
	SavePrescriptionHead(ctx context.Context, h PrescriptionHead) error
}

// usualHead is the head until somebody sets another.
func usualHead() PrescriptionHead {
	return PrescriptionHead{Logo: true, IPRESS: map[uuid.UUID]string{}}
}

// ErrHeadChanged refuses to save over what was not seen.
var ErrHeadChanged = fault.Conflicted("stale", "Otra persona cambió la cabecera mientras usted la editaba.")

// The most letters of what stands on a prescription.
const (
	longHeadName    = 100
	longHeadAddress = 160
	longHeadPhone   = 60
	longFooter      = 400
	ipressDigits    = 8 // of a RENIPRESS code (registry of SUSALUD)
)

// tidy is the head without what cannot be seen, and with whole codes: "6212" is 00006212.
func (h PrescriptionHead) tidy() PrescriptionHead {
	h.Name, h.Address, h.Phone = typedLine(h.Name), typedLine(h.Address), typedLine(h.Phone)
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(h.Footer)) {
		lines = append(lines, typedLine(line))
	}
	h.Footer = strings.Join(lines, "\n")
	codes := map[uuid.UUID]string{}
	for site, code := range h.IPRESS {
		code = strings.Join(strings.Fields(code), "")
		if n := len(code); n > 0 && n < ipressDigits && strings.Trim(code, "0123456789") == "" {
			code = strings.Repeat("0", ipressDigits-n) + code
		}
		if code != "" {
			codes[site] = code
		}
	}
	h.IPRESS = codes
	return h
}

func (h PrescriptionHead) problems() fault.Problems {
	problems := fault.Problems{}
	for field, text := range map[string]struct {
		words string
		most  int
	}{"nombre": {h.Name, longHeadName}, "direccion": {h.Address, longHeadAddress}, "telefono": {h.Phone, longHeadPhone}, "pie": {h.Footer, longFooter}} {
		if n := len([]rune(text.words)); n > text.most {
			problems.Add(field, "Son "+strconv.Itoa(text.most)+" letras como máximo; aquí hay "+strconv.Itoa(n)+".")
		}
	}
	for site, code := range h.IPRESS {
		if len(code) != ipressDigits || strings.Trim(code, "0123456789") != "" {
			problems.Add(ipressField(site), "El código RENIPRESS tiene 8 dígitos; aquí dice «"+code+"».")
		}
	}
	return problems
}

func ipressField(site uuid.UUID) string { return "ipress." + site.String() }

// SaveHead keeps what stands on prescriptions from now on; those that are signed already are printed with it too, for it is
// the paper's and not the record's.
func (s *Service) SaveHead(ctx context.Context, h PrescriptionHead) error {
	who := access.Who(ctx)
	if !who.Can(accounts.HCESettings) {
		return fault.ErrForbidden
	}
	h = h.tidy()
	if err := h.problems().Err(); err != nil {
		return err
	}
	h.By, h.At = who.MembershipID, s.now()
	return s.store.SavePrescriptionHead(ctx, h)
}

// letterhead is the head of a paper in its words.
type letterhead struct {
	Name   string
	Lines  []string
	Logo   string // address of the picture; "" without
	Footer string
}

// logoPath is where the clinic's picture is served.
const logoPath = "/clinica/logo"

// letterhead is the clinic's head of prescriptions for a site.
func (s *Service) letterhead(ctx context.Context, site uuid.UUID) (letterhead, error) {
	h, err := s.store.PrescriptionHead(ctx)
	if err != nil {
		return letterhead{}, err
	}
	return s.letterheadOf(ctx, h, site)
}

func (s *Service) letterheadOf(ctx context.Context, h PrescriptionHead, site uuid.UUID) (letterhead, error) {
	clinic, err := s.Colleagues.Clinic(ctx)
	if err != nil {
		return letterhead{}, err
	}
	sites, err := s.Colleagues.Sites(ctx)
	if err != nil {
		return letterhead{}, err
	}
	return s.pictured(ctx, h.letter(clinic, siteAmong(sites, site)))
}

func siteAmong(sites []accounts.Site, id uuid.UUID) accounts.Site {
	for _, s := range sites {
		if s.ID == id {
			return s
		}
	}
	return accounts.Site{}
}

// letter is the head in words, for a prescription of that site.
func (h PrescriptionHead) letter(clinic accounts.Clinic, site accounts.Site) letterhead {
	l := letterhead{Name: firstOf(h.Name, clinic.Name), Footer: h.Footer}
	phone := firstOf(h.Phone, site.Phone, clinic.Phone)
	for _, line := range []string{
		firstOf(h.Address, site.Address),
		joined(" · ", labelled("RUC ", clinic.RUC), labelled("IPRESS ", h.IPRESS[site.ID]), labelled("Tel. ", phone)),
	} {
		if line != "" {
			l.Lines = append(l.Lines, line)
		}
	}
	if h.Logo && clinic.HasLogo {
		l.Logo = logoPath
	}
	return l
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// logo is the picture of a letterhead that has one.
func (s *Service) logo(ctx context.Context, l letterhead) ([]byte, error) {
	if l.Logo == "" || s.Logo == nil {
		return nil, nil
	}
	picture, _, err := s.Logo(ctx)
	if fault.IsNotFound(err) {
		return nil, nil
	}
	return picture, err
}
