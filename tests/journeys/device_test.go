package journeys_test

import (
	"context"
	"os"

	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/database/dbtest"
)

// Device is a browser with a profile of its own on the disk, which stays when the browser is closed.
type Device struct {
	Profile string
	program *Program
	ctx     context.Context
	end     func()
}

// NewDevice opens a browser that keeps what it stores; it ends with the spec.
func NewDevice(program *Program) *Device {
	GinkgoHelper()
	profile, err := dbtest.Scratch("hampi-device-")
	Expect(err).NotTo(HaveOccurred())
	d := &Device{Profile: profile, program: program}
	d.ctx, d.end = runBrowser(profile)
	DeferCleanup(func() {
		d.Close()
		_ = os.RemoveAll(profile)
	})
	return d
}

// Desk opens a tab of the device.
func (d *Device) Desk() *Window { return d.open(deskWidth, deskHeight, false) }

// Phone opens a tab of the device as a phone shows it.
func (d *Device) Phone() *Window { return d.open(phoneWidth, phoneHeight, true) }

func (d *Device) open(width, height int, touch bool) *Window {
	GinkgoHelper()
	ctx, end := chromedp.NewContext(d.ctx)
	w := newWindow(ctx, end, width, height, touch)
	w.program = d.program
	return w
}

// Close ends the browser; what it keeps is on the disk.
func (d *Device) Close() {
	if d.end != nil {
		d.end()
		d.end = nil
	}
}

// Reopen starts the browser again on the same profile.
func (d *Device) Reopen() {
	GinkgoHelper()
	d.Close()
	d.ctx, d.end = runBrowser(d.Profile)
}
