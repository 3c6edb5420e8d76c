package patients_test

import (
	"encoding/json"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/offline"
)

var _ = Describe("A patient's data in words", func() {
	tell := patients.New(nil, patients.Neighbours{}, clock.Now(nil)).Describer()

	fields := func(data string) map[string]string {
		GinkgoHelper()
		list, err := tell.Fields(GinkgoT().Context(), json.RawMessage(data))
		Expect(err).NotTo(HaveOccurred())
		said := map[string]string{}
		for _, f := range list {
			said[f.Label] = f.Value
		}
		return said
	}

	It("are written as people write them", func() {
		Expect(fields(`{"phone":"+51962555046","birth_date":"1988-01-24","sex":"F","document_type":"DNI","document_number":"99012345",
			"guardian":{"name":"Tello Cruz, Nelly","relationship":"madre"}}`)).To(Equal(map[string]string{
			"Celular": "962 555 046", "Nacimiento": "24/01/1988", "Sexo": "Femenino", "Documento": "DNI 99012345", "Avisar a": "Tello Cruz, Nelly (madre)",
		}))
	})

	It("tell an emptied field from one that is absent", func() {
		Expect(fields(`{"email":""}`)).To(Equal(map[string]string{"Correo": ""}))
	})

	It("say what an operation did", func() {
		title := func(action, data string) string {
			GinkgoHelper()
			said, err := tell.Title(GinkgoT().Context(), offline.Operation{Action: action, Data: json.RawMessage(data)})
			Expect(err).NotTo(HaveOccurred())
			return said
		}
		Expect(title(offline.Create, `{"first_name":"Camila","last_name":"Jara","second_last_name":"Ortega","birth_date":"no day"}`)).To(Equal("Paciente nuevo: Jara Ortega, Camila"))
		Expect(title(offline.Create, `[`)).To(Equal("Datos de un paciente"))
	})

	It("refuse what is no patient", func() {
		_, err := tell.Fields(GinkgoT().Context(), json.RawMessage(`[]`))
		Expect(err).To(HaveOccurred())
	})

	It("go back into the form when a registration was refused, and to the patient when a change was", func() {
		id := uuid.New()
		form := tell.Correct(offline.Operation{Action: offline.Create, LocalID: id, Data: json.RawMessage(`{"first_name":"Luz","birth_date":"1988-01-24"}`)})
		Expect(form.Address).To(Equal("/pacientes/nuevo"))
		Expect(form.Typed.Get("first_name")).To(Equal("Luz"))
		Expect(form.Typed.Get("birth_date")).To(Equal("24/01/1988"))
		Expect(form.Typed.Get("id")).To(Equal(id.String()), "appointments wait for her")
		page := tell.Correct(offline.Operation{Action: offline.Update, LocalID: id})
		Expect(page).To(Equal(offline.Correction{Address: "/pacientes/" + id.String() + "/datos", Needs: accounts.PatientsWrite}))
	})
})
