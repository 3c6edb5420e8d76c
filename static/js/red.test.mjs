import { test } from 'node:test'
import assert from 'node:assert/strict'
import { badge, changes, contact, percent, since, strip } from './red.js'

const lima = 'America/Lima'
const at = (text) => new Date(text + '-05:00').getTime()
const words = (s) => [badge(s).e, badge(s).word, badge(s).figure]

test('the badge has its four states, and a quiet word while the device fills', () => {
  assert.deepEqual(words({ online: true }), ['linea', 'En línea', ''])
  assert.deepEqual(words({ online: false, pending: 4, conflicts: 2 }), ['sin', 'Sin conexión', '4 por enviar · 2 por resolver'])
  assert.deepEqual(words({ online: false, attention: 1 }), ['sin', 'Sin conexión', '1 por resolver'])
  assert.deepEqual(words({ online: false }), ['sin', 'Sin conexión', ''])
  assert.deepEqual(words({ online: true, pending: 4, sending: true, conflicts: 1 }), ['enviando', 'Enviando 4…', ''])
  assert.deepEqual(words({ online: true, attention: 1, conflicts: 1 }), ['conflicto', '', '2 por resolver'])
  assert.deepEqual(words({ online: true, progress: { received: 8200, total: 20500 } }), ['preparando', 'Preparando este equipo 40 %', ''])
  assert.equal(percent({ received: 5, total: 5 }), null)
  assert.equal(percent(null), null)
})

test('F18: the strip stands while there is no connection, turns grave after a day, and offers the file after three', () => {
  const now = at('2026-11-24T10:05:00')
  assert.equal(strip({ online: true, pending: 0 }, now).kind, '')
  assert.deepEqual(strip({ online: false, since: '2026-11-24T14:41:00Z' }, now), { kind: 'sin', since: at('2026-11-24T09:41:00'), file: false })
  const old = (hours) => strip({ online: true, pending: 2, oldest: now - hours * 3600_000 }, now)
  assert.deepEqual([old(23).kind, old(24).kind, old(71).file, old(72).file], ['', 'grave', false, true])
})

test('a log-in that has ended is asked for where something waits to be sent, and nowhere else', () => {
  const now = at('2026-11-24T10:05:00')
  const ended = { online: true, signIn: true, pending: 3, oldest: now - 80 * 3600_000, progress: { received: 1, total: 5 } }
  assert.deepEqual(words(ended), ['conflicto', '', 'Ingrese para enviar 3'])
  assert.equal(strip(ended, now).kind, 'ingreso')
  assert.deepEqual([changes(1), changes(3)], ['1 cambio', '3 cambios'])
  assert.equal(strip({ ...ended, pending: 0 }, now).kind, '')
  assert.equal(strip({ ...ended, online: false }, now).kind, 'grave')
  assert.deepEqual(words({ online: true, signIn: true, pending: 0 }), ['linea', 'En línea', ''])
})

test('moments are said in the clinic’s time', () => {
  const now = at('2026-11-24T10:05:00')
  assert.equal(since(at('2026-11-24T09:41:00'), now, lima), ' desde las 9:41')
  assert.equal(since(at('2026-11-24T01:05:00'), now, lima), ' desde la 1:05')
  assert.equal(since(at('2026-11-23T23:00:00'), now, lima), ' desde el lunes 23:00')
  assert.equal(since(null, now, lima), '')
})

test('what happened is told in words', () => {
  const now = at('2026-11-24T10:13:00')
  const back = { since: at('2026-11-24T09:41:00'), at: at('2026-11-24T10:12:00') }
  assert.deepEqual(contact({ online: true, back }, now, lima), { title: 'La conexión volvió a las 10:12', detail: 'Estuvo 31 minutos sin internet. Nada se perdió.' })
  assert.equal(contact({ online: true, back, signIn: true, pending: 1 }, now, lima).detail, 'Para enviar lo pendiente, ingrese otra vez.')
  assert.equal(contact({ online: false, since: back.since }, now, lima).title, 'Sin conexión desde las 9:41')
  assert.deepEqual(contact({ online: true }, now, lima), { title: 'En línea', detail: 'Todo enviado.' })
  assert.equal(contact({ online: true, attention: 1, conflicts: 2 }, now, lima).detail, 'Todo enviado; 3 por resolver.')
})
