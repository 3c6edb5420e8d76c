package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	gosync "sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

// script is a server that answers as the spec says, request by request.
type script struct {
	requests []sync.Request
	headers  []map[string]string
	bodies   [][]byte
	answer   func(n int, r sync.Request) (int, any, error)
}

func (s *script) post(_ context.Context, header map[string]string, body []byte) (int, []byte, error) {
	var r sync.Request
	if err := json.Unmarshal(body, &r); err != nil {
		return http.StatusBadRequest, nil, err
	}
	s.requests, s.headers, s.bodies = append(s.requests, r), append(s.headers, header), append(s.bodies, body)
	status, answer, err := s.answer(len(s.requests), r)
	if text, bare := answer.(string); bare {
		return status, []byte(text), err
	}
	text, _ := json.Marshal(answer)
	return status, text, err
}

// good answers each operation with success and brings its effect back.
func good(r sync.Request) sync.Response {
	answer := sync.Response{LastSync: "next"}
	for _, op := range r.Operations {
		answer.Applied = append(answer.Applied, offline.Result{LocalID: op.LocalID, ServerID: op.LocalID, Status: offline.Updated})
		answer.Updates = append(answer.Updates, offline.Change{Entity: "person", ID: op.LocalID, Version: 1, Data: op.Data})
	}
	return answer
}

var errCut = errors.New("the line was cut")

