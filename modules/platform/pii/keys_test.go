//go:build !js

package pii_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/platform/pii"
	"hampi/modules/platform/pii/piitest"
)

// watch is a clock that specs move by hand.
type watch struct{ at time.Time }

func newWatch() *watch                { return &watch{time.Date(2026, 11, 2, 13, 0, 0, 0, time.UTC)} }
func (w *watch) now() time.Time       { return w.at }
func (w *watch) pass(d time.Duration) { w.at = w.at.Add(d) }

func masterOf(fill byte, previous ...byte) *pii.Master {
	var older [][]byte
	for _, fill := range previous {
		older = append(older, bytes.Repeat([]byte{fill}, pii.MasterKeySize))
	}
	master, err := pii.NewMaster(bytes.Repeat([]byte{fill}, pii.MasterKeySize), older...)
	Expect(err).NotTo(HaveOccurred())
	return master
}

func keysOf(vault *pii.Vault, clinic uuid.UUID) *pii.Keys {
	keys, err := vault.Keys(context.Background(), clinic)
	Expect(err).NotTo(HaveOccurred())
	return keys
}

var _ = Describe("encrypted values", func() {
	var (
		norte, sur = uuid.New(), uuid.New()
		store      *piitest.KeyStore
		vault      *pii.Vault
		place      pii.Place
	)

	BeforeEach(func() {
		store = piitest.NewKeyStore()
		vault = pii.NewVault(masterOf(1), store, newWatch().now)
		place = pii.Place{Clinic: norte, Table: "patients", Column: "phone", Row: uuid.New()}
	})

	It("open in their place, whatever they say", func() {
		keys := keysOf(vault, norte)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			plain := rapid.String().Draw(t, "plain")
			cipher, err := keys.Encrypt(plain, place)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := keys.Decrypt(cipher, place); err != nil || back != plain {
				t.Fatalf("%q came back as %q, %v", plain, back, err)
			}
		})
	})

	It("say nothing in clear, and never twice the same", func() {
		keys := keysOf(vault, norte)
		one, err := keys.Encrypt("45678912", place)
		Expect(err).NotTo(HaveOccurred())
		two, err := keys.Encrypt("45678912", place)
		Expect(err).NotTo(HaveOccurred())
		Expect(one).NotTo(Equal(two))
		Expect(bytes.Contains(one, []byte("45678912"))).To(BeFalse())
	})

	DescribeTable("do not open when moved", func(move func(*pii.Place)) {
		keys := keysOf(vault, norte)
		cipher, err := keys.Encrypt("45678912", place)
		Expect(err).NotTo(HaveOccurred())

		move(&place)
		Expect(keys.Decrypt(cipher, place)).Error().To(MatchError(pii.ErrUnreadable))
	},
		Entry("to another row", func(p *pii.Place) { p.Row = uuid.New() }),
		Entry("to another column", func(p *pii.Place) { p.Column = "email" }),
		Entry("to another table", func(p *pii.Place) { p.Table = "users" }),
		Entry("to a table and column that read the same in one word", func(p *pii.Place) { p.Table, p.Column = "patientsp", "hone" }),
	)

	It("do not open in another clinic", func() {
		cipher, err := keysOf(vault, norte).Encrypt("45678912", place)
		Expect(err).NotTo(HaveOccurred())

		moved := place
		moved.Clinic = sur
		Expect(keysOf(vault, sur).Decrypt(cipher, moved)).Error().To(MatchError(pii.ErrUnknownKey))
		Expect(keysOf(vault, sur).Decrypt(cipher, place)).Error().To(MatchError(pii.ErrWrongClinic))
		Expect(keysOf(vault, norte).Decrypt(cipher, moved)).Error().To(MatchError(pii.ErrWrongClinic))
		Expect(keysOf(vault, sur).Encrypt("45678912", place)).Error().To(MatchError(pii.ErrWrongClinic))
	})

	It("do not open when a single bit was changed", func() {
		keys := keysOf(vault, norte)
		cipher, err := keys.Encrypt("45678912", place)
		Expect(err).NotTo(HaveOccurred())
		for i := range cipher {
			altered := bytes.Clone(cipher)
			altered[i] ^= 1
			Expect(keys.Decrypt(altered, place)).Error().To(HaveOccurred(), "byte %d", i)
		}
		Expect(keys.Decrypt(nil, place)).Error().To(MatchError(pii.ErrUnreadable))
	})

	It("may be missing only where that is allowed", func() {
		keys := keysOf(vault, norte)
		cipher, err := keys.EncryptOptional("", place)
		Expect(err).NotTo(HaveOccurred())
		Expect(cipher).To(BeNil())
		Expect(keys.DecryptOptional(nil, place)).To(Equal(""))

		cipher, err = keys.EncryptOptional("+51987654321", place)
		Expect(err).NotTo(HaveOccurred())
		Expect(keys.DecryptOptional(cipher, place)).To(Equal("+51987654321"))
	})

	It("hold any JSON as one value", func() {
		type customer struct{ Name, Document string }
		keys := keysOf(vault, norte)
		cipher, err := keys.Seal(customer{"Ana", "45678912"}, place)
		Expect(err).NotTo(HaveOccurred())

		var back customer
		Expect(keys.Open(cipher, place, &back)).To(Succeed())
		Expect(back).To(Equal(customer{"Ana", "45678912"}))

		place.Row = uuid.New()
		Expect(keys.Open(cipher, place, &back)).To(MatchError(pii.ErrUnreadable))
	})
})

