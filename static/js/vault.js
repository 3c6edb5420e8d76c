// The keys of a device's store. A random data key (DEK) seals what the device keeps; it lies on the disk wrapped twice,
// under a key that comes from the password and under the device's own key, which the server hands out after a log-in.
// Pure: no document, no network, no store.

const iterations = 1_000_000
const utf8 = new TextEncoder()
const place = (profile) => utf8.encode(`dek|${profile}|1`) // modules/sync/device_bundle.go reads the same
const gcm = { name: 'AES-GCM', length: 256 }

export const toBase64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
export const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))

export const newSalt = () => toBase64(crypto.getRandomValues(new Uint8Array(16)))

// typed takes a password in, so that the password itself need not be kept until its salt is known.
export const typed = (password) => crypto.subtle.importKey('raw', utf8.encode(password.normalize('NFC')), 'PBKDF2', false, ['deriveKey'])

// kekOf is the key that a typed password opens a profile with; it takes about 0.1 s.
export const kekOf = (password, salt, rounds = iterations) =>
  crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt: fromBase64(salt), iterations: rounds }, password, gcm, false, ['wrapKey', 'unwrapKey'])

// deviceKey takes in the 32 bytes that the server keeps for this device.
export const deviceKey = (text) => crypto.subtle.importKey('raw', fromBase64(text), gcm, false, ['wrapKey', 'unwrapKey'])

// newDEK makes a data key. It can be taken out of the browser's hands only so that it can be wrapped.
export const newDEK = () => crypto.subtle.generateKey(gcm, true, ['encrypt', 'decrypt'])

// wrap gives {iv, ct} in base64, bound to the profile.
export async function wrap(dek, by, profile) {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const ct = await crypto.subtle.wrapKey('raw', dek, by, { name: 'AES-GCM', iv, additionalData: place(profile) })
  return { iv: toBase64(iv), ct: toBase64(ct) }
}

// unwrap opens it: an OperationError when the password, the device or the profile is another. Only a key that is to be
// wrapped again is extractable.
export const unwrap = ({ iv, ct }, by, profile, extractable = false) =>
  crypto.subtle.unwrapKey('raw', fromBase64(ct), by, { name: 'AES-GCM', iv: fromBase64(iv), additionalData: place(profile) }, gcm, extractable, ['encrypt', 'decrypt'])

// prepared is a profile as it is to be kept after a log-in, with its key for the worker. given is the server's answer,
// before the profile as it lies here (or nothing), password what was typed. It answers null when there is a store here
// that neither opens: the caller decides about it.
export async function prepared(given, before, password, rounds = iterations) {
  const byDevice = await deviceKey(given.key)
  const salt = before?.salt ?? newSalt()
  const byPassword = await kekOf(password, salt, rounds)
  const dek = before ? await either(before, byPassword, byDevice) : await newDEK()
  if (!dek) return null
  const wrappedByDevice = await wrap(dek, byDevice, given.profile)
  const profile = {
    id: given.profile, person: given.person, email: given.email, clinic: given.clinic, minutes: given.lockMinutes, strict: given.strict, salt,
    wrapped: given.strict ? null : await wrap(dek, byPassword, given.profile), wrappedByDevice,
    device: { id: given.id, number: given.number, token: given.token ?? before?.device?.token ?? '' },
  }
  return { profile, key: await unwrap(wrappedByDevice, byDevice, given.profile) }
}

// either opens a profile's data key by the password or, when that was changed elsewhere, by the device's key.
async function either(profile, byPassword, byDevice) {
  for (const [wrapped, by] of [[profile.wrapped, byPassword], [profile.wrappedByDevice, byDevice]]) {
    const dek = wrapped && await unwrap(wrapped, by, profile.id, true).catch(() => null)
    if (dek) return dek
  }
  return null
}

// pause is how many ms after the nth wrong password in a row the next may be tried; the fifth asks for a minute.
export const pause = (wrong) => (wrong < 5 ? 500 * 2 ** wrong : 60_000)
