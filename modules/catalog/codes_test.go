package catalog_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/catalog/cie10"
)

// shelf is where a spec puts the editions that are in force.
type shelf struct {
	sync.Mutex
	edition catalog.Edition
	err     error
	asked   int
	hold    chan struct{} // whoever asks waits for its end; nil: nobody waits
}

func (s *shelf) Newer(_ context.Context, have string) (*catalog.Edition, error) {
	s.Lock()
	s.asked++
	hold, edition, err := s.hold, s.edition, s.err
	s.Unlock()
	if hold != nil {
		<-hold
	}
	if err != nil || edition.Version == have {
		return nil, err
	}
	return &edition, nil
}

func edition(version, title string) catalog.Edition {
	return catalog.Edition{Version: version, Table: cie10.Table{Entries: []cie10.Entry{{Code: cie10.Code{Code: "I10", Title: title}}}}}
}

var _ = Describe("the table of diagnoses in force", func() {
	var s *shelf
	var codes *catalog.Codes
	var now time.Time
	ctx := context.Background()
	title := func() string {
		GinkgoHelper()
		table, err := codes.CIE10(ctx)
		Expect(err).NotTo(HaveOccurred())
		found, _ := table.Find("I10")
		return found.Title
	}

	BeforeEach(func() {
		now = time.Date(2026, 11, 29, 15, 0, 0, 0, time.UTC)
		s = &shelf{edition: edition("1", "Hipertensión")}
		codes = catalog.NewCodes(s, func() time.Time { return now })
	})

	It("is made ready once, looked after from time to time, and changed for a newer one", func() {
		Expect(title()).To(Equal("Hipertensión"))
		s.edition = edition("2", "Hipertensión esencial")
		Expect(title()).To(Equal("Hipertensión"))
		Expect(s.asked).To(Equal(1))
		now = now.Add(time.Minute)
		Expect(title()).To(Equal("Hipertensión esencial"))
		Expect(codes.Version()).To(Equal("2"))
		Expect(s.asked).To(Equal(2))
	})

	It("stays while nobody can say whether there is a newer one, and fails only when there is none at all", func() {
		Expect(title()).To(Equal("Hipertensión"))
		s.err = errors.New("the database is away")
		now = now.Add(time.Minute)
		Expect(title()).To(Equal("Hipertensión"))
		_, err := catalog.NewCodes(s, time.Now).CIE10(ctx)
		Expect(err).To(MatchError("the database is away"))
	})

	It("answers from the old one while a newer one is made ready", func() {
		Expect(title()).To(Equal("Hipertensión"))
		s.edition, s.hold = edition("2", "Hipertensión esencial"), make(chan struct{})
		now = now.Add(time.Minute)
		late := make(chan string)
		go func() {
			defer GinkgoRecover()
			late <- title()
		}()
		Eventually(func() int { s.Lock(); defer s.Unlock(); return s.asked }).Should(Equal(2))
		Expect(title()).To(Equal("Hipertensión"))
		close(s.hold)
		Eventually(late).Should(Receive(Equal("Hipertensión esencial")))
	})
})

var _ = Describe("looking diagnoses up", Ordered, func() {
	var a *app
	var doctor, desk visitor

	BeforeAll(func() {
		a = newApp()
		doctor, desk = a.as(a.Norte, accounts.Doctor), a.as(a.Norte, accounts.Receptionist)
	})

	find := func(v visitor, address string, form url.Values) string {
		GinkgoHelper()
		answer := v.post(address, form)
		Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
		return answer.Body.String()
	}

	It("answers the note's field with rows, the likeliest first", func() {
		rows := find(doctor, "/diagnosticos/buscar", url.Values{"q": {"muela picada"}})
		Expect(rows).To(MatchRegexp(`(?s)^\s*<li role="option" id="o-cie10-K02\.1" aria-selected="false" data-valor="K02\.1" data-texto="K02\.1 Caries de la dentina"`))
		Expect(strings.Count(rows, "<li")).To(BeNumerically("<=", 12))
		Expect(find(doctor, "/diagnosticos/buscar", url.Values{"q": {"xyzzyq<&"}})).To(ContainSubstring("Ningún diagnóstico coincide con «xyzzyq&lt;&amp;»."))
	})

	It("minds the specialty and the patient's sex, in the form or in the address", func() {
		Expect(find(doctor, "/diagnosticos/buscar", url.Values{"q": {"ITU"}, "specialty": {"obstetricia"}})).To(ContainSubstring(`data-valor="O23.4"`))
		Expect(find(doctor, "/diagnosticos/buscar?specialty=medicina_general&sex=M", url.Values{"q": {"ITU"}})).To(And(ContainSubstring(`data-valor="N39.0"`), Not(ContainSubstring("O23.4"))))
	})

	It("answers programs with codes and titles", func() {
		answer := desk.get("/api/v1/cie10?limit=2&q=" + url.QueryEscape("hipertensión arterial"))
		Expect(answer.Code).To(Equal(http.StatusOK))
		var body struct{ Items []map[string]string }
		Expect(json.Unmarshal(answer.Body.Bytes(), &body)).To(Succeed())
		Expect(body.Items).To(HaveLen(2))
		Expect(body.Items[0]).To(Equal(map[string]string{"code": "I10", "title": "Hipertensión esencial (primaria)"}))
	})

	DescribeTable("clamps how many are asked for", func(limit string, most int) {
		answer := desk.get("/api/v1/cie10?q=fractura&limit=" + limit)
		Expect(answer.Code).To(Equal(http.StatusOK))
		Expect(strings.Count(answer.Body.String(), `"code"`)).To(Equal(most))
	}, Entry("none", "0", 1), Entry("less", "-3", 1), Entry("too many", "100000", 50))

	It("is for whoever may read the catalogue", func() {
		nobody := a.as(a.Norte, accounts.SuperAdmin)
		Expect(nobody.get("/api/v1/cie10?q=caries").Code).To(Equal(http.StatusForbidden))
		Expect(nobody.post("/diagnosticos/buscar", url.Values{"q": {"caries"}}).Code).To(Equal(http.StatusNotFound))
	})
})
