//go:build !js

package pii_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/platform/pii"
	"hampi/modules/platform/pii/piitest"
)

var _ = Describe("rotating keys", func() {
	ctx := context.Background()

	// enter fills both tables through the first process.
	enter := func(w *world, count int) {
		keys := keysOf(w.web[0], w.clinic)
		for i := range count {
			Expect(w.people.put(keys, uuid.New(), fmt.Sprintf("4000000%d", i))).To(Succeed())
			Expect(w.staff.put(keys, uuid.New(), fmt.Sprintf("5000000%d", i))).To(Succeed())
		}
	}

	// finish goes on to the end; between the steps everything must hold.
	finish := func(w *world) error {
		for range 500 {
			progress, err := w.step()
			if err != nil {
				return err
			}
			if err := w.check(); err != nil {
				return fmt.Errorf("after %q: %w", progress.Stage, err)
			}
			if progress.Done() {
				return nil
			}
			w.clock.pass(progress.Wait)
		}
		return errors.New("the rotation does not end")
	}

	// nothingOld reports a key that is left beside the primary, or anything under it.
	nothingOld := func(w *world) error {
		w.clock.pass(pii.KeysLifetime)
		keys := keysOf(w.web[0], w.clinic)
		ids := keys.IndexKeyIDs()
		if len(ids) != 1 {
			return fmt.Errorf("index keys %v are left", ids)
		}
		for _, table := range []*patients{w.people, w.staff} {
			for _, row := range table.rows {
				if len(row.indexes) != 1 || row.indexes[0].KeyID != ids[0] {
					return fmt.Errorf("index rows %v are left", row.indexes)
				}
				if _, changed, err := keys.Renew(row.cipher, table.place(row.id)); err != nil || changed {
					return fmt.Errorf("a value is left under the old key: %w", err)
				}
			}
		}
		return nil
	}

	keyInUse := func(w *world) uint32 { return keysOf(w.web[0], w.clinic).IndexKeyIDs()[0] }

	It("leaves nothing under the old key, and everything readable throughout", func() {
		w := newWorld()
		enter(w, 5)
		for range 2 {
			old := keyInUse(w)
			Expect(w.rotator.Start(ctx, w.clinic)).To(Succeed())
			Expect(finish(w)).To(Succeed())
			Expect(nothingOld(w)).To(Succeed())
			Expect(keyInUse(w)).NotTo(Equal(old))
		}
	})

	It("survives a crash before or after any single call to a store", func() {
		calls := func() int {
			w := newWorld()
			enter(w, 3)
			Expect(w.rotator.Start(ctx, w.clinic)).To(Succeed())
			Expect(finish(w)).To(Succeed())
			return w.fuse.burnt
		}()
		Expect(calls).To(BeNumerically(">", 40))
		for call := 1; call <= calls; call++ {
			for _, after := range []bool{false, true} {
				w := newWorld()
				enter(w, 3)
				Expect(w.rotator.Start(ctx, w.clinic)).To(Succeed())
				w.fuse.left, w.fuse.after = call, after
				Expect(finish(w)).To(Succeed(), "crash at call %d, after it: %v", call, after)
				Expect(nothingOld(w)).To(Succeed(), "crash at call %d, after it: %v", call, after)
			}
		}
	})

	It("never loses a row nor lets a document in twice, whatever happens in between", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			w := newWorld()
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			must(w.rotator.Start(ctx, w.clinic))
			var slow *pii.Keys // held by a request that has not written yet
			var slowUntil time.Time
			var last pii.Progress

			number := func() string { return rapid.StringMatching(`[0-9]{2}`).Draw(t, "number") }
			someone := func(p *patients) uuid.UUID {
				if rows := p.behind(uuid.Nil); len(rows) > 0 && rapid.Bool().Draw(t, "known") {
					return rapid.SampledFrom(rows).Draw(t, "row").id
				}
				id := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
				id[6] = 0x70 | id[6]&0x0f // a version, so never the zero UUID
				return id
			}
			write := func(keys *pii.Keys) {
				table := rapid.SampledFrom([]*patients{w.people, w.staff}).Draw(t, "table")
				typed, id, free := number(), someone(table), true
				for _, row := range table.rows {
					free = free && (row.number != typed || row.id == id)
				}
				err := table.put(keys, id, typed)
				if (err == nil) != free {
					t.Fatalf("%s is free: %v, but entering it gave %v", typed, free, err)
				}
			}
			process := func() *pii.Keys {
				keys, err := rapid.SampledFrom(w.web).Draw(t, "process").Keys(ctx, w.clinic)
				must(err)
				return keys
			}
			step := func(*rapid.T) {
				progress, err := w.step()
				must(err)
				last = progress
			}
			t.Repeat(map[string]func(*rapid.T){
				"":                           func(*rapid.T) { must(w.check()) },
				"enter or change a document": func(*rapid.T) { write(process()) },
				"begin a slow request": func(*rapid.T) {
					slow, slowUntil = process(), w.clock.now().Add(pii.KeysLifetime)
				},
				"end the slow request": func(t *rapid.T) {
					if slow == nil || w.clock.now().After(slowUntil) {
						t.Skip("none")
					}
					write(slow)
					slow = nil
				},
				"a little time passes": func(t *rapid.T) {
					w.clock.pass(time.Duration(rapid.IntRange(1, 70).Draw(t, "seconds")) * time.Second)
				},
				"the waiting ends": func(*rapid.T) { w.clock.pass(last.Wait) },
				"step":             step,
				"step again":       step,
				"step and crash": func(t *rapid.T) {
					w.fuse.left = rapid.IntRange(1, 6).Draw(t, "at call")
					w.fuse.after = rapid.Bool().Draw(t, "after it")
					step(t)
					w.fuse.left = 0
				},
				"another one starts": func(*rapid.T) { must(w.rotator.Start(ctx, w.clinic)) },
			})
			must(finish(w))
			must(nothingOld(w))
		})
	})

	It("brings the old key back when the sweep finds something under it", func() {
		w := newWorld()
		enter(w, 3)
		w.people.skip = w.people.behind(uuid.Nil)[1].id
		Expect(w.rotator.Start(ctx, w.clinic)).To(Succeed())

		var err error
		for err == nil {
			var progress pii.Progress
			progress, err = w.step()
			Expect(progress.Done()).To(BeFalse())
			w.clock.pass(progress.Wait)
		}
		Expect(err).To(MatchError(pii.ErrUnknownKey))
		Expect(w.step()).To(HaveField("Stage", pii.StageReencrypting), "the old key is in use again")
		w.clock.pass(pii.KeysLifetime)
		Expect(w.check()).To(Succeed())
		w.clock.pass(pace.Settle)
		Expect(finish(w)).To(Succeed())
		Expect(nothingOld(w)).To(Succeed())
	})

	It("does not hurry: each change of the keys settles before the next", func() {
		w := newWorld()
		enter(w, 1)
		Expect(w.rotator.Start(ctx, w.clinic)).To(Succeed())

		Expect(w.rotator.Run(ctx, w.clinic)).To(Equal(pii.Progress{Stage: pii.StagePromoting, Wait: pace.Settle}))
		w.clock.pass(pace.Settle - time.Second)
		Expect(w.rotator.Run(ctx, w.clinic)).To(Equal(pii.Progress{Stage: pii.StagePromoting, Wait: time.Second}))
		w.clock.pass(time.Second)
		Expect(w.rotator.Run(ctx, w.clinic)).To(Equal(pii.Progress{Stage: pii.StageReencrypting, Wait: pace.Settle}))
		w.clock.pass(pace.Settle)
		Expect(w.rotator.Run(ctx, w.clinic)).To(Equal(pii.Progress{Stage: pii.StageSweeping, Wait: pace.Settle}))
		w.clock.pass(pace.Settle)
		Expect(w.rotator.Run(ctx, w.clinic)).To(Equal(pii.Progress{Stage: pii.StageDeleting, Wait: pace.Grace}))
		w.clock.pass(pace.Grace)
		Expect(w.rotator.Run(ctx, w.clinic)).To(Equal(pii.Progress{Stage: pii.StageDone}))
	})

	It("lets a process that does not know the new key yet read what is under it, asking the store once", func() {
		w := newWorld()
		enter(w, 1)
		store := &countingStore{KeyStore: w.keys}
		behind := pii.NewVault(masterOf(1), store, newWatch().now)
		keys := keysOf(behind, w.clinic)
		asked := store.loads
		Expect(w.rotator.Start(ctx, w.clinic)).To(Succeed())
		Expect(finish(w)).To(Succeed())

		Expect(w.people.rows).NotTo(BeEmpty())
		for range 3 {
			for _, row := range w.people.rows {
				Expect(keys.Decrypt(row.cipher, w.people.place(row.id))).To(Equal(row.number))
			}
		}
		Expect(store.loads).To(Equal(asked + 1))
	})

	It("is refused when it could only do harm", func() {
		vault := piitest.Vault(newWatch().now)
		table := &patients{name: "patients.documents", fuse: &fuse{}}

		Expect(pii.NewRotator(vault, piitest.NewProgressStore(), pii.Reencrypters{}, pii.Pace{Settle: 2 * pii.KeysLifetime})).
			Error().To(MatchError(ContainSubstring("settle")))
		twice := pii.Reencrypters{Clinic: []pii.Reencrypter{table}, Platform: []pii.Reencrypter{table}}
		Expect(pii.NewRotator(vault, piitest.NewProgressStore(), twice, pii.Pace{})).
			Error().To(MatchError(ContainSubstring("patients.documents")))

		clinicOnly := pii.Reencrypters{Clinic: []pii.Reencrypter{table}}
		rotator, err := pii.NewRotator(vault, piitest.NewProgressStore(), clinicOnly, pii.Pace{})
		Expect(err).NotTo(HaveOccurred())
		Expect(rotator.Start(ctx, uuid.Nil)).To(MatchError(ContainSubstring("nothing is registered")))
		Expect(rotator.Step(ctx, uuid.New())).Error().To(MatchError(pii.ErrNoKeyset))
	})
})