var _ = Describe("a device's exchange with the server", func() {
	var (
		server *script
		kv     *offline.Memory
		device *offline.Device
		client *sync.Client
		now    time.Time
	)
	start := func() {
		clock := func() time.Time { return now }
		device = offline.NewDevice(kv, modelKinds, clock)
		client = sync.NewClient(device, server.post, clock, time.UTC, func() float64 { return 0 })
	}
	BeforeEach(func() {
		now, kv = modelStart, offline.NewMemory()
		server = &script{answer: func(_ int, r sync.Request) (int, any, error) { return http.StatusOK, good(r), nil }}
		start()
	})
	create := func(n int) {
		GinkgoHelper()
		for range n {
			ctx, u := device.Begin(context.Background(), uuid.Nil)
			Expect(u.Create(ctx, "person", uuid.Must(uuid.NewV7()), map[string]string{"name": "Ana"})).To(Succeed())
			Expect(u.Commit(ctx)).To(Succeed())
		}
	}
	round := func() sync.Report {
		GinkgoHelper()
		report, err := client.Round(context.Background())
		Expect(err).NotTo(HaveOccurred())
		return report
	}
	entries := func(states ...offline.QueueState) []offline.Entry {
		GinkgoHelper()
		found, err := device.Entries(context.Background(), states...)
		Expect(err).NotTo(HaveOccurred())
		return found
	}
	always := func(status int, body any, err error) {
		server.answer = func(int, sync.Request) (int, any, error) { return status, body, err }
	}

	It("sends the oldest hundred, and says that more follows", func() {
		create(130)
		report := round()
		Expect(server.requests[0].Operations).To(HaveLen(100))
		Expect(report).To(Equal(sync.Report{State: sync.Online, Pending: 30, More: true}))
		Expect(round()).To(Equal(sync.Report{State: sync.Online}))
		Expect(server.requests[1].Operations).To(HaveLen(30))
		Expect(server.headers[0]).To(HaveKeyWithValue(sync.VersionHeader, "1"))
		Expect(server.headers[0]).To(HaveKeyWithValue(sync.UnsentHeader, "30"))
		Expect(server.headers[0]).To(HaveKeyWithValue(sync.TimeHeader, now.UTC().Format(time.RFC3339)))
		Expect(server.headers[1]).To(HaveKeyWithValue(sync.UnsentHeader, "0"))
		Expect(server.requests[0].LastSync).To(BeNil())
		Expect(*server.requests[1].LastSync).To(Equal("next"))
	})

	It("never fills a request beyond what the server takes", func() {
		ctx, u := device.Begin(context.Background(), uuid.Nil)
		for range 5 {
			Expect(u.Create(ctx, "person", uuid.Must(uuid.NewV7()), map[string]string{"name": string(make([]byte, 60_000))})).To(Succeed())
		}
		Expect(u.Commit(ctx)).To(Succeed()) // each zero byte is six in JSON
		round()
		Expect(len(server.bodies[0])).To(BeNumerically("<", sync.MaxBody))
		Expect(server.requests[0].Operations).To(HaveLen(2))
	})

	It("F5: sends the same operations under the same ids until an answer comes, also after the program was started anew", func() {
		create(2)
		always(0, nil, errCut)
		Expect(round()).To(Equal(sync.Report{State: sync.Offline, Sending: 2, RetryAfter: 2}))
		create(1)
		start()
		Expect(round().RetryAfter).To(Equal(2), "a program begun anew counts anew")
		Expect(round().RetryAfter).To(Equal(4))
		server.answer = func(_ int, r sync.Request) (int, any, error) { return http.StatusOK, good(r), nil }
		report := round()
		Expect(report.Pending).To(Equal(1))
		Expect(report.More).To(BeTrue())
		for _, body := range server.bodies[1:4] {
			Expect(body).To(Equal(server.bodies[0]))
		}
		Expect(round().Pending).To(BeZero())
		Expect(entries(offline.Done)).To(HaveLen(3))
	})

	It("waits ever longer, up to five minutes, and at least as long as it is asked to", func() {
		always(http.StatusBadGateway, "", nil)
		waits := []int{}
		for range 10 {
			waits = append(waits, round().RetryAfter)
		}
		Expect(waits).To(Equal([]int{2, 4, 8, 16, 32, 64, 128, 256, 300, 300}))
		always(http.StatusTooManyRequests, "", offline.RetryAfter(20*time.Minute))
		Expect(round()).To(Equal(sync.Report{State: sync.Busy, RetryAfter: 1200}))
	})

	It("takes a page of a hotel's network for no server", func() {
		create(1)
		always(http.StatusOK, "<html>", nil)
		Expect(round().State).To(Equal(sync.Offline))
		always(http.StatusOK, sync.Response{LastSync: "next"}, nil)
		Expect(round().State).To(Equal(sync.Offline), "it answers no operation")
		Expect(entries(offline.InFlight)).To(HaveLen(1))
	})

	It("keeps everything and asks to log in, stops when it is locked out, and says when the app is too old", func() {
		create(1)
		always(http.StatusUnauthorized, "", nil)
		Expect(round()).To(Equal(sync.Report{State: sync.SignedOut, Sending: 1, SignIn: true}))
		always(http.StatusForbidden, map[string]string{"code": sync.RevokedCode}, nil)
		Expect(round()).To(Equal(sync.Report{State: sync.Revoked, Sending: 1, Revoked: true}))
		always(http.StatusUpgradeRequired, "", nil)
		Expect(round()).To(Equal(sync.Report{State: sync.Outdated, Sending: 1, Upgrade: true}))
	})

	DescribeTable("F11: halves a batch that is refused whole until the broken operation is alone, and lets the rest through",
		func(status int, code string) {
			create(20)
			broken := entries(offline.Pending)[13].OpID
			server.answer = func(_ int, r sync.Request) (int, any, error) {
				for _, op := range r.Operations {
					if op.OpID == broken {
						return status, "", nil
					}
				}
				return http.StatusOK, good(r), nil
			}
			rounds := 0
			for report := round(); report.More; report = round() {
				rounds++
				Expect(rounds).To(BeNumerically("<", 30))
			}
			refused := entries(offline.Attention)
			Expect(refused).To(HaveLen(1))
			Expect(refused[0].OpID).To(Equal(broken))
			Expect(refused[0].Result.Code).To(Equal(code))
			Expect(entries(offline.Done)).To(HaveLen(19))
			create(30)
			round()
			Expect(entries(offline.Pending)).To(BeEmpty(), "the next batch is whole again")
		},
		Entry("because it cannot be read", http.StatusBadRequest, "malformed"),
		Entry("because it is too large", http.StatusRequestEntityTooLarge, "too_large"),
	)

	It("F11: lets what waits for something else not keep the rest waiting", func() {
		create(120)
		server.answer = func(n int, r sync.Request) (int, any, error) {
			answer := good(r)
			if n == 1 {
				answer.Updates = nil
				for i := range answer.Applied {
					answer.Applied[i].Status, answer.Applied[i].Code, answer.Applied[i].Retry = offline.Rejected, offline.MissingCode, true
				}
			}
			return http.StatusOK, answer, nil
		}
		Expect(round().More).To(BeTrue())
		round()
		Expect(server.requests[1].Operations).To(ContainElement(HaveField("OpID", entries(offline.Done)[99].OpID)))
		sent := map[uuid.UUID]bool{}
		for _, r := range server.requests {
			for _, op := range r.Operations {
				sent[op.OpID] = true
			}
		}
		Expect(sent).To(HaveLen(120), "all went within two requests")
	})

	It("does not ask again at once for what only waits", func() {
		create(1)
		server.answer = func(_ int, r sync.Request) (int, any, error) {
			answer := good(r)
			answer.Updates = nil
			answer.Applied[0].Status, answer.Applied[0].Retry = offline.Rejected, true
			return http.StatusOK, answer, nil
		}
		Expect(round()).To(Equal(sync.Report{State: sync.Online, Pending: 1, RetryAfter: 30}))
	})

	It("F7: measures how far its clock is off, but not by an answer that took long", func(ctx SpecContext) {
		measured := func(trip time.Duration) string {
			server.answer = func(_ int, r sync.Request) (int, any, error) {
				answer := good(r)
				answer.ServerTime = now.Add(2*time.Hour + trip/2)
				now = now.Add(trip)
				return http.StatusOK, answer, nil
			}
			round()
			offset, err := kv.Meta(ctx, offline.OffsetMeta)
			Expect(err).NotTo(HaveOccurred())
			return offset
		}
		Expect(measured(6 * time.Second)).To(BeEmpty())
		Expect(measured(4 * time.Second)).To(Equal("7200000"))
		create(1)
		Expect(entries(offline.Pending)[0].Timestamp).To(BeTemporally("~", now.Add(2*time.Hour), time.Second))
	})

	It("F15: makes one exchange at a time, so that nothing is sent by two at once", func() {
		create(50)
		var at, most atomic.Int32
		server.answer = func(_ int, r sync.Request) (int, any, error) {
			most.Store(max(most.Load(), at.Add(1)))
			defer at.Add(-1)
			return http.StatusOK, good(r), nil
		}
		var all gosync.WaitGroup
		for range 4 {
			all.Go(func() { _, _ = client.Round(context.Background()) })
		}
		all.Wait()
		Expect(most.Load()).To(BeEquivalentTo(1))
		Expect(entries(offline.Done)).To(HaveLen(50))
		sent := 0
		for _, r := range server.requests {
			sent += len(r.Operations)
		}
		Expect(sent).To(Equal(50))
	})

	It("F16: begins anew when the server is another, and sends what was done again", func() {
		create(3)
		round()
		server.answer = func(n int, r sync.Request) (int, any, error) {
			if n == 2 {
				return http.StatusConflict, map[string]string{"epoch": "restored"}, nil
			}
			return http.StatusOK, good(r), nil
		}
		Expect(round()).To(Equal(sync.Report{State: sync.Online, Pending: 3, More: true}))
		round()
		Expect(server.requests[2].LastSync).To(BeNil())
		Expect(server.requests[2].Operations).To(Equal(server.requests[0].Operations))
	})

	It("does not run in circles when the server refuses every beginning", func() {
		always(http.StatusConflict, map[string]string{"epoch": "x"}, nil)
		Expect(round()).To(Equal(sync.Report{State: sync.Offline, RetryAfter: 2}))
		always(http.StatusBadRequest, "", nil)
		Expect(round().More).To(BeFalse())
	})

	It("F17: begins anew when the server does, for a role that changed, and drops what is not for it any more", func() {
		mine, gone := uuid.New(), uuid.New()
		person := func(id uuid.UUID) offline.Change {
			return offline.Change{Entity: "person", ID: id, Version: 1, Data: json.RawMessage(`{"name":"a"}`)}
		}
		pages := []sync.Response{
			{LastSync: "1", Download: "first", Total: 2, HasMore: true, Updates: []offline.Change{person(mine), person(gone)}},
			{LastSync: "2"},
			{LastSync: "3", Download: "second", Total: 1, HasMore: true, Updates: []offline.Change{person(mine)}},
			{LastSync: "4"},
		}
		server.answer = func(n int, _ sync.Request) (int, any, error) { return http.StatusOK, pages[n-1], nil }
		Expect(round()).To(Equal(sync.Report{State: sync.Online, More: true, Progress: &sync.Progress{Received: 2, Total: 2}}))
		Expect(round()).To(Equal(sync.Report{State: sync.Online}))
		Expect(round().Progress).To(Equal(&sync.Progress{Received: 1, Total: 1}))
		Expect(kv.Get(context.Background(), "person", gone.String())).To(HaveLen(1), "until the last page is there")
		round()
		Expect(kv.Get(context.Background(), "person", gone.String())).To(BeEmpty())
		Expect(kv.Get(context.Background(), "person", mine.String())).To(HaveLen(1))
	})

	It("goes on with a first download where it was cut", func() {
		n := 0
		server.answer = func(_ int, r sync.Request) (int, any, error) {
			if n++; n == 3 {
				return 0, nil, errCut
			}
			page := sync.Response{LastSync: fmt.Sprint(n), Download: "first", Total: 4, HasMore: true}
			page.Updates = []offline.Change{{Entity: "person", ID: uuid.New(), Version: 1, Data: json.RawMessage(`{}`)}}
			return http.StatusOK, page, nil
		}
		round()
		round()
		Expect(round().Progress).To(Equal(&sync.Progress{Received: 2, Total: 4}))
		start()
		Expect(round().Progress).To(Equal(&sync.Progress{Received: 3, Total: 4}))
		Expect(*server.requests[3].LastSync).To(Equal("2"))
	})

	It("F18: begins anew when the browser has thrown the store away, and what had been sent is not done again", func() {
		create(2)
		round()
		sent := server.requests[0].Operations
		create(1) // of which the server never hears: the strip warns of its age, Salir names it
		kv = offline.NewMemory()
		start()
		server.answer = func(_ int, r sync.Request) (int, any, error) {
			answer := good(r)
			for _, op := range sent {
				answer.Updates = append(answer.Updates, offline.Change{Entity: "person", ID: op.LocalID, Version: 1, Data: op.Data})
			}
			return http.StatusOK, answer, nil
		}
		Expect(round()).To(Equal(sync.Report{State: sync.Online}))
		last := server.requests[len(server.requests)-1]
		Expect(last.LastSync).To(BeNil(), "everything is asked for")
		Expect(last.Operations).To(BeEmpty())
		for _, op := range sent {
			Expect(kv.Get(context.Background(), "person", op.LocalID.String())).To(HaveLen(1))
		}
	})

	It("F20: reads and marks before it sends, and holds nothing while it waits for the answer", func() {
		create(1)
		server.answer = func(_ int, r sync.Request) (int, any, error) {
			Expect(entries(offline.InFlight)).To(HaveLen(1), "marked on the disk before the request left")
			create(1) // somebody saves while the answer is on its way: it would wait for ever behind an open unit
			return http.StatusOK, good(r), nil
		}
		report := round()
		Expect(report.Pending).To(Equal(1))
		Expect(entries(offline.Done)).To(HaveLen(1))
	})

	It("keeps the profile, and says which it has", func(ctx SpecContext) {
		always(http.StatusOK, sync.Response{LastSync: "next", Profile: &sync.Profile{Hash: "h1", Data: json.RawMessage(`{"name":"Rosa"}`)}}, nil)
		Expect(kv.Commit(ctx, offline.Batch{Meta: map[string]string{sync.DeviceMeta: "d1"}})).To(Succeed())
		round()
		profile, known, err := sync.StoredProfile(ctx, kv)
		Expect(err).NotTo(HaveOccurred())
		Expect(known).To(BeTrue())
		Expect(profile.Data).To(MatchJSON(`{"name":"Rosa"}`))
		always(http.StatusOK, sync.Response{LastSync: "next"}, nil)
		round()
		Expect(server.headers[0]).NotTo(HaveKey(sync.ProfileHeader))
		Expect(server.headers[1]).To(HaveKeyWithValue(sync.ProfileHeader, "h1"))
		Expect(server.headers[1]).To(HaveKeyWithValue(sync.DeviceHeader, "d1"))
	})

	It("counts what a person must look at", func(ctx SpecContext) {
		create(2)
		server.answer = func(_ int, r sync.Request) (int, any, error) {
			answer := good(r)
			answer.Applied[0].Status = offline.Rejected
			answer.Updates = []offline.Change{{Entity: sync.ConflictEntity, ID: uuid.New(), Version: 1, Data: json.RawMessage(`{}`)}}
			return http.StatusOK, answer, nil
		}
		Expect(round()).To(Equal(sync.Report{State: sync.Online, Attention: 1, Conflicts: 1}))
		Expect(client.Standing(ctx)).To(Equal(sync.Report{Attention: 1, Conflicts: 1}))
	})
})
