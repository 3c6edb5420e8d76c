package catalog_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/catalog/cie10"
)

var _ = Describe("the table of diagnoses of a device", func() {
	It("is read once a version, and stays when it cannot be had", func() {
		version, table, broken, reads := "1", edition("1", "Hipertensión").Table, error(nil), 0
		now := time.Date(2026, 11, 29, 15, 0, 0, 0, time.UTC)
		codes := catalog.NewCodes(catalog.DeviceCodes{Text: func(_ context.Context, have string) (string, []byte, error) {
			if have == version || broken != nil {
				return version, nil, broken
			}
			reads++
			return version, []byte(table.String()), nil
		}}, func() time.Time { return now })
		title := func() string {
			GinkgoHelper()
			now = now.Add(time.Minute)
			index, err := codes.CIE10(context.Background())
			Expect(err).NotTo(HaveOccurred())
			found, _ := index.Find("I10")
			return found.Title
		}
		Expect(title()).To(Equal("Hipertensión"))
		Expect(title()).To(Equal("Hipertensión"))
		Expect(reads).To(Equal(1))
		version, table = "2", edition("2", "Hipertensión esencial").Table
		Expect(title()).To(Equal("Hipertensión esencial"))
		version, table = "3", cie10.Table{}
		Expect(title()).To(Equal("Hipertensión esencial"), "a table that cannot be read changes nothing")
		broken = errors.New("the worker is busy")
		Expect(title()).To(Equal("Hipertensión esencial"))
	})
})

var _ = Describe("handing the loaded table to devices", Ordered, func() {
	var a *app
	var doctor visitor

	BeforeAll(func() {
		a = newApp()
		doctor = a.as(a.Norte, accounts.Doctor)
	})

	address := func() string {
		GinkgoHelper()
		answer := doctor.get("/catalogo/cie10")
		Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
		var news struct{ URL string }
		Expect(json.Unmarshal(answer.Body.Bytes(), &news)).To(Succeed())
		return news.URL
	}

	It("names none while the device's own is in force, and gives none", func() {
		Expect(address()).To(BeEmpty())
		Expect(doctor.get("/catalogo/cie10/0123456789abcdef").Code).To(Equal(http.StatusNotFound))
	})

	It("gives the one in force under its version, packed or not", func() {
		loaded, err := a.load(master(same))
		Expect(err).NotTo(HaveOccurred())
		Expect(address()).To(Equal("/catalogo/cie10/" + loaded.Version))
		plain := doctor.get(address())
		Expect(plain.Code).To(Equal(http.StatusOK))
		Expect(plain.Header().Get("Cache-Control")).To(ContainSubstring("immutable"))
		table, err := cie10.ParseTable(plain.Body.String())
		Expect(err).NotTo(HaveOccurred())
		_, ok := cie10.New(table).Find("K02.1")
		Expect(ok).To(BeTrue())
		request := httptest.NewRequest(http.MethodGet, address(), nil)
		request.Header.Set("Accept-Encoding", "gzip, br")
		packed := doctor.send(request)
		Expect(packed.Header().Get("Content-Encoding")).To(Equal("gzip"))
		Expect(packed.Body.Len()).To(BeNumerically("<", 500_000))
		Expect(doctor.get("/catalogo/cie10/0123456789abcdef").Code).To(Equal(http.StatusNotFound))
	})
})
