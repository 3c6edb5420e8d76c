// Package audit keeps who did what and when, and proves that nobody changed it afterwards.
//
// Rows of tenant tables are written down by a trigger (migrations/0001_tenancy.sql); Record adds acts that change no
// row. A sealer of its own role chains the rows by SHA-256, and Verify names the first one that was touched.
package audit
