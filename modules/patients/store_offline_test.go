//go:build !js

package patients_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/patients"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/offline"
)

// full refuses what it is asked to keep while it is set.
type full struct {
	*offline.Memory
	refuses bool
	puts    []offline.Row
}

func (f *full) Commit(ctx context.Context, b offline.Batch) error {
	if f.refuses {
		return errors.New("the disk is full")
	}
	f.puts = append(f.puts, b.Put...)
	return f.Memory.Commit(ctx, b)
}

// fromServer is a patient as the server sends it.
func fromServer(r patients.Registration, extra map[string]any) offline.Object {
	r.Tidy()
	text, err := json.Marshal(patients.FieldsOf(r.Demographics))
	Expect(err).NotTo(HaveOccurred())
	data := map[string]any{}
	Expect(json.Unmarshal(text, &data)).To(Succeed())
	for name, value := range extra {
		if data[name] = value; value == nil {
			delete(data, name)
		}
	}
	text, err = json.Marshal(data)
	Expect(err).NotTo(HaveOccurred())
	return offline.Object{Entity: patients.Entity, ID: r.ID.String(), Version: 3, Base: text}
}

// directoryOf leaves out what a directory lacks.
func directoryOf(r patients.Registration) offline.Object {
	return fromServer(r, map[string]any{"held": "directory", "record_number": "000482", "email": nil, "address": nil, "ubigeo": nil,
		"guardian": nil, "insurance": nil, "tags": nil})
}

// arrive keeps objects as a pull does.
func arrive(device *offline.Device, objects ...offline.Object) {
	GinkgoHelper()
	ctx, unit := device.Begin(context.Background(), uuid.Nil)
	for _, o := range objects {
		Expect(unit.Keep(ctx, o)).To(Succeed())
	}
	Expect(unit.Commit(ctx)).To(Succeed())
}

func crowd(n int) []offline.Object {
	list := make([]offline.Object, n)
	for i := range list {
		list[i] = directoryOf(named(fmt.Sprintf("Ana%d", i), fmt.Sprintf("Rojas%d", i%37), "Tello"))
	}
	return list
}

