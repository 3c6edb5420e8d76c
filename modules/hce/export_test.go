//go:build !js

package hce

// PrescriptionLetter is what the job sends.
var PrescriptionLetter = (*Service).prescriptionLetter
