// Writes device_bundle.json: what a device hands in, sealed by the very code of the browser, for the specs to open.
//   node modules/sync/testdata/device_bundle.mjs > modules/sync/testdata/device_bundle.json
import { newDEK, toBase64, deviceKey, wrap } from '../../../static/js/vault.js'
import { base64, seal } from '../../../static/sw/seal.js'

const profile = '0190b0a0-0000-7000-8000-000000000001.0190b0a0-0000-7000-8000-000000000002'
const key = toBase64(crypto.getRandomValues(new Uint8Array(32)))
const dek = await newDEK()
const utf8 = new TextEncoder()

const operation = (n, name) => ({
  entity: 'patient', action: 'create', local_id: `0190b0a0-0000-7000-8000-0000000001${n}0`, data: { first_name: name },
  timestamp: '2026-11-22T10:00:00Z', op_id: `0190b0a0-0000-7000-8000-0000000002${n}0`, format: 1,
})

const rows = []
for (const [n, name] of [[1, 'Ñusta'], [2, 'Amaru']]) {
  const id = `row-${n}`
  const { iv, ct } = await seal(dek, utf8.encode(JSON.stringify(operation(n, name))), `queue|${id}|1`)
  rows.push({ n, state: 'pending', id, iv: base64(iv), ct: base64(ct) })
}
const bundle = { device: '0190b0a0-0000-7000-8000-000000000003', wrappedByDevice: await wrap(dek, await deviceKey(key), profile), rows }
console.log(JSON.stringify({ key, profile, bundle }, null, 2))
