//go:build !js

package web

import (
	"hampi/modules/platform/database"
	"hampi/modules/platform/pii"
)

// Reencrypters are what of this package is under the clinics' keys: the kept answers.
func Reencrypters(db *database.DB) pii.Reencrypters {
	return pii.Reencrypters{Clinic: []pii.Reencrypter{
		pii.Columns{Table: "sync_ops", Key: "op_id", Names: []string{"answer"}, Execute: pii.Within(db)},
	}}
}
