//go:build !js

package agenda

import "github.com/google/uuid"

// OnDevice is an appointment as a device keeps it.
func OnDevice(a Appointment) any { return appointmentDataOf(a) }

// WeeklyOnDevice is a weekly stretch as a device keeps it.
func WeeklyOnDevice(s Schedule) any { return weeklyDataOf(s) }

// ExceptionOnDevice is an exception as a device keeps it.
func ExceptionOnDevice(e Exception) any { return exceptionDataOf(e) }

// OfDevice is a device's data as an appointment.
func OfDevice(id uuid.UUID, version int64, data any) Appointment {
	return data.(appointmentData).appointment(id, version)
}
