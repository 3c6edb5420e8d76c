//go:build !js

package hce_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/hce"
)

// signed is a record with its signature, and whose key it was.
type signed struct {
	record    hce.Record
	signature hce.Signature
	key       hce.PublicKey
	clinic    uuid.UUID
}

func drawSigned(t *rapid.T) signed {
	word := rapid.StringN(1, 12, -1)
	author := hce.Author{MembershipID: uuid.New(), Name: word.Draw(t, "name"), Profession: word.Draw(t, "profession"), College: "CMP", CollegeNumber: word.Draw(t, "number")}
	at := time.Date(2026, 11, 24, 14, 0, 0, rapid.IntRange(0, 999_999_999).Draw(t, "nanosecond"), time.UTC)
	r := hce.Record{ID: uuid.New(), PatientID: uuid.New(), EncounterID: uuid.New(), Type: hce.Note, Author: author, WrittenAt: at}
	body, err := json.Marshal(map[string]any{
		"id": r.ID, "patient_id": r.PatientID, "encounter_id": r.EncounterID, "record_type": r.Type, "author": author,
		"content": map[string]string{"motivo": word.Draw(t, "content")}, "written_at": at.Format("2006-01-02T15:04:05.000000Z"),
	})
	Expect(err).NotTo(HaveOccurred())
	r.Body = string(body)
	public, private, err := ed25519.GenerateKey(nil)
	Expect(err).NotTo(HaveOccurred())
	s := signed{record: r, clinic: uuid.New(), key: hce.PublicKey{ID: uuid.New(), Key: public, ValidFrom: at.Add(-time.Minute)}}
	s.hash()
	s.signature = hce.Signature{RecordID: r.ID, Signer: author, KeyID: s.key.ID, Method: "ed25519", SignedAt: at.Add(time.Minute)}
	text, err := hce.SignedText(s.clinic, r.ID, s.record.Hash, author, s.signature.SignedAt)
	Expect(err).NotTo(HaveOccurred())
	s.signature.Bytes = ed25519.Sign(private, text)
	return s
}

func (s *signed) hash() {
	hash := sha256.Sum256([]byte(s.record.Body))
	s.record.Hash = hash[:]
}

func (s signed) verdict() hce.Verdict { return hce.Check(s.record, s.signature, s.key, s.clinic) }

// flipped is the same bytes but for one bit.
func flipped(t *rapid.T, of []byte) []byte {
	changed := append([]byte(nil), of...)
	changed[rapid.IntRange(0, len(of)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
	return changed
}

// spoilers change one thing each.
var spoilers = map[string]func(*rapid.T, *signed){
	"a byte of the content": func(t *rapid.T, s *signed) { s.record.Body = string(flipped(t, []byte(s.record.Body))) },
	"a byte of the content and its hash": func(t *rapid.T, s *signed) {
		s.record.Body = string(flipped(t, []byte(s.record.Body)))
		s.hash()
	},
	"the hash":                func(t *rapid.T, s *signed) { s.record.Hash = flipped(t, s.record.Hash) },
	"a byte of the signature": func(t *rapid.T, s *signed) { s.signature.Bytes = flipped(t, s.signature.Bytes) },
	"the end of the signature": func(_ *rapid.T, s *signed) {
		s.signature.Bytes = s.signature.Bytes[:len(s.signature.Bytes)-1]
	},
	"the signer's name":       func(_ *rapid.T, s *signed) { s.signature.Signer.Name += "x" },
	"the signer's number":     func(_ *rapid.T, s *signed) { s.signature.Signer.CollegeNumber = "" },
	"the signer's college":    func(_ *rapid.T, s *signed) { s.signature.Signer.College = "COP" },
	"the signer's profession": func(_ *rapid.T, s *signed) { s.signature.Signer.Profession += " " },
	"the signer":              func(_ *rapid.T, s *signed) { s.signature.Signer.MembershipID = uuid.New() },
	"the time":                func(_ *rapid.T, s *signed) { s.signature.SignedAt = s.signature.SignedAt.Add(time.Microsecond) },
	"the method":              func(_ *rapid.T, s *signed) { s.signature.Method = "" },
	"whose record it signs":   func(_ *rapid.T, s *signed) { s.signature.RecordID = uuid.New() },
	"the key that is named":   func(_ *rapid.T, s *signed) { s.signature.KeyID = uuid.New() },
	"the clinic":              func(_ *rapid.T, s *signed) { s.clinic = uuid.New() },
	"the key":                 func(t *rapid.T, s *signed) { s.key.Key = flipped(t, s.key.Key) },
	"the key, which is gone":  func(_ *rapid.T, s *signed) { s.key = hce.PublicKey{} },
	"when the key began":      func(_ *rapid.T, s *signed) { s.key.ValidFrom = s.signature.SignedAt.Add(time.Millisecond) },
	"when the key ended":      func(_ *rapid.T, s *signed) { s.key.RevokedAt = &s.signature.SignedAt },
	"the record's id":         func(_ *rapid.T, s *signed) { s.record.ID = uuid.New(); s.signature.RecordID = s.record.ID },
	"whose record it is":      func(_ *rapid.T, s *signed) { s.record.PatientID = uuid.New() },
	"the attention":           func(_ *rapid.T, s *signed) { s.record.EncounterID = uuid.New() },
	"the author":              func(_ *rapid.T, s *signed) { s.record.Author.MembershipID = uuid.New() },
	"the kind":                func(_ *rapid.T, s *signed) { s.record.Type = hce.Prescription },
	"what it amends":          func(_ *rapid.T, s *signed) { s.record.AmendsID = &s.record.ID },
	"when it was written":     func(_ *rapid.T, s *signed) { s.record.WrittenAt = s.record.WrittenAt.Add(time.Hour) },
	"the template's version":  func(_ *rapid.T, s *signed) { s.record.TemplateVersion++ },
}

var _ = Describe("a signature", func() {
	It("stands, and falls with any change", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			Expect(drawSigned(t).verdict()).To(Equal(hce.Verdict{Valid: true}))
			for what, spoil := range spoilers {
				s := drawSigned(t)
				spoil(t, &s)
				verdict := s.verdict()
				Expect(verdict.Valid).To(BeFalse(), what)
				Expect(verdict.Reason).To(HaveSuffix("."), what)
			}
		})
	})

	It("stands after its key was revoked", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			s := drawSigned(t)
			later := s.signature.SignedAt.Add(time.Microsecond)
			s.key.RevokedAt = &later
			Expect(s.verdict().Valid).To(BeTrue())
		})
	})
})

var _ = Describe("a verification code", func() {
	It("is read as people type it, and nothing else is", func() {
		seen := map[string]bool{}
		for range 1000 {
			seen[hce.NewCode()] = true
		}
		Expect(seen).To(HaveLen(1000))
		for code := range seen {
			Expect(code).To(MatchRegexp(`^[0-9A-HJKMNP-TV-Z]{12}$`))
			typed := " " + strings.ToLower(hce.ShownCode(code))
			typed = strings.NewReplacer("0", "o", "1", "l").Replace(typed)
			Expect(hce.CleanCode(typed)).To(Equal(code), typed)
			Expect(hce.CleanCode(strings.ReplaceAll(code, "1", "I"))).To(Equal(code))
		}
		for _, nothing := range []string{"", "ABCD", "ABCD-EFGH-JKMNP", "ABCD-EFGH-JKMU", "ABCD*EFGH*JK", "ñandú", strings.Repeat(" ", 1000) + "ABCDEFGHJKMN"} {
			Expect(hce.CleanCode(nothing)).To(BeEmpty(), nothing)
		}
	})
})
