package sync_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/access"
	"hampi/modules/sync"
)

var _ = Describe("a request to synchronise", func() {
	var l *lab
	BeforeEach(func() { l = newLab() })

	one := func() string {
		return fmt.Sprintf(`{"entity":"thing","action":"create","local_id":%q,"data":{"name":"x"},"timestamp":"2026-11-24T14:59:00Z"}`, newID())
	}
	batch := func(n int) string {
		ops := make([]string, n)
		for i := range ops {
			ops[i] = one()
		}
		return `{"operations":[` + strings.Join(ops, ",") + `],"last_sync":""}`
	}

	AfterEach(func() {
		if CurrentSpecReport().LeafNodeText == "takes a hundred operations" {
			return
		}
		Expect(l.count("select count(*) from sync_queue") + l.count("select count(*) from sync_ops") + l.count("select count(*) from things")).To(BeZero())
	})

	DescribeTable("that is none is refused whole, and nothing is stored", func(body func() string, status int) {
		answer := l.raw(body())
		Expect(answer.Code).To(Equal(status), answer.Body.String())
		Expect(answer.Header().Get("Content-Type")).To(HavePrefix("application/problem+json"))
	},
		Entry("broken JSON", func() string { return `{"operations":[` + one() }, http.StatusBadRequest),
		Entry("nothing", func() string { return `` }, http.StatusBadRequest),
		Entry("a list", func() string { return `[` + one() + `]` }, http.StatusBadRequest),
		Entry("operations that are no list", func() string { return `{"operations":` + one() + `}` }, http.StatusBadRequest),
		Entry("something behind the end", func() string { return batch(1) + `{}` }, http.StatusBadRequest),
		Entry("101 operations", func() string { return batch(101) }, http.StatusRequestEntityTooLarge),
		Entry("5 MB", func() string { return `{"operations":[],"last_sync":"` + strings.Repeat("x", 5<<20) + `"}` }, http.StatusRequestEntityTooLarge),
	)

	It("takes a hundred operations", func() {
		Expect(responseOf(l.raw(batch(100))).Applied).To(HaveLen(100))
	})

	It("is refused without a log-in, without a clinic, as a form, and from a program that is too old", func() {
		Expect(l.raw(batch(1), "X-Spec-Nobody", "1").Code).To(Equal(http.StatusUnauthorized))
		Expect(l.raw(batch(1), "Content-Type", "application/x-www-form-urlencoded").Code).To(Equal(http.StatusUnsupportedMediaType))
		Expect(l.raw(batch(1), "X-Sync-Version", "0").Code).To(Equal(http.StatusUpgradeRequired))
		Expect(l.raw(batch(1), "X-Sync-Version", "uno").Code).To(Equal(http.StatusBadRequest))
		Expect(l.raw(batch(1), "X-Device-Id", "mesa").Code).To(Equal(http.StatusBadRequest))
		l.who = access.Identity{UserID: newID(), Roles: []string{"super_admin"}}
		Expect(l.raw(batch(1)).Code).To(Equal(http.StatusForbidden))
	})

	It("hears from a known device how its clock goes and what it still holds", func() {
		id := uuid.New()
		l.devices.revoked[id] = false
		late := l.clock().Add(-time.Hour).Format(time.RFC3339)
		Expect(l.raw(batch(0), "X-Device-Id", id.String(), "X-Device-Time", late, "X-Unsent", "7").Code).To(Equal(http.StatusOK))
		Expect(l.raw(batch(0), "X-Device-Id", id.String(), "X-Device-Time", "ayer", "X-Unsent", "-3").Code).To(Equal(http.StatusOK))
		Expect(l.devices.heard).To(Equal([]sync.Contact{{Skew: time.Hour, Unsent: 7}, {}}))
	})

	It("neither fills nor empties the device of another person or clinic, whose store is still open when somebody signs in", func() {
		answer := l.raw(batch(1), "X-Device-Id", uuid.NewString(), "X-Unsent", "9")
		Expect(answer.Code).To(Equal(http.StatusForbidden))
		Expect(answer.Body.String()).To(ContainSubstring("device_unknown"))
		Expect(answer.Body.String()).NotTo(ContainSubstring("updates"))
		Expect(l.devices.heard).To(BeEmpty(), "of one it does not know it writes nothing")
	})

	It("is refused from a revoked device", func() {
		id := uuid.New()
		l.devices.revoked[id] = true
		answer := l.raw(batch(1), "X-Device-Id", id.String())
		Expect(answer.Code).To(Equal(http.StatusForbidden))
		Expect(answer.Body.String()).To(ContainSubstring("device_revoked"))
	})
})