var _ = Describe("blind indexes", func() {
	norte, sur := uuid.New(), uuid.New()
	vault := piitest.Vault(newWatch().now)

	It("are the same for the same value, and 16 bytes long", func() {
		one, two := keysOf(vault, norte).Index("document", "45678912"), keysOf(vault, norte).Index("document", "45678912")
		Expect(one).To(Equal(two))
		Expect(one.Value).To(HaveLen(16))
		Expect(keysOf(vault, norte).Indexes("document", "45678912")).To(Equal([]pii.BlindIndex{one}))
	})

	It("differ by value, by field and by clinic", func() {
		index := func(clinic uuid.UUID, field, value string) string {
			return string(keysOf(vault, clinic).Index(field, value).Value)
		}
		known := index(norte, "document", "45678912")
		Expect(index(norte, "document", "45678913")).NotTo(Equal(known))
		Expect(index(norte, "phone", "45678912")).NotTo(Equal(known))
		Expect(index(sur, "document", "45678912")).NotTo(Equal(known))
		Expect(index(norte, "document4", "5678912")).NotTo(Equal(known))
	})
})

var _ = Describe("the master key", func() {
	var (
		ctx    = context.Background()
		norte  = uuid.New()
		sur    = uuid.New()
		store  *piitest.KeyStore
		place  pii.Place
		cipher []byte
	)

	BeforeEach(func() {
		store = piitest.NewKeyStore()
		place = pii.Place{Clinic: norte, Table: "patients", Column: "phone", Row: uuid.New()}
		var err error
		cipher, err = keysOf(pii.NewVault(masterOf(1), store, newWatch().now), norte).Encrypt("+51987654321", place)
		Expect(err).NotTo(HaveOccurred())
	})

	It("is needed: another one opens nothing, and makes no new keys either", func() {
		before, err := store.Load(ctx, norte)
		Expect(err).NotTo(HaveOccurred())
		other := pii.NewVault(masterOf(2), store, newWatch().now)
		Expect(other.Keys(ctx, norte)).Error().To(MatchError(pii.ErrMasterKey))
		Expect(store.Load(ctx, norte)).To(Equal(before))
	})

	It("can be replaced: the previous one opens, the current one wraps again", func() {
		both := pii.NewVault(masterOf(2, 9, 1), store, newWatch().now)
		Expect(keysOf(both, norte).Decrypt(cipher, place)).To(Equal("+51987654321"))

		Expect(both.Rewrap(ctx, norte)).To(BeTrue())
		Expect(both.Rewrap(ctx, norte)).To(BeFalse(), "nothing is left to do")
		alone := pii.NewVault(masterOf(2), store, newWatch().now)
		Expect(keysOf(alone, norte).Decrypt(cipher, place)).To(Equal("+51987654321"))
		old := pii.NewVault(masterOf(1), store, newWatch().now)
		Expect(old.Keys(ctx, norte)).Error().To(MatchError(pii.ErrMasterKey))
	})

	It("does not open keysets put in the place of another clinic's, or of each other", func() {
		stored, err := store.Load(ctx, norte)
		Expect(err).NotTo(HaveOccurred())
		Expect(store.Create(ctx, sur, stored)).To(Succeed())
		vault := pii.NewVault(masterOf(1), store, newWatch().now)
		Expect(vault.Keys(ctx, sur)).Error().To(MatchError(pii.ErrMasterKey))

		swapped := pii.Stored{AEAD: stored.PRF, PRF: stored.AEAD, Version: 2}
		Expect(store.Replace(ctx, norte, stored, swapped)).To(Succeed())
		Expect(vault.Keys(ctx, norte)).Error().To(MatchError(pii.ErrMasterKey))
	})

	DescribeTable("is 32 bytes in base64, and an error does not repeat it", func(text string, ok bool) {
		key, err := pii.ParseMasterKey(text)
		if ok {
			Expect(err).NotTo(HaveOccurred())
			Expect(key).To(HaveLen(32))
			return
		}
		Expect(err).To(HaveOccurred())
		if text != "" {
			Expect(err.Error()).NotTo(ContainSubstring(text))
		}
	},
		Entry("padded, with a line end", base64.StdEncoding.EncodeToString(make([]byte, 32))+"\n", true),
		Entry("unpadded", base64.RawStdEncoding.EncodeToString(make([]byte, 32)), true),
		Entry("too short", base64.StdEncoding.EncodeToString(make([]byte, 31)), false),
		Entry("not base64", "mi clave secreta!", false),
		Entry("missing", "", false),
	)
})

