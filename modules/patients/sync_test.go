//go:build !js

package patients_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// visits stand for the agenda: when each patient comes or came.
type visits map[uuid.UUID]time.Time

func (v visits) InWindow(_ context.Context, w offline.Window, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	in := map[uuid.UUID]bool{}
	for _, id := range ids {
		if at, ok := v[id]; ok && !at.Before(w.From) && at.Before(w.To) {
			in[id] = true
		}
	}
	return in, nil
}

func (v visits) PatientsInWindow(ctx context.Context, w offline.Window, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	in, err := v.InWindow(ctx, w, slices.Collect(maps.Keys(v)))
	ids := slices.SortedFunc(maps.Keys(in), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	ids = slices.DeleteFunc(ids, func(id uuid.UUID) bool { return bytes.Compare(id[:], after[:]) <= 0 })
	return ids[:min(len(ids), limit)], err
}

func (v visits) CountInWindow(ctx context.Context, w offline.Window) (int, error) {
	in, err := v.InWindow(ctx, w, slices.Collect(maps.Keys(v)))
	return len(in), err
}

func (v visits) SeenBefore(_ context.Context, before time.Time, after patients.Seen, limit int) ([]patients.Seen, error) {
	var seen []patients.Seen
	for id, at := range v {
		if at.Before(before) {
			seen = append(seen, patients.Seen{Patient: id, At: at})
		}
	}
	latest := func(a, b patients.Seen) int {
		return cmp.Or(b.At.Compare(a.At), bytes.Compare(b.Patient[:], a.Patient[:]))
	}
	slices.SortFunc(seen, latest)
	if after.Patient != uuid.Nil {
		seen = slices.DeleteFunc(seen, func(s patients.Seen) bool { return latest(s, after) <= 0 })
	}
	return seen[:min(len(seen), limit)], nil
}

// far is a register with devices.
type far struct {
	*patients.Sync
	store   *patients.Postgres
	service *patients.Service
	visits  visits
	window  offline.Window
}

func farOf(world *dbtest.World) *far {
	f := &far{store: patients.NewPostgres(world.Vault, clock.System), visits: visits{}, window: offline.WindowAt(now, time.UTC)}
	f.service = patients.New(f.store, patients.Neighbours{Places: districts{}}, clock.At(now))
	f.Sync = patients.NewSync(f.service, f.store, f.visits)
	return f
}

func operation(action string, id uuid.UUID, device string, at time.Time, data any) offline.Received {
	text, isText := data.(string)
	if !isText {
		raw, err := json.Marshal(data)
		Expect(err).NotTo(HaveOccurred())
		text = string(raw)
	}
	return offline.Received{At: at, Device: device, Operation: offline.Operation{Entity: patients.Entity, Action: action, LocalID: id,
		Data: json.RawMessage(text), Timestamp: at, OpID: newID()}}
}

func creation(r patients.Registration, device string, at time.Time) offline.Received {
	return operation(offline.Create, r.ID, device, at, patients.FieldsOf(r.Demographics))
}

func change(id uuid.UUID, device string, minute int, data string) offline.Received {
	return operation(offline.Update, id, device, now.Add(time.Duration(minute)*time.Minute), data)
}

var _ = Describe("what devices did to patients", func() {
	var world *dbtest.World
	var f *far
	var ctx context.Context

	BeforeEach(func() {
		world = cluster.World()
		f = farOf(world)
		ctx = roleIn(world, accounts.Receptionist)
	})
	apply := func(op offline.Received) offline.Outcome {
		GinkgoHelper()
		out, err := f.Apply(ctx, op)
		Expect(err).NotTo(HaveOccurred())
		return out
	}
	registered := func(r patients.Registration) patients.Patient {
		GinkgoHelper()
		Expect(apply(creation(r, "a", now)).Status).To(Equal(offline.Created))
		p, err := f.store.Patient(ctx, r.ID)
		Expect(err).NotTo(HaveOccurred())
		return p
	}
	read := func(id uuid.UUID) patients.Patient {
		GinkgoHelper()
		p, err := f.service.Active(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		return p
	}

	It("registers somebody, numbered, once", func() {
		r := edith()
		first := creation(r, "a", now.Add(-time.Hour))
		Expect(apply(first)).To(Equal(offline.Outcome{Status: offline.Created, Version: 1}))
		p := read(r.ID)
		Expect(p.RecordNumber).NotTo(BeEmpty())
		Expect(p.Clock[patients.Telephone]).To(Equal(patients.Stamp{At: now.Add(-time.Hour), Device: "a", Op: first.OpID.String(), By: access.Who(ctx).UserID, Version: 1}))
		Expect(apply(creation(r, "a", now)).Status).To(Equal(offline.Duplicate))
		other := named("Ana", "Rojas", "")
		other.ID = r.ID
		_, err := f.Apply(ctx, creation(other, "a", now))
		Expect(err).To(MatchError(patients.ErrIDTaken))
	})
	It("registers somebody doubtful with a warning, and stops nobody", func() {
		r := edith()
		registered(r)
		twin := edith()
		twin.Document = patients.Document{Type: patients.None}
		out := apply(creation(twin, "a", now))
		Expect(out.Status).To(Equal(offline.Created))
		Expect(out.Title).To(ContainSubstring("Mismo nombre"))
	})
	DescribeTable("refuses what the form would refuse", func(op func() offline.Received, field string) {
		_, err := f.Apply(ctx, op())
		fields, _ := fault.Fields(err)
		Expect(fields).To(HaveKey(field))
	},
		Entry("no name", func() offline.Received {
			return operation(offline.Create, newID(), "a", now, `{"document_type":"NONE"}`)
		}, "first_name"),
		Entry("an unknown field", func() offline.Received {
			return operation(offline.Create, newID(), "a", now, `{"first_name":"Ana","allergies":["látex"]}`)
		}, "allergies"),
		Entry("a wrong type", func() offline.Received { return operation(offline.Create, newID(), "a", now, `{"first_name":7}`) }, "first_name"),
		Entry("no object", func() offline.Received { return operation(offline.Create, newID(), "a", now, `[]`) }, "data"),
		Entry("broken data", func() offline.Received { return operation(offline.Update, newID(), "a", now, `{`) }, "data"),
		Entry("an unknown action", func() offline.Received { return operation("delete", newID(), "a", now, `{}`) }, "action"),
	)
	It("tells as lost only what the operation wrote", func() {
		p := registered(edith())
		apply(change(p.ID, "b", 10, `{"address":"Jr. Dos 2"}`))
		Expect(apply(change(p.ID, "c", 5, `{"address":"Jr. Tres 3"}`)).Lost).To(MatchJSON(`{"address":"Jr. Tres 3"}`), "the district is of its group, and nobody wrote it")
	})

	It("waits for a registration that has not arrived", func() {
		id := newID()
		_, err := f.Apply(ctx, change(id, "a", 0, `{"phone":"962555015"}`))
		var missing *offline.Missing
		Expect(errors.As(err, &missing)).To(BeTrue())
		Expect(*missing).To(Equal(offline.Missing{Entity: patients.Entity, ID: id}))
	})
	It("lets each group's last writer win, and shows who lost", func() {
		p := registered(edith())
		Expect(apply(change(p.ID, "b", 10, `{"phone":"+51911111111"}`))).To(Equal(offline.Outcome{Status: offline.Updated, Version: 2}))
		out := apply(change(p.ID, "c", 5, `{"phone":"+51922222222","email":"c@correo.pe"}`))
		Expect(out.Status).To(Equal(offline.Superseded))
		Expect(out.Lost).To(MatchJSON(`{"phone":"+51922222222"}`))
		Expect(f.service.Describer().Title(ctx, change(p.ID, "c", 5, `{"phone":"1","email":"c@correo.pe"}`).Operation)).To(Equal("Celular y correo de Huamán Ponce, Edith Maribel"))
		Expect(out.NowBy).To(Equal(access.Who(ctx).UserID))
		Expect(out.NowAt).To(BeTemporally("~", change(p.ID, "b", 10, `{}`).At, time.Second))
		Expect(out.Title).To(Equal("Celular de Huamán Ponce, Edith Maribel: otra persona lo cambió después."))
		var kept map[string]any
		Expect(json.Unmarshal(out.Now, &kept)).To(Succeed())
		Expect(kept).To(And(HaveKeyWithValue("phone", "+51911111111"), HaveKeyWithValue("email", "c@correo.pe"), HaveKeyWithValue("version", float64(3))))
		Expect(read(p.ID)).To(And(HaveField("Phone", "+51911111111"), HaveField("Email", "c@correo.pe"), HaveField("Version", int64(3))))
	})
	It("answers what already holds as a duplicate", func() {
		p := registered(edith())
		Expect(apply(change(p.ID, "b", -10, `{"email":"edith@correo.pe"}`)).Status).To(Equal(offline.Duplicate))
		Expect(apply(change(p.ID, "b", 10, `{}`)).Status).To(Equal(offline.Duplicate))
		again := change(p.ID, "b", 20, `{"phone":"+51911111111"}`)
		Expect(apply(again).Status).To(Equal(offline.Updated))
		Expect(apply(again)).To(Equal(offline.Outcome{Status: offline.Duplicate, Version: 2}))
	})
	It("never lets a device disagree with itself", func() {
		p := registered(edith())
		for i, phone := range []string{"+51911111111", "+51922222222", "+51933333333"} {
			op := change(p.ID, "b", 5, `{"phone":"`+phone+`"}`)
			op.OpID[0] = byte(9 - i) // a form's operation is named when the form is drawn, not when it is sent
			Expect(apply(op).Status).To(Equal(offline.Updated), "clamped to one moment")
			Expect(read(p.ID).Phone).To(Equal(phone))
		}
	})
	It("lets who has seen a value replace it, whatever the clocks say", func() {
		p := registered(edith())
		apply(change(p.ID, "fast", 5, `{"phone":"+51911111111"}`))
		op := change(p.ID, "slow", -120, `{"phone":"+51922222222"}`)
		op.BaseVersion = 2
		Expect(apply(op).Status).To(Equal(offline.Updated))
		Expect(read(p.ID).Phone).To(Equal("+51922222222"))
	})
	It("refuses what somebody says to have seen of the future, and takes it without", func() {
		p := registered(edith())
		op := change(p.ID, "b", 5, `{"phone":"+51922222222"}`)
		op.BaseVersion = p.Version + 1
		_, err := f.Apply(ctx, op)
		fields, _ := fault.Fields(err)
		Expect(fields).To(HaveKeyWithValue("base_version", ContainSubstring("la guardada es la 1")))
		op.BaseVersion = 0
		Expect(apply(op).Status).To(Equal(offline.Updated))
	})
	It("refuses a document that is somebody else's", func() {
		registered(edith())
		other := registered(named("Ana", "Rojas", ""))
		_, err := f.Apply(ctx, change(other.ID, "b", 5, `{"document_type":"DNI","document_number":"99012345"}`))
		var taken *patients.Taken
		Expect(errors.As(err, &taken)).To(BeTrue())
		Expect(read(other.ID).Document.Type).To(Equal(patients.None))
	})
	It("lets whoever charges write what a receipt needs, and no more", func() {
		p := registered(edith())
		ctx = as(ctx, accounts.Cashier)
		Expect(apply(change(p.ID, "b", 5, `{"email":"nuevo@correo.pe"}`)).Status).To(Equal(offline.Updated))
		for _, data := range []string{`{"phone":"+51911111111"}`, `{"email":"x@correo.pe","first_name":"Ana"}`} {
			_, err := f.Apply(ctx, change(p.ID, "b", 6, data))
			Expect(err).To(MatchError(fault.ErrForbidden))
		}
		_, err := f.Apply(ctx, creation(named("Ana", "Rojas", ""), "b", now))
		Expect(err).To(MatchError(fault.ErrForbidden))
	})

	Context("when two devices register one document", func() {
		twins := func() (a, b patients.Registration) {
			a, b = edith(), edith()
			a.Email, a.Tags = "", nil
			b.Phone, b.Email, b.FirstName = "962 555 099", "b@correo.pe", "Edith"
			b.Insurance = patients.Insurance{}
			return a, b
		}
		It("makes one patient, the same in both orders", func() {
			a, b := twins()
			var ends []patients.Demographics
			for _, reversed := range []bool{false, true} {
				world = cluster.World()
				f = farOf(world)
				ctx = roleIn(world, accounts.Receptionist)
				first, second := creation(a, "a", now), creation(b, "b", now.Add(time.Minute))
				if reversed {
					first, second = second, first
				}
				Expect(apply(first).Status).To(Equal(offline.Created))
				out := apply(second)
				Expect(out.Status).To(Equal(offline.Merged))
				Expect(out.ServerID).To(Equal(first.LocalID))
				Expect(read(second.LocalID).ID).To(Equal(first.LocalID))
				if reversed {
					Expect(string(out.Lost)).To(And(ContainSubstring("+51962555014"), ContainSubstring("Edith Maribel")))
				}
				ends = append(ends, read(first.LocalID).Demographics)
			}
			Expect(ends[0]).To(Equal(ends[1]))
			Expect(ends[0]).To(And(HaveField("Phone", "+51962555099"), HaveField("Email", "b@correo.pe"), HaveField("Insurance.Insurer", "SIS")))
		})
		It("follows the alias for ever", func() {
			a, b := twins()
			apply(creation(a, "a", now))
			late := creation(b, "b", now.Add(time.Minute))
			apply(late)
			Expect(apply(late)).To(And(HaveField("Status", offline.Merged), HaveField("ServerID", a.ID)), "told again")
			out := apply(change(b.ID, "b", 30, `{"phone":"+51933333333"}`))
			Expect(out).To(And(HaveField("Status", offline.Updated), HaveField("ServerID", a.ID)))
			Expect(read(a.ID).Phone).To(Equal("+51933333333"))
			kept := registered(named("Edith", "Huamán", ""))
			Expect(f.store.PointTo(ctx, map[uuid.UUID]uuid.UUID{a.ID: kept.ID}, now)).To(Succeed())
			out = apply(change(b.ID, "b", 40, `{"email":"fin@correo.pe"}`))
			Expect(out.ServerID).To(Equal(kept.ID), "joined into another meanwhile")
			Expect(read(b.ID)).To(And(HaveField("ID", kept.ID), HaveField("Email", "fin@correo.pe")))
		})
		DescribeTable("asks a person when the names are those of two", func(other patients.Demographics, alike bool) {
			r := edith()
			registered(r)
			s := patients.Registration{ID: newID(), Demographics: other}
			s.Document = r.Document
			out := apply(creation(s, "b", now.Add(time.Minute)))
			if alike {
				Expect(out).To(And(HaveField("Status", offline.Merged), HaveField("ServerID", r.ID)))
				Expect(read(s.ID).ID).To(Equal(r.ID), "what was booked for the new entry is not lost")
				return
			}
			Expect(out).To(And(HaveField("Status", offline.Conflict), HaveField("ServerID", uuid.Nil)))
			Expect(read(s.ID)).To(And(HaveField("ID", s.ID), HaveField("FirstName", other.FirstName), HaveField("Document.Type", patients.None)), "what is booked for one is never another's")
			Expect(apply(creation(s, "b", now.Add(time.Minute))).Status).To(Equal(offline.Duplicate), "sent again")
			Expect(out.Title).To(ContainSubstring("DNI 99012345 ya es de Huamán Ponce, Edith Maribel"))
			Expect(string(out.Lost)).To(ContainSubstring(other.FirstName))
			Expect(read(r.ID).FirstName).To(Equal("Edith Maribel"))
		},
			Entry("a slip", patients.Demographics{FirstName: "Edit", LastName: "Huaman", SecondLastName: "Ponce"}, true),
			Entry("without the second surname", patients.Demographics{FirstName: "Edith", LastName: "Huamán"}, true),
			Entry("surnames in the wrong fields", patients.Demographics{FirstName: "Ponce Edith", LastName: "Maribel", SecondLastName: "Huamán"}, true),
			Entry("married", patients.Demographics{FirstName: "Edith", LastName: "Huamán", SecondLastName: "de Rojas", BirthDate: time.Date(1992, 1, 24, 0, 0, 0, 0, time.UTC)}, true),
			Entry("a sister", patients.Demographics{FirstName: "Elva", LastName: "Huamán", SecondLastName: "Ponce"}, false),
			Entry("a brother", patients.Demographics{FirstName: "Edith", LastName: "Huamán", Sex: patients.Male}, false),
			Entry("a stranger", patients.Demographics{FirstName: "Marco", LastName: "Rojas"}, false),
			Entry("almost the name, born on another day", patients.Demographics{FirstName: "Edita", LastName: "Huamán", BirthDate: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)}, false),
		)
	})

	It("ends as Merge says, whatever the order of arrival", func() {
		rolledBack := errors.New("rolled back")
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			err := world.Committed(world.Norte, "receptionist", func(ctx context.Context) error {
				lastWriters(ctx, t, f)
				return rolledBack
			}, slices.Collect(maps.Keys(accounts.PermissionsOf([]accounts.Role{accounts.Receptionist})))...)
			if !errors.Is(err, rolledBack) {
				t.Fatal(err)
			}
		})
	})
})

