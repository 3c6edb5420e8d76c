package tenancy_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules"
	"hampi/modules/platform/pii"
)

// encrypted are the columns under keys: a rotation has to write them again before the old key is forgotten.
var encrypted = []string{
	"billing_settings.access", "invoice_contents.body", "invoice_events.answer", "invoice_states.links", "invoice_files.sealed_key", "invoice_sendings.address", "invoice_drafts.body", "receipts.body",
	"users.email", "users.totp_secret", "users.totp_pending", "invitations.email", "sync_ops.answer", "sync_queue.body", "sync_conflicts.content",
	"patients.document_number", "patients.phone", "patients.email", "patients.address", "patients.guardian", "patients.insurance_number",
	"patient_imports.head", "patient_import_batches.content", "patient_import_batches.report",
	"devices.sealed_key", "signing_keys.sealed_key", "handed_in.content", "handed_in.reason", "files.sealed_key", "consents.body", "record_copies.pdf_key", "record_copies.zip_key",
}

// indexTables are the blind indexes of their own, with whose they are.
var indexTables = map[string]struct{ Column, Owner string }{
	"user_emails":       {"user_id", "users"},
	"patient_documents": {"patient_id", "patients"},
	"patient_contacts":  {"patient_id", "patients"},
}

// plainBytes are bytes that no key of ours is needed to read, each with what it is.
var plainBytes = map[string]string{
	"clinics.logo":                  "a picture",
	"audit_seals.hash":              "the chain",
	"keysets.aead":                  "wrapped by the master key",
	"keysets.prf":                   "wrapped by the master key",
	"files.sha256":                  "a hash",
	"record_copies.pdf_sha256":      "a hash",
	"record_copies.zip_sha256":      "a hash",
	"consents.content_hash":         "a hash",
	"consents.file_sha256":          "a hash",
	"medical_records.content_hash":  "a hash",
	"invoice_contents.content_hash": "a hash",
	"invoice_files.sha256":          "a hash",
	"receipts.content_hash":         "a hash",
	"record_signatures.signature":   "a signature",
	"consent_signatures.signature":  "a signature",
	"signing_keys.public_key":       "the half that anybody may see",
	"sync_ops.body_hash":            "a hash",
	"sync_queue.body_hash":          "a hash",
	"user_emails.bidx":              "an index, see indexTables",
	"patient_documents.bidx":        "an index, see indexTables",
	"patient_contacts.bidx":         "an index, see indexTables",
	"invitations.email_bidx":        "an index, renewed with the e-mail beside it",
	"invitations.token_hash":        "a hash",
	"refresh_tokens.hash":           "a hash",
	"password_resets.token_hash":    "a hash",
	"sessions.data":                 "a browser's session, an hour old at most",
	"devices.browser_hash":          "a hash",
	"devices.token_hash":            "a hash",
	"signups.token_hash":            "a hash",
	"signups.content":               "under the platform's keys, and worthless long before a rotation forgets the old one",
}