var _ = Describe("the search index of a device", func() {
	var kv *full
	var store *patients.Offline
	var device *offline.Device
	ctx := context.Background()

	BeforeEach(func() {
		kv = &full{Memory: offline.NewMemory()}
		store = patients.NewOffline()
		device = deviceOf(kv, store)
	})
	restart := func() {
		store = patients.NewOffline()
		device = deviceOf(kv, store)
	}
	found := func(word string) int {
		GinkgoHelper()
		candidates, err := store.ByWords(device.Read(ctx), []patients.Term{{Begins: word}}, 10_000)
		Expect(err).NotTo(HaveOccurred())
		return len(candidates)
	}
	written := func() (size int) {
		for _, row := range kv.puts {
			if row.Kind == "index" {
				size += len(row.Value)
			}
		}
		kv.puts = nil
		return size
	}

	It("writes a first download once, part by part", func() {
		var whole int
		for chunk := range slices.Chunk(crowd(3000), 500) {
			arrive(device, chunk...)
			size := written()
			whole += size
			Expect(size).To(BeNumerically("<", 100_000))
		}
		Expect(found("tello")).To(Equal(3000))
		restart()
		Expect(found("tello")).To(Equal(3000))
		arrive(device, directoryOf(named("Berta", "Villar", "")))
		Expect(written()).To(BeNumerically("<", whole/20), "one more person writes no megabytes")
	})
	It("follows changes for ever without growing for ever", func() {
		people := crowd(300)
		for range 20 {
			arrive(device, people...)
			for i := range people {
				people[i].Base = json.RawMessage(strings.ReplaceAll(string(people[i].Base), "Tello", "Tellox"))
			}
		}
		restart()
		Expect(found("tello")).To(Equal(300))
		rows, err := kv.ByKey(ctx, "index", "", offline.Last)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(rows)).To(BeNumerically("<", 10))
	})
	It("forgets whom the device holds no more", func() {
		people := crowd(3)
		arrive(device, people...)
		_, unit := device.Begin(ctx, uuid.Nil)
		unit.Drop(patients.Entity, people[0].ID)
		Expect(unit.Commit(ctx)).To(Succeed())
		Expect(found("tello")).To(Equal(2))
		restart()
		Expect(found("tello")).To(Equal(2))
	})
	It("does not believe what was not kept", func() {
		arrive(device, crowd(3)...)
		kv.refuses = true
		inside, unit := device.Begin(ctx, uuid.Nil)
		Expect(unit.Keep(inside, directoryOf(named("Berta", "Villar", "")))).To(Succeed())
		Expect(unit.Commit(inside)).To(MatchError(ContainSubstring("full")))
		Expect(found("villar")).To(BeZero())
		kv.refuses = false
		arrive(device, crowd(1)...)
		Expect(found("tello")).To(Equal(4))
		Expect(found("villar")).To(BeZero())
	})
	It("does not show to others what a unit has not kept", func() {
		inside, unit := device.Begin(ctx, uuid.Nil)
		r := named("Berta", "Villar", "")
		_, err := store.Add(inside, []patients.Patient{{ID: r.ID, Demographics: r.Demographics}})
		Expect(err).NotTo(HaveOccurred())
		Expect(found("villar")).To(BeZero())
		Expect(store.ByNameStart(inside, "villar", 5)).To(HaveLen(1))
		unit.Close()
		Expect(found("villar")).To(BeZero())
	})
	It("sees what another program wrote on the same disk", func() {
		arrive(device, crowd(3)...)
		Expect(found("tello")).To(Equal(3))
		arrive(deviceOf(kv, patients.NewOffline()), crowd(2)...)
		Expect(found("tello")).To(Equal(5))
	})
	DescribeTable("is made again from the people when it is not there", func(damage func()) {
		arrive(device, crowd(600)...)
		arrive(device, crowd(600)...)
		damage()
		restart()
		Expect(found("tello")).To(Equal(1200))
		arrive(device, crowd(1)...)
		restart()
		Expect(found("tello")).To(Equal(1201))
	},
		Entry("missing", func() {
			Expect(kv.Commit(ctx, offline.Batch{Delete: []offline.Ref{{Kind: "index", ID: "patients"}}})).To(Succeed())
		}),
		Entry("a part missing", func() {
			Expect(kv.Commit(ctx, offline.Batch{Delete: []offline.Ref{{Kind: "index", ID: "patients.0"}}})).To(Succeed())
		}),
		Entry("cut", func() {
			rows, err := kv.Get(ctx, "index", "patients.1")
			Expect(err).NotTo(HaveOccurred())
			rows[0].Value = rows[0].Value[:len(rows[0].Value)-3]
			Expect(kv.Commit(ctx, offline.Batch{Put: rows})).To(Succeed())
		}),
		Entry("of another format", func() {
			Expect(kv.Commit(ctx, offline.Batch{Put: []offline.Row{{Kind: "index", ID: "patients", Value: []byte("99 0 1 x")}}})).To(Succeed())
		}),
	)
	It("follows entries joined into another", func() {
		kept, joined := edith(), named("Edith", "Huamán", "")
		arrive(device, fromServer(kept, nil), fromServer(joined, map[string]any{"merged_into": kept.ID}))
		read := device.Read(ctx)
		Expect(store.Family(read, joined.ID)).To(Equal([]uuid.UUID{kept.ID, joined.ID}))
		Expect(store.Page(read, patients.Cursor{}, 9)).To(HaveExactElements(HaveField("ID", kept.ID)))
		service := patients.New(store, patients.Neighbours{}, clock.At(now))
		found, err := service.Search(read, "huaman", 9)
		Expect(err).NotTo(HaveOccurred())
		Expect(found.Patients).To(HaveExactElements(HaveField("ID", kept.ID)))
		restart()
		Expect(store.Family(device.Read(ctx), kept.ID)).To(HaveLen(2))
	})
	It("names who became somebody else by either id", func() {
		r, local := edith(), newID()
		arrive(device, fromServer(r, nil))
		inside, unit := device.Begin(ctx, uuid.Nil)
		Expect(store.AddAlias(inside, local, r.ID)).To(Succeed())
		Expect(unit.Commit(inside)).To(Succeed())
		read := device.Read(ctx)
		Expect(store.Names(read, []uuid.UUID{local})).To(HaveKey(local))
		Expect(store.Patients(read, []uuid.UUID{local, r.ID})).To(HaveExactElements(HaveField("ID", r.ID)))
	})
})

var _ = Describe("what a device says of an operation", func() {
	It("tells it in words", func() {
		store := patients.NewOffline()
		device := deviceOf(offline.NewMemory(), store)
		kind := patients.DeviceKind(store, districts{})
		r := named("Marco", "Rojas", "Tello")
		arrive(device, directoryOf(r))
		read := device.Read(context.Background())
		words := func(action string, id uuid.UUID, data string) string {
			title, detail := kind.Words(read, offline.Operation{Action: action, LocalID: id, Data: json.RawMessage(data)})
			return title + " | " + detail
		}
		Expect(words(offline.Update, r.ID, `{"phone":"+51962555014"}`)).To(Equal("Celular de Rojas Tello, Marco | 962 555 014"))
		Expect(words(offline.Update, r.ID, `{"phone":"","email":"a@b.pe","insurance":{}}`)).To(Equal("Celular, correo y seguro de Rojas Tello, Marco | a@b.pe"))
		Expect(words(offline.Update, r.ID, `{"address":"Jr. Dos 2","ubigeo":"100101"}`)).To(Equal("Dirección de Rojas Tello, Marco | Jr. Dos 2 · Huánuco, Huánuco, Huánuco"))
		Expect(words(offline.Create, newID(), `{"first_name":"Camila","last_name":"Jara","second_last_name":"Ortega","document_type":"DNI","document_number":"99012345"}`)).
			To(Equal("Paciente nuevo: Jara Ortega, Camila | DNI 99012345"))
		Expect(words(offline.Update, newID(), `{"phone":"1"}`)).To(HavePrefix("Celular de un paciente"))
		Expect(words(offline.Update, r.ID, `broken`)).To(HavePrefix("Datos de un paciente"))
	})
})