// lastWriters lets several devices write one patient, each device's writings in its order, the devices' as they come.
func lastWriters(ctx context.Context, t *rapid.T, f *far) {
	r := edith()
	must := func(op offline.Received) offline.Outcome {
		out, err := f.Apply(ctx, op)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	must(creation(r, "z", now.Add(-time.Hour)))
	p, err := f.store.Patient(ctx, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	model := patients.State{Demographics: p.Demographics, Clock: p.Clock}
	clocks := map[string]int{}
	for i := range rapid.IntRange(1, 10).Draw(t, "operations") {
		device := rapid.SampledFrom([]string{"a", "b", "c", ""}).Draw(t, "device")
		at := rapid.IntRange(0, 6).Draw(t, "minute")
		if device != "" {
			at += clocks[device] + 1
			clocks[device] = at
		}
		value := rapid.IntRange(0, 3).Draw(t, "value")
		data := map[string]any{}
		typed := patients.State{Demographics: model.Demographics, Clock: patients.Clock{}}
		if rapid.Bool().Draw(t, "phone") {
			typed.Phone = fmt.Sprintf("+5191111111%d", value)
			data["phone"] = typed.Phone
			typed.Clock[patients.Telephone] = patients.Stamp{}
		}
		if rapid.Bool().Draw(t, "email") {
			typed.Email = fmt.Sprintf("e%d@correo.pe", value)
			data["email"] = typed.Email
			typed.Clock[patients.Mail] = patients.Stamp{}
		}
		op := operation(offline.Update, r.ID, device, now.Add(time.Duration(at)*time.Minute), data)
		for g := range typed.Clock {
			typed.Clock[g] = patients.Stamp{At: op.At, Device: device, Op: op.OpID.String()}
		}
		before := model
		model = patients.Merge(model, typed)
		out := must(op)
		lost := 0
		for g, stamp := range typed.Clock {
			if model.Clock[g] != stamp && (g == patients.Telephone && before.Phone != typed.Phone || g == patients.Mail && before.Email != typed.Email) {
				lost++
			}
		}
		if (out.Status == offline.Superseded) != (lost > 0) {
			t.Fatalf("operation %d: %s, though %d groups lost", i, out.Status, lost)
		}
	}
	p, err = f.store.Patient(ctx, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if p.Phone != model.Phone || p.Email != model.Email {
		t.Fatalf("kept %s %s, Merge says %s %s", p.Phone, p.Email, model.Phone, model.Email)
	}
}

// roleIn asks as somebody of that role with all that it may.
func roleIn(world *dbtest.World, role accounts.Role) context.Context {
	return world.RolledBack(world.Norte, string(role), slices.Collect(maps.Keys(accounts.PermissionsOf([]accounts.Role{role})))...)
}

// as asks as somebody of another role within the same transaction.
func as(ctx context.Context, role accounts.Role) context.Context {
	who := access.Who(ctx)
	who.Roles, who.Permissions = []string{string(role)}, accounts.PermissionsOf([]accounts.Role{role})
	return access.With(ctx, who)
}