var _ = Describe("the vault", func() {
	ctx := context.Background()

	It("makes the keys of a clinic once, however many ask first", func() {
		store, clinic := piitest.NewKeyStore(), uuid.New()
		vaults := make([]*pii.Vault, 8)
		found := make([]pii.BlindIndex, 64)
		for i := range vaults {
			vaults[i] = pii.NewVault(masterOf(1), store, newWatch().now)
		}
		var all sync.WaitGroup
		for i := range found {
			all.Go(func() {
				defer GinkgoRecover()
				found[i] = keysOf(vaults[i%len(vaults)], clinic).Index("document", "45678912")
			})
		}
		all.Wait()
		Expect(found).To(HaveEach(Equal(found[0])))
	})

	It("uses the keys of who was first when two make them at the same moment", func() {
		store, clinic := piitest.NewKeyStore(), uuid.New()
		winner := keysOf(pii.NewVault(masterOf(1), store, newWatch().now), clinic)
		late := pii.NewVault(masterOf(1), &lateStore{KeyStore: store}, newWatch().now)
		Expect(keysOf(late, clinic).Index("document", "45678912")).To(Equal(winner.Index("document", "45678912")))
	})

	It("asks the store again only when the keys have grown old, and refuses to go on without an answer", func() {
		clock := newWatch()
		store := &countingStore{KeyStore: piitest.NewKeyStore()}
		vault := pii.NewVault(masterOf(1), store, clock.now)
		clinic := uuid.New()
		keysOf(vault, clinic)
		asked := store.loads

		clock.pass(pii.KeysLifetime - time.Second)
		keysOf(vault, clinic)
		Expect(store.loads).To(Equal(asked))

		clock.pass(time.Second)
		keysOf(vault, clinic)
		Expect(store.loads).To(Equal(asked + 1))

		store.broken = true
		clock.pass(pii.KeysLifetime)
		Expect(vault.Keys(ctx, clinic)).Error().To(MatchError(context.DeadlineExceeded))
	})
})

// countingStore counts questions, and stops answering when broken.
type countingStore struct {
	pii.KeyStore
	loads  int
	broken bool
}

func (s *countingStore) Load(ctx context.Context, clinic uuid.UUID) (pii.Stored, error) {
	if s.broken {
		return pii.Stored{}, context.DeadlineExceeded
	}
	s.loads++
	return s.KeyStore.Load(ctx, clinic)
}

// lateStore looked before somebody else created the keysets.
type lateStore struct {
	pii.KeyStore
	asked bool
}

func (s *lateStore) Load(ctx context.Context, clinic uuid.UUID) (pii.Stored, error) {
	if !s.asked {
		s.asked = true
		return pii.Stored{}, pii.ErrNoKeyset
	}
	return s.KeyStore.Load(ctx, clinic)
}
