// What a page of the trial does: the real helpers, reachable by the trial's hands.
import { ask, holding, onState } from '../../js/worker.js'
import '../../js/sw-register.js'
import '../../js/device.js'

const states = []
onState((state) => states.push(state))

const key = () => crypto.subtle.importKey('raw', new Uint8Array(32).fill(7), 'AES-GCM', false, ['encrypt', 'decrypt'])

// store calls hampiStore in the worker.
async function store(call, ...args) {
  const answer = await fetch('/tienda', { method: 'POST', headers: { 'X-Equipo': '1' }, body: JSON.stringify({ call, args }) })
  return answer.status === 204 ? 'locked' : answer.json()
}

async function unlock(profile = 'norte.rosa', ms = 600_000) {
  await ask('profile.save', { profile: { id: profile, person: 'Rosa', clinic: 'Norte', wrapped: 'w', wrappedByDevice: 'wd', salt: 's', device: { id: 'd1', number: 1, token: 'ficha' } } })
  await ask('key', { profile, key: await key(), lockAt: Date.now() + ms })
}

const get = async (path, init) => { const a = await fetch(path, init); return { status: a.status, text: await a.text(), here: a.headers.has('X-Hampi-Equipo') } }

window.trial = { ask, holding, states, store, unlock, key, get }
document.addEventListener('equipo:retirado', (e) => { window.trial.withdrawn = e.detail.done })
