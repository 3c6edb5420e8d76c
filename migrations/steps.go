//go:build !js

package migrations

import "github.com/go-gormigrate/gormigrate/v2"

// Steps are all steps in the order in which they are applied. A landed step is never edited; a change is a new step.
func Steps() []*gormigrate.Migration {
	return []*gormigrate.Migration{
		sqlStep("0001_tenancy"),
		sqlStep("0002_accounts"),
		sqlStep("0003_catalog"),
		sqlStep("0004_patients"),
		sqlStep("0005_agenda"),
		sqlStep("0007_settings"),
		sqlStep("0008_sync"),
		sqlStep("0009_devices"),
		sqlStep("0010_people"),
		sqlStep("0012_codes"),
		sqlStep("0013_files"),
		sqlStep("0014_hce"),
		sqlStep("0015_signing"),
		sqlStep("0016_record_feed"),
		sqlStep("0017_consents"),
		sqlStep("0018_copies"),
		sqlStep("0019_speed"),
		sqlStep("0020_prescription_settings"),
		sqlStep("0021_invoices"),
		sqlStep("0022_cash"),
		sqlStep("0023_document_files"),
		sqlStep("0024_prices"),
		sqlStep("0025_payments"),
		sqlStep("0026_receipts"),
		sqlStep("0026_settings_feed"),
		sqlStep("0027_books"),
		sqlStep("0028_device_papers"),
		sqlStep("0029_record"),
		sqlStep("0030_fees"),
		sqlStep("0031_books_speed"),
		sqlStep("0032_record_asides"),
		sqlStep("0033_altitude"),
		sqlStep("0034_devices_agreements"),
		sqlStep("0035_dollars"),
		sqlStep("0036_own_bookings"),
	}
}