var _ = Describe("what is encrypted", Ordered, ContinueOnFailure, func() {
	var (
		c    *crossing
		work pii.Reencrypters
		ctx  = context.Background()
	)
	BeforeAll(func() {
		c = cross(cluster.World())
		c.admin(c.rowOf("signing_keys", "user_id", "users"))
		work = modules.Reencrypters(c.DB)
	})

	It("is known for every column of bytes", func() {
		const query = `select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
			where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname not like 'river\_%'
			  and a.atttypid = 'bytea'::regtype and not a.attisdropped order by 1`
		known := slices.Clone(encrypted)
		for name := range plainBytes {
			known = append(known, name)
		}
		Expect(collect(c.Admin, query, pgx.RowTo[string])).To(ConsistOf(known), "list it as encrypted, or say why it is not")
	})

	// renew runs every reencrypter of the owner of these keys over everything, as a rotation would.
	renew := func(keys *pii.Keys) (failures []error) {
		list := work.Clinic
		if keys.Clinic() == uuid.Nil {
			list = work.Platform
		}
		for _, one := range list {
			_, done, err := one.Reencrypt(ctx, keys, uuid.Nil, 1000)
			if err != nil {
				failures = append(failures, fmt.Errorf("%s: %w", one.Name(), err))
			} else if !done {
				failures = append(failures, fmt.Errorf("%s has not done all of few rows", one.Name()))
			}
		}
		return failures
	}

	// owner is whose keys a table is under, and the column that names its rows.
	owner := func(table string) (keys *pii.Keys, id string) {
		GinkgoHelper()
		clinic := c.Norte.ID
		if slices.Contains(globalTables, table) {
			clinic = uuid.Nil
		}
		keys, err := c.Vault.Fresh(ctx, clinic)
		Expect(err).NotTo(HaveOccurred())
		switch table {
		case "sync_ops":
			return keys, "op_id"
		case "invoice_states":
			return keys, "invoice_id"
		}
		return keys, "id"
	}

	// write gives a column of every row of the owner a value made for its place.
	write := func(table, column string, value func(*pii.Keys, pii.Place) []byte) {
		GinkgoHelper()
		keys, id := owner(table)
		query, args := "select "+id+" from "+table, []any{}
		if keys.Clinic() != uuid.Nil {
			query, args = query+" where clinic_id = $1", []any{keys.Clinic()}
		}
		for _, row := range collect(c.Admin, query, pgx.RowTo[uuid.UUID], args...) {
			at := pii.Place{Clinic: keys.Clinic(), Table: table, Column: column, Row: row}
			c.admin("update "+table+" set "+column+" = $1 where "+id+" = $2", value(keys, at), row)
		}
	}
	valid := func(keys *pii.Keys, at pii.Place) []byte {
		cipher, err := keys.Encrypt(`{"row": "`+at.Row.String()+`"}`, at) // JSON for what is sealed whole, and nobody's twice
		Expect(err).NotTo(HaveOccurred())
		return cipher
	}
	// foreign is a value under a key that nobody has: as all are when the old key is gone.
	foreign := func(keys *pii.Keys, at pii.Place) []byte {
		cipher := valid(keys, at)
		binary.BigEndian.PutUint32(cipher[1:5], binary.BigEndian.Uint32(cipher[1:5])^1)
		return cipher
	}
	split := func(name string) (table, column string) {
		i := slices.Index([]byte(name), '.')
		return name[:i], name[i+1:]
	}
	allValid := func() {
		for _, name := range encrypted {
			table, column := split(name)
			write(table, column, valid)
		}
	}

	It("is read whole by a rotation when all is well", func() {
		allValid()
		for _, clinic := range []uuid.UUID{uuid.Nil, c.Norte.ID} {
			keys, err := c.Vault.Fresh(ctx, clinic)
			Expect(err).NotTo(HaveOccurred())
			Expect(renew(keys)).To(BeEmpty())
		}
	})

	for _, name := range encrypted {
		It("is reached by a rotation in "+name, func() {
			allValid()
			table, column := split(name)
			write(table, column, foreign)
			keys, _ := owner(table)
			Expect(slices.ContainsFunc(renew(keys), func(err error) bool { return errors.Is(err, pii.ErrUnknownKey) })).To(BeTrue(),
				"no reencrypter of modules.Reencrypters reads it: it would be lost with the old key")
		})
	}

	for name, of := range indexTables {
		It("is found again by "+name+", without remains of old keys", func() {
			allValid()
			keys, _ := owner(of.Owner)
			where := " where true"
			if keys.Clinic() != uuid.Nil {
				where = " where clinic_id = '" + keys.Clinic().String() + "'"
			}
			c.admin("delete from " + name + where)
			c.admin(c.rowOf(name, of.Column, of.Owner))
			Expect(renew(keys)).To(BeEmpty())
			Expect(c.count("select count(*) from " + name + where + " and key_id = 1")).To(BeZero())
		})
	}
})
