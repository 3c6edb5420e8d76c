// What a device has not sent, as it lies on the disk: for the file of last resort, and for handing it in when the
// device is withdrawn. The server opens it with the key that only it has; no key is needed here.
import { find, storeOf } from './profiles.js'
import { base64 } from './seal.js'

// exported is that file's text: {device, wrappedByDevice, rows: [{n, state, id, iv, ct}]}, bytes in base64.
export async function exported(profile) {
  const { device, wrappedByDevice } = (await find(profile)) ?? {}
  if (!device) throw new Error('this device is not registered')
  const entries = await storeOf(profile).entries(['pending', 'inflight', 'attention'])
  const rows = entries.map(({ n, state, id, iv, ct }) => ({ n, state, id, iv: base64(iv), ct: base64(ct) }))
  return JSON.stringify({ device: device.id, wrappedByDevice, rows })
}

// handIn posts it with the device's own token; whoever is signed in does not matter.
export async function handIn(profile, token) {
  const body = await exported(profile)
  const { device } = await find(profile)
  const answer = await fetch('/api/v1/devices/handin', {
    method: 'POST', body, cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(60_000),
    headers: { 'Content-Type': 'application/json', 'X-Device-Id': device.id, 'X-Device-Token': token ?? device.token },
  })
  if (!answer.ok) throw new Error('handing in was answered with ' + answer.status)
}
