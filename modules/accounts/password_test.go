package accounts_test

import (
	"context"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
)

var _ = Describe("a password", func() {
	DescribeTable("is refused with a reason", func(password, reason string) {
		problems, _ := fault.Fields(accounts.CheckPassword(password, "Clínica Señor de Luren", "Rosa Malpartida", "rosita@luren.pe"))
		Expect(problems["password"]).To(ContainSubstring(reason))
	},
		Entry("short", "once letras", "12 caracteres o más"),
		Entry("long", strings.Repeat("á1", 65), "128 caracteres o menos"),
		Entry("listed", "password1234", "muy común"), Entry("listed with marks", "P@ssw0rd2024!", "muy común"),
		Entry("keys in a row", "1qaz2wsx3edc", "muy común"), Entry("one letter", "aaaaaaaaaaaa", "muy común"),
		Entry("the alphabet", "abcdefghijkl", "muy común"), Entry("Spanish words that all use", "Contraseña123", "muy común"),
		Entry("a role and a year", "Administrador2026", "muy común"),
		Entry("the clinic", "viva-LUREN-siempre", "nombre de la clínica"), Entry("the person", "malpartida en otoño", "nombre de la clínica"),
		Entry("the product", "me gusta hampi mucho", "nombre de la clínica"), Entry("the e-mail", "la clave de rosita", "nombre de la clínica"),
		Entry("broken text", "doce letras \xff\xfe aquí", "no se pueden leer"),
	)

	DescribeTable("is accepted without rules of composition", func(password string) {
		Expect(accounts.CheckPassword(password, "Clínica Señor de Luren", "Rosa Malpartida")).To(Succeed())
	},
		Entry("words", "tres gatos sobre el tejado"), Entry("other letters", "ñandú 雪 вечер λόγος"), Entry("twelve", "kx9mqw2vbzrt"),
		Entry("long words", strings.Repeat("mirlo azul ", 11)), Entry("blanks around", "  un río que canta  "))

	Context("hashed", func() {
		ctx := context.Background()

		It("has the product's parameters", func() {
			params := accounts.PasswordParams()
			Expect([]uint32{params.Memory, params.Iterations, uint32(params.Parallelism), params.SaltLength, params.KeyLength}).To(Equal([]uint32{47104, 2, 1, 16, 32}))
		})

		It("is the same however its accents are written, and says when its hash is weak", func() {
			former, err := accounts.NewPasswordHasher(fastHash())
			Expect(err).NotTo(HaveOccurred())
			stronger, err := accounts.NewPasswordHasher(&argon2id.Params{Memory: 128, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32})
			Expect(err).NotTo(HaveOccurred())
			hash, err := former.Hash(ctx, "canción de cuna")
			Expect(err).NotTo(HaveOccurred())
			matches, weak, err := stronger.Matches(ctx, "cancio\u0301n de cuna", hash)
			Expect([]any{matches, weak, err}).To(Equal([]any{true, true, nil}))
			matches, weak, err = former.Matches(ctx, "canción de cuna ", hash)
			Expect([]any{matches, weak, err}).To(Equal([]any{false, false, nil}))
		})

		It("works as long for nobody as for somebody", func() {
			hasher, err := accounts.NewPasswordHasher(&argon2id.Params{Memory: 8192, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32})
			Expect(err).NotTo(HaveOccurred())
			start := time.Now()
			matches, _, err := hasher.Matches(ctx, "no password of anybody", "")
			Expect([]any{matches, err}).To(Equal([]any{false, nil}))
			Expect(time.Since(start)).To(BeNumerically(">", time.Millisecond))
		})

		It("is made again with today's parameters at the next sign-in", func() {
			app := newSignInApp()
			user := app.Norte.People["receptionist"].User
			app.give(user, "recepcion@norte.pe", "")
			weak, err := argon2id.CreateHash(goodPassword, &argon2id.Params{Memory: 32, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
			Expect(err).NotTo(HaveOccurred())
			app.exec("update users set password_hash = $1 where id = $2", weak, user)
			app.signedIn("recepcion@norte.pe")
			Expect(app.count("select count(*) from users where id = $1 and password_hash like '$argon2id$v=19$m=64,%'", user)).To(Equal(1))
			app.signedIn("recepcion@norte.pe")
		})
	})
})
