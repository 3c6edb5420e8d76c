package catalog

import (
	"context"

	"hampi/modules/catalog/cie10"
)

// DeviceCodes gives the table of diagnoses that a device keeps. Text gives the version in force there and, unless that
// is have, what it says.
type DeviceCodes struct {
	Text func(ctx context.Context, have string) (version string, text []byte, err error)
}

// Newer reads the device's table when it is another than have.
func (d DeviceCodes) Newer(ctx context.Context, have string) (*Edition, error) {
	version, text, err := d.Text(ctx, have)
	if err != nil || version == have {
		return nil, err
	}
	table, err := cie10.ParseTable(string(text))
	if err != nil {
		return nil, err
	}
	return &Edition{Version: version, Table: table}, nil
}
