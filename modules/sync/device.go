//go:build !js

package sync

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/pii"
	"hampi/modules/platform/web"
)

// freshFor is how long after showing who they are somebody's browser gets its device's key.
const freshFor = 10 * time.Minute

// Logins is what devices ask of signing in.
type Logins interface {
	// ProofsOf is when somebody showed at this log-in who they are.
	ProofsOf(ctx context.Context, login uuid.UUID) (accounts.Proofs, error)
	// Browser is the name that this browser keeps across log-ins; "" when it has none.
	Browser(c echo.Context) string
	// EmailOf is the address that a person signs in with.
	EmailOf(ctx context.Context, user uuid.UUID) (string, error)
}

// Carrier carries operations out for the person of access.Who(ctx), in transactions of its own and each at most once:
// the Service.
type Carrier interface {
	Sync(ctx context.Context, call Call, r Request) (Response, error)
}

// RegisterParts is what the register of devices stands on.
type RegisterParts struct {
	DB     *DeviceDatabase
	Vault  *pii.Vault
	Logins Logins
	// Words tells people of what was handed in, by entity.
	Words []offline.Describer
	Now   clock.Now
}

// DeviceRegister knows the devices of a clinic, gives them their keys, revokes them and takes what they hand in.
type DeviceRegister struct {
	RegisterParts
	// Carry takes what was handed in and accepted. It is set once, right after the Service was made.
	Carry      Carrier
	colleagues accounts.House
	strangers  *web.Limiter // hand-ins by address
	askers     *web.Limiter // questions for a device's state by address
}

// NewDeviceRegister keeps the devices with these parts.
func NewDeviceRegister(p RegisterParts) *DeviceRegister {
	return &DeviceRegister{RegisterParts: p, strangers: web.NewLimiter(handInsAMinute), askers: web.NewLimiter(questionsAMinute)}
}

const (
	handInsAMinute   = 6
	questionsAMinute = 60 // a clinic's devices share one address and are opened in the same minutes
)

// Refusals of devices.
var (
	errDeviceRevoked        = fault.Conflicted("device_revoked", "La administración de la clínica retiró este equipo.")
	errDeviceUnknown  error = &fault.Fault{Kind: fault.Forbidden, Code: "device_unknown", Message: "La clínica no conoce este equipo."}
	errNotFresh             = fault.Conflicted("not_fresh", "Ingrese otra vez para preparar este equipo.")
	errNotRevoked           = fault.Conflicted("device_not_revoked", "Este equipo sigue en uso: lo suyo se envía, no se entrega.")
	errNoClinic             = fault.Conflicted("no_clinic", "Su cuenta no guarda datos en equipos.")
	errFileUnreadable       = fault.InvalidField("archivo", "Este archivo no es uno que guardó Hampi, o está dañado.")
)

// Known tells what the clinic knows of a device of the person of ctx.
func (d *DeviceRegister) Known(ctx context.Context, id uuid.UUID) (Badge, error) {
	row, err := deviceByID(ctx, id)
	if fault.IsNotFound(err) {
		return Badge{}, nil
	}
	if err != nil || row.UserID != access.Who(ctx).UserID {
		return Badge{}, err
	}
	return Badge{Known: true, Revoked: row.RevokedAt != nil, Title: row.title(), Number: row.Number}, nil
}

// Contact is what a device tells of itself when it synchronises.
type Contact struct {
	Skew   time.Duration // how far its clock was behind ours
	Unsent int
}

// Seen writes a device's contact down: at most once a minute while it says the same.
func (d *DeviceRegister) Seen(ctx context.Context, id uuid.UUID, contact Contact) error {
	return storeContact(ctx, id, contact, d.Now())
}

// enrolment is what a browser gets for keeping data: everything but the password, which it has.
type enrolment struct {
	ID      uuid.UUID `json:"id"`
	Number  int64     `json:"number"`
	Name    string    `json:"name"`
	Token   string    `json:"token,omitempty"` // only when the device does not have it yet
	Key     string    `json:"key"`             // 32 bytes
	Strict  bool      `json:"strict"`
	Profile string    `json:"profile"` // "<clinic>.<user>"
	Person  string    `json:"person"`
	Email   string    `json:"email"`
	Clinic  string    `json:"clinic"`
	Minutes int       `json:"lockMinutes"`
}

// ProfileOf names what a device keeps of one person in one clinic.
func ProfileOf(clinic, user uuid.UUID) string { return clinic.String() + "." + user.String() }

// Enrol registers the browser of who asks, or recognises it by its id or by the browser's own name, and hands out its
// key. Only for those who have just shown who they are.
func (d *DeviceRegister) Enrol(ctx context.Context, asked uuid.UUID, browser, agent string) (enrolment, error) {
	who := access.Who(ctx)
	if who.ClinicID == uuid.Nil {
		return enrolment{}, errNoClinic
	}
	proofs, err := d.Logins.ProofsOf(ctx, who.LoginID)
	if err != nil {
		return enrolment{}, err
	}
	if d.Now().Sub(proofs.Last) > freshFor || browser == "" {
		return enrolment{}, errNotFresh
	}
	row, token, err := d.recognise(ctx, asked, browser, agent)
	if err != nil {
		return enrolment{}, err
	}
	if token != "" {
		if err := notSince(ctx, browser, proofs.SignedIn); err != nil {
			return enrolment{}, err
		}
	}
	if err := storeSeen(ctx, row.ID, d.Now()); err != nil {
		return enrolment{}, err
	}
	return d.enrolmentOf(ctx, row, token)
}

// recognise finds the device or makes it. The token is given once: to a device that does not have it.
func (d *DeviceRegister) recognise(ctx context.Context, asked uuid.UUID, browser, agent string) (deviceRow, string, error) {
	if asked != uuid.Nil {
		row, err := deviceByID(ctx, asked)
		switch {
		case err == nil && row.UserID == access.Who(ctx).UserID && row.RevokedAt != nil:
			return row, "", errDeviceRevoked
		case err == nil && row.UserID == access.Who(ctx).UserID:
			return row, "", nil
		case err != nil && !fault.IsNotFound(err):
			return row, "", err
		}
	}
	return d.register(ctx, browser, deviceName(agent))
}

// deviceName says in words what a browser calls itself.
func deviceName(agent string) string {
	name, _ := accounts.DescribeAgent("browser", agent)
	return strings.TrimSpace(name)
}

func (d *DeviceRegister) enrolmentOf(ctx context.Context, row deviceRow, token string) (enrolment, error) {
	who := access.Who(ctx)
	key, err := d.keyOf(ctx, row)
	if err != nil {
		return enrolment{}, err
	}
	clinic, err := d.colleagues.Clinic(ctx)
	if err != nil {
		return enrolment{}, err
	}
	email, err := d.Logins.EmailOf(ctx, who.UserID)
	if err != nil {
		return enrolment{}, err
	}
	return enrolment{
		ID: row.ID, Number: row.Number, Name: row.Name, Token: token, Key: key, Strict: !clinic.OfflineStart,
		Profile: ProfileOf(who.ClinicID, who.UserID), Person: who.Name, Email: email, Clinic: clinic.Name, Minutes: clinic.LockMinutes,
	}, nil
}
