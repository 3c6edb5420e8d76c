// Talking with the service worker, which alone holds the store of this device.
//
//   ask(type, data) → Promise   rejects with the worker's error, or with "sin equipo" where there is no worker
//
//   profiles                          who has a store here: [{id, person, clinic, salt, wrapped, …, pending, attention, conflicts, oldest}]
//   profile.save {profile}            keeps {id: "<clinic>.<user>", person, clinic, salt, wrapped, wrappedByDevice, device: {id, number, token}, strict} or lays fields over it
//   key {profile, key, lockAt}        unlocks: a CryptoKey (AES-GCM, not extractable), lockAt in ms of the clock
//   activity {lockAt}                 somebody works here; sent on at most each 30 s
//   lock                              drops the key here, in the worker and in every page
//   wipe {profile?}                   forgets a person's store (the open one); what is unsent is lost: ask first
//   export {profile?} → text          what is unsent, as it lies on the disk (JSON)
//   withdrawn {profile?}              hands that text in with the device's token and forgets the person → done
//   sync {hasty?} → state             sends and fetches now; hasty: a person asked
//   probe → bool                      is the server there
//   state → state                     {online, since, pending, sending, attention, conflicts, oldest, progress, more, signIn, upgrade, failed, version, waiting, profile, key}
//   can {paths} → [bool]             whether the app in the browser has a page for each address
//   calm → bool                       no page holds anything typed
//
// onState(fn) calls fn with every new state (and the last one at once). The document hears "equipo:bloqueado" when the
// key went and "equipo:retirado" {done} when the clinic withdrew this device, done when all was handed in.
import { dirty } from './dirty.js'

const worker = navigator.serviceWorker
const listeners = new Set()
let copy = null // the key this page keeps for the worker: { profile, key, lockAt }
let latest = null
let told = 0
const patience = { sync: 300_000, withdrawn: 90_000, export: 60_000, wipe: 60_000 }

export function onState(listen) {
  listeners.add(listen)
  if (latest) listen(latest)
  return () => listeners.delete(listen)
}

// holding is the profile whose key this page keeps, '' while locked.
export const holding = () => (copy && Date.now() < copy.lockAt ? copy.profile : '')

export async function ask(type, data = {}) {
  if (type === 'key') copy = { profile: data.profile, key: data.key, lockAt: data.lockAt }
  if (type === 'lock' || type === 'wipe') copy = null
  if (type === 'activity') {
    if (copy && Date.now() < copy.lockAt) copy.lockAt = Math.max(copy.lockAt, data.lockAt)
    if (Date.now() - told < 30_000) return undefined
    told = Date.now()
  }
  return post(await active(), { ...data, type }, patience[type] ?? 10_000)
}

async function active() {
  const found = worker && (worker.controller ?? (await worker.getRegistration())?.active)
  if (!found) throw new Error('sin equipo')
  return found
}

function post(target, message, ms) {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel()
    const timer = setTimeout(() => finish(reject, new Error('el equipo no contesta')), ms)
    const finish = (settle, value) => { clearTimeout(timer); port1.close(); settle(value) }
    port1.onmessage = ({ data }) => data.error ? finish(reject, Object.assign(new Error(data.error.message), { name: data.error.name })) : finish(resolve, data.value)
    target.postMessage(message, [port2])
  })
}

const hears = {
  'key?': (_, port) => port.postMessage(holding() ? copy : null),
  'dirty?': (_, port) => port.postMessage(dirty()),
  lockAt: ({ profile, lockAt }) => { if (copy?.profile === profile) copy.lockAt = Math.max(copy.lockAt, lockAt) },
  lock({ profile }) {
    if (copy && profile && copy.profile !== profile) return
    copy = null
    document.dispatchEvent(new CustomEvent('equipo:bloqueado', { detail: { profile } }))
  },
  state(state) {
    latest = state
    watch(state.online)
    for (const listen of listeners) listen(state)
  },
  revoked: ({ done }) => document.dispatchEvent(new CustomEvent('equipo:retirado', { detail: { done } })),
}

// hello takes a copy of the key, so that the worker may be stopped at any time, and says whose page this is.
async function hello() {
  const { key, state } = await ask('hello', { profile: document.documentElement.dataset.perfil ?? '', paths: paths() })
  if (key) copy = key
  hears.state(state)
  return state
}

const paths = () => document.querySelector('meta[name="hampi-equipo"]')?.content.split(' ').filter(Boolean)

// tick sends and fetches; a first download goes on chunk by chunk while somebody looks.
async function tick() {
  if (document.hidden) return
  const state = await ask('sync')
  if (state?.more && state.key && state.online && !state.failed) setTimeout(quietly, 1000, tick)
}

// watch asks for a server that is away again, soon at first; then each tick does.
const soon = [5_000, 10_000, 20_000]
let asked = 0
let waiting = 0

function watch(online) {
  if (online) asked = 0
  if (online || waiting || asked >= soon.length) return
  waiting = setTimeout(quietly, soon[asked++], async () => {
    waiting = 0
    if (!document.hidden && await ask('probe')) return tick()
    watch(latest?.online)
  })
}

const quietly = (work) => work().catch(() => {})

if (worker) {
  worker.addEventListener('message', ({ data, ports }) => hears[data?.type]?.(data, ports[0]))
  worker.startMessages()
  worker.addEventListener('controllerchange', () => quietly(hello))
  const begin = () => quietly(async () => { await hello(); await tick() })
  begin()
  setInterval(quietly, 55_000 + Math.random() * 10_000, tick)
  window.addEventListener('online', () => quietly(async () => { await ask('probe'); await tick() }))
  window.addEventListener('offline', () => quietly(() => ask('state').then(hears.state)))
  document.addEventListener('visibilitychange', () => quietly(tick))
  window.addEventListener('pageshow', (e) => { // back from the browser's memory: whatever happened since
    if (!e.persisted) return
    const before = copy?.profile
    copy = null
    quietly(async () => { if (before && !(await hello()).key) hears.lock({}) })
  })
}
