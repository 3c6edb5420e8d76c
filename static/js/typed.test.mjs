import { test } from 'node:test'
import assert from 'node:assert/strict'

globalThis.document = { addEventListener() {} } // the modules listen when they load
const { readDay, readNumber } = await import('./typed.js')
const { uuidv7 } = await import('./ops.js')
const today = new Date(2026, 10, 24)

test('a day typed without separators is written out', () => {
  for (const [typed, day] of [['240188', '24/01/1988'], ['24/1/88', '24/01/1988'], ['24011988', '24/01/1988'], ['1-2-2020', '01/02/2020'], ['24.11.26', '24/11/2026']])
    assert.equal(readDay(typed, today, true), day, typed)
})

test('a birth with a two-digit year is never in the future; other days may be', () => {
  assert.equal(readDay('251126', today, true), '25/11/1926')
  assert.equal(readDay('241126', today, true), '24/11/2026')
  assert.equal(readDay('251126', today, false), '25/11/2026')
})

test('what is no day stays as typed', () => {
  for (const typed of ['310288', '30/02/2020', 'mañana', '12', '', '00/00/0000', '24/1/198']) assert.equal(readDay(typed, today, false), '', typed)
})

test('a decimal comma becomes a point, thousands stay', () => {
  assert.equal(readNumber('36,5'), '36.5')
  assert.equal(readNumber('-0,25'), '-0.25')
  assert.equal(readNumber('1,234'), '1,234')
  assert.equal(readNumber('1,234.50'), '1,234.50')
})

test('operation ids are UUIDs of version 7, ordered by time', () => {
  const id = uuidv7(0x0190b0a01234)
  assert.match(id, /^0190b0a0-1234-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.ok(uuidv7(1000) < uuidv7(2000))
  assert.notEqual(uuidv7(1000), uuidv7(1000))
})