// pool are names that share beginnings, words and slips.
var pool = []string{"Ana", "Anabel", "Ana María", "Luz", "Luis", "Luisa", "José", "Josefa", "Marco", "María", "Mario", "Ñusta", "Karina", "Kevin"}
var surnames = []string{"Rojas", "Roja", "Quispe", "Quispez", "Huamán", "Huamani", "De la Cruz", "Núñez", "Villar", "Villanueva", "Salas", ""}

var _ = Describe("searching on a device", func() {
	It("finds the same people in the same order as the server", func() {
		world := cluster.World()
		rolledBack := errors.New("rolled back")
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			err := world.Committed(world.Norte, "receptionist", func(ctx context.Context) error {
				sameSearch(ctx, t, world)
				return rolledBack
			})
			if !errors.Is(err, rolledBack) {
				t.Fatal(err)
			}
		})
	})
})

func sameSearch(ctx context.Context, t *rapid.T, world *dbtest.World) {
	server := patients.NewPostgres(world.Vault, clock.System)
	local := patients.NewOffline()
	device := deviceOf(offline.NewMemory(), local)
	var people []patients.Patient
	for i := range rapid.IntRange(1, 25).Draw(t, "people") {
		r := named(rapid.SampledFrom(pool).Draw(t, "given"), rapid.SampledFrom(surnames[:len(surnames)-1]).Draw(t, "paternal"), rapid.SampledFrom(surnames).Draw(t, "maternal"))
		if rapid.Bool().Draw(t, "documented") {
			r.Document = patients.Document{Type: patients.DNI, Number: fmt.Sprintf("990123%02d", i)}
		}
		r.Phone = rapid.SampledFrom([]string{"", "962555014", "962555015"}).Draw(t, "phone")
		r.Tidy()
		people = append(people, patients.Patient{ID: r.ID, Version: 1, Demographics: r.Demographics, Clock: patients.Clock{}, CreatedAt: now, UpdatedAt: now})
	}
	added, err := server.Add(ctx, people)
	if err != nil {
		t.Fatal(err)
	}
	inside, unit := device.Begin(context.Background(), uuid.Nil)
	for _, p := range added {
		o := fromServer(patients.Registration{ID: p.ID, Demographics: p.Demographics}, map[string]any{"record_number": p.RecordNumber})
		if err := unit.Keep(inside, o); err != nil {
			t.Fatal(err)
		}
	}
	if err := unit.Commit(inside); err != nil {
		t.Fatal(err)
	}
	online := patients.New(server, patients.Neighbours{}, clock.At(now))
	offhand := patients.New(local, patients.Neighbours{}, clock.At(now))
	read := device.Read(context.Background())
	for range 8 {
		typed := drawSearch(t)
		a, err1 := online.Search(ctx, typed, patients.SearchRows)
		b, err2 := offhand.Search(read, typed, patients.SearchRows)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if x, y := idsIn(a.Patients), idsIn(b.Patients); !slices.Equal(x, y) {
			t.Fatalf("%q: the server finds %v, the device %v", typed, namesIn(a.Patients), namesIn(b.Patients))
		}
	}
}

// drawSearch types pieces of names, with slips, or numbers.
func drawSearch(t *rapid.T) string {
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return fmt.Sprintf("990123%02d", rapid.IntRange(0, 30).Draw(t, "document"))
	case 1:
		return rapid.SampledFrom([]string{"962555014", "+51 962 555 015", "962555016", "1", "000002", "HC 3"}).Draw(t, "number")
	}
	var words []string
	for range rapid.IntRange(1, 3).Draw(t, "words") {
		word := []rune(rapid.SampledFrom(append(slices.Clone(pool), surnames[:len(surnames)-1]...)).Draw(t, "word"))
		word = word[:rapid.IntRange(1, len(word)).Draw(t, "letters")]
		if len(word) > 3 && rapid.Bool().Draw(t, "slip") {
			word[2], word[1] = word[1], word[2]
		}
		words = append(words, string(word))
	}
	return strings.Join(words, " ")
}

func idsIn(people []patients.Patient) (ids []uuid.UUID) {
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	return ids
}

func namesIn(people []patients.Patient) (names []string) {
	for _, p := range people {
		names = append(names, p.FullName())
	}
	return names
}
