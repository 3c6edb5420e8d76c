import { test } from 'node:test'
import assert from 'node:assert/strict'
import { fromBase64, kekOf, newDEK, newSalt, pause, prepared, toBase64, typed, unwrap, wrap } from './vault.js'

const few = 1000 // rounds: the specs prove the way, not the time
const given = (more = {}) => ({
  id: 'd1', number: 3, token: 't', key: toBase64(new Uint8Array(32).fill(7)), strict: false, profile: 'norte.ana', person: 'Ana', email: 'ana@norte.pe',
  clinic: 'Norte', lockMinutes: 15, ...more,
})
const sealed = async (key) => {
  const iv = new Uint8Array(12)
  return { iv, ct: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new Uint8Array([1, 2, 3])) }
}
const opens = async (key, { iv, ct }) => new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, ct)).join() === '1,2,3'

test('a wrapped key opens by the same password, salt and profile alone', async () => {
  const salt = newSalt()
  const kek = await kekOf(await typed('tres gatos sobre el tejado'), salt, few)
  const wrapped = await wrap(await newDEK(), kek, 'a.b')
  assert.equal((await unwrap(wrapped, kek, 'a.b')).extractable, false)
  const wrong = await kekOf(await typed('tres gatos sobre el tejadO'), salt, few)
  const elsewhere = await kekOf(await typed('tres gatos sobre el tejado'), newSalt(), few)
  for (const [by, profile] of [[wrong, 'a.b'], [elsewhere, 'a.b'], [kek, 'a.c']]) {
    await assert.rejects(unwrap(wrapped, by, profile), { name: 'OperationError' })
  }
})

test('a password is the same however its accents were typed', async () => {
  const salt = newSalt()
  const wrapped = await wrap(await newDEK(), await kekOf(await typed('contrase\u00f1a'), salt, few), 'a.b')
  await unwrap(wrapped, await kekOf(await typed('contrasen\u0303a'), salt, few), 'a.b')
})

test('the first log-in makes a key, later ones find the same', async () => {
  const password = await typed('tres gatos sobre el tejado')
  const first = await prepared(given(), undefined, password, few)
  assert.equal(first.key.extractable, false)
  const text = await sealed(first.key)
  const again = await prepared(given({ token: undefined }), first.profile, password, few)
  assert.ok(await opens(again.key, text))
  assert.equal(again.profile.device.token, 't')
  assert.equal(again.profile.salt, first.profile.salt)
})

test('a password changed elsewhere orphans nothing: the device key opens, and the new password from then on', async () => {
  const first = await prepared(given(), undefined, await typed('tres gatos sobre el tejado'), few)
  const text = await sealed(first.key)
  const changed = await typed('cuatro perros bajo la mesa')
  const after = await prepared(given(), first.profile, changed, few)
  assert.ok(await opens(after.key, text))
  const kek = await kekOf(changed, after.profile.salt, few)
  assert.ok(await opens(await unwrap(after.profile.wrapped, kek, 'norte.ana'), text))
  const old = await kekOf(await typed('tres gatos sobre el tejado'), after.profile.salt, few)
  await assert.rejects(unwrap(after.profile.wrapped, old, 'norte.ana'))
})

test('a server that lost the device opens by the password, and wraps under the new device key', async () => {
  const password = await typed('tres gatos sobre el tejado')
  const first = await prepared(given(), undefined, password, few)
  const text = await sealed(first.key)
  const anew = given({ id: 'd2', token: 'u', key: toBase64(new Uint8Array(32).fill(9)) })
  const after = await prepared(anew, first.profile, password, few)
  assert.ok(await opens(after.key, text))
  assert.deepEqual(after.profile.device, { id: 'd2', number: 3, token: 'u' })
})

test('a store that neither opens is left to the caller', async () => {
  const first = await prepared(given(), undefined, await typed('tres gatos sobre el tejado'), few)
  const other = given({ key: toBase64(new Uint8Array(32).fill(9)) })
  assert.equal(await prepared(other, first.profile, await typed('cuatro perros bajo la mesa'), few), null)
})

test('a strict clinic keeps nothing that the password opens', async () => {
  const password = await typed('tres gatos sobre el tejado')
  const first = await prepared(given(), undefined, password, few)
  const strict = await prepared(given({ strict: true }), first.profile, password, few)
  assert.equal(strict.profile.wrapped, null)
  assert.ok(await opens((await prepared(given({ strict: true }), strict.profile, password, few)).key, await sealed(first.key)))
})

test('wrong passwords wait longer each time, the fifth a minute', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 9].map(pause), [1000, 2000, 4000, 8000, 60_000, 60_000])
})

test('base64 takes every byte there and back', () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i)
  assert.deepEqual(fromBase64(toBase64(all)), all)
})
