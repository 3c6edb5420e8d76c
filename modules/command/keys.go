//go:build !js

package command

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/pii"
)

// keys is `hampi keys rotate` and `hampi keys status`.
func keys(ctx context.Context, h *house, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "rotate":
		return rotateKeys(ctx, h)
	case len(args) == 1 && args[0] == "status":
		return showRotations(ctx, h)
	}
	return subcommand(nil, "keys", "rotate, or: hampi keys status")
}

func rotateKeys(ctx context.Context, h *house) error {
	app, err := h.build(ctx)
	if err != nil {
		return err
	}
	n, err := pii.StartRotation(ctx, h.db.AsSystem, app.Queue, app.Rotator)
	if err != nil {
		return err
	}
	fmt.Fprintf(h.out, `%d rotations are under way: the platform's and one for each clinic.
The worker (serve in demo and development, else worker) carries them on while everybody goes on working:
  about 15 minutes of waiting and the time to encrypt everything again,
  then the old keys rest for %d days before they are deleted for ever.
hampi keys status says how far each one is. Running this again changes nothing until they are done.
`, n, int(pii.DefaultGrace.Hours()/24))
	return nil
}

// showRotations prints where each rotation stands.
func showRotations(ctx context.Context, h *house) error {
	if err := h.open(ctx); err != nil {
		return err
	}
	var found []struct {
		ClinicID  uuid.UUID
		Name      string
		Stage     string
		UpdatedAt time.Time
	}
	err := h.db.AsSystem(ctx, "see how far rotations of keys are", func(tx *gorm.DB) error {
		return tx.Raw(`select r.clinic_id, coalesce(c.name, 'the platform') as name, r.stage, r.updated_at
			from key_rotations r left join clinics c on c.id = r.clinic_id where r.module = '' order by c.name nulls first`).Scan(&found).Error
	})
	if err != nil {
		return fmt.Errorf("read the rotations: %w", err)
	}
	if len(found) == 0 {
		fmt.Fprintln(h.out, "keys were never rotated")
		return nil
	}
	table := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
	for _, r := range found {
		fmt.Fprintf(table, "%s\t%s\tsince %s\n", r.Name, r.Stage, r.UpdatedAt.UTC().Format(time.RFC3339))
	}
	return table.Flush()
}
