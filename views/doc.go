// Package views is the shared look of Hampi: the shell around every page, form
// fields, tables, chips, dialogs and the way dates, money and names are written.
//
// Components take plain structs, already decided by the caller: nothing here
// knows a clinic rule, reads a clock or asks a store. Words on screen are
// Spanish (es-PE); positions and colours are classes, never inline styles.
package views
