//go:build !js

package modules

import (
	"hampi/modules/accounts"
	"hampi/modules/billing"
	"hampi/modules/hce/archive"
	"hampi/modules/hce/consent"
	"hampi/modules/hce/copies"
	"hampi/modules/patients"
	"hampi/modules/platform/database"
	"hampi/modules/platform/pii"
	"hampi/modules/platform/web"
	"hampi/modules/sync"
)

// Reencrypters are everything that is encrypted, as every module names it. What is missing here would be lost when keys
// are rotated; tests/tenancy looks for it.
func Reencrypters(db *database.DB) pii.Reencrypters {
	return joined(accounts.Reencrypters(db), web.Reencrypters(db), patients.Reencrypters(db), sync.Reencrypters(db), sync.DeviceReencrypters(db),
		archive.Reencrypters(db), billing.Reencrypters(db), consent.Reencrypters(db), copies.Reencrypters(db))
}
