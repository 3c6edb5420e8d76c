// AES-256-GCM as the store uses it: 12 random bytes for each value, and the value's place as additional data, so that
// a value moved elsewhere does not open.
const utf8 = new TextEncoder()

// seal gives {iv, ct} of bytes.
export async function seal(key, bytes, place) {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const ct = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8.encode(place) }, key, bytes)
  return { iv, ct: new Uint8Array(ct) }
}

// open gives the bytes of {iv, ct}; an OperationError when the key or the place is another.
export async function open(key, { iv, ct }, place) {
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: utf8.encode(place) }, key, ct))
}

// base64 writes bytes as files and requests carry them.
export function base64(bytes) {
  let text = ''
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(text)
}
