package audit_test

import (
	"context"
	"log/slog"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/riverqueue/river"

	"hampi/modules/platform/audit"
	"hampi/modules/platform/jobs"
)

var _ = Describe("the jobs of the audit", func() {
	It("seal what is ripe when a worker starts, and look after the months ahead", func() {
		b := open()
		Expect(b.act(b.Norte, 3, nil)).To(Succeed())
		workers := river.NewWorkers()
		audit.AddWorkers(workers, b.sealer)
		worker, err := jobs.NewWorker(b.DB.Pool(), workers, audit.Periodic(), slog.New(slog.DiscardHandler))
		Expect(err).NotTo(HaveOccurred())
		Expect(worker.Start(context.Background())).To(Succeed())
		DeferCleanup(worker.Stop, context.Background())

		Eventually(func() int { return b.count("select count(*) from audit_log where seal_no is null") }, "30s").Should(BeZero())
		Eventually(func() int {
			return b.count("select count(*) from river_job where kind in ('audit_seal', 'audit_partitions') and state = 'completed'")
		}, "30s").Should(BeNumerically(">=", 2))
		Expect(b.verify().Intact()).To(BeTrue())
	})

	It("hash what the description says, so that anybody can do it again", func() {
		b := open()
		b.admin(`insert into audit_log (clinic_id, user_id, request_id, ip, action, entity, entity_id, old, new) values
			($1, gen_random_uuid(), E'back\\slash', E'unit\x1fseparator', 'read', 'patients', gen_random_uuid(), null, '{"ñ": [1, null, "\u001f"]}')`, b.Norte.ID)
		b.seal()
		const anew = `
			with recursive texts as (
			  select seal_no, convert_to(concat_ws(E'\x1f', clinic_id, seal_no, id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'UTF8')
			         || '\x1f' || coalesce(convert_to(user_id::text, 'UTF8'), '\x00') || '\x1f'
			         || convert_to(concat_ws(E'\x1f', replace(replace(request_id, '\', '\\'), E'\x1f', '\x1f'), replace(replace(ip, '\', '\\'), E'\x1f', '\x1f'), action, entity), 'UTF8')
			         || '\x1f' || coalesce(convert_to(entity_id::text, 'UTF8'), '\x00')
			         || '\x1f' || coalesce(convert_to(old::text, 'UTF8'), '\x00')
			         || '\x1f' || coalesce(convert_to(new::text, 'UTF8'), '\x00') || '\x1f' as text
			    from audit_log where clinic_id = $1),
			chain (seal_no, hash) as (
			  select 0::bigint, decode(repeat('00', 32), 'hex') union all
			  select c.seal_no + 1, sha256(c.hash || t.text) from chain c join texts t on t.seal_no = c.seal_no + 1)
			select count(*) from chain join audit_seals s using (seal_no, hash) where s.clinic_id = $1`
		Expect(b.count(anew, b.Norte.ID)).To(Equal(b.count("select count(*) from audit_log where clinic_id = $1", b.Norte.ID)))
	})
})
