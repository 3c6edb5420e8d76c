// Whether the server can be reached. What was learned is kept in Cache Storage, so that a restarted worker does not
// wait for a silent server again; after two minutes it counts as not known.
import { leave } from './life.js'

export const MEMORY = 'hampi-estado' // the cache of what the worker remembers of its surroundings; never of people
const fresh = 120_000, pause = 5_000, limit = 2_000
let state = null // { online: true | false | null, since, at }
let probing = null
let probed = 0
const changed = []

// onChange is told when the server comes or goes.
export const onChange = (listen) => changed.push(listen)

// absent: an answer that a proxy gave in the server's place.
export const absent = (response) => response.type !== 'opaqueredirect' && response.status >= 500 && !response.headers.has('X-Hampi')

// ours: an answer of the server itself; a redirect's headers are hidden from workers.
export const ours = (response) => response.type === 'opaqueredirect' || response.headers.has('X-Hampi')

const remembered = async (name) => (await caches.match(name, { cacheName: MEMORY }).catch(() => null))?.json().catch(() => null)
export const recall = (name) => remembered('/' + name)
export const remember = async (name, value) => (await caches.open(MEMORY)).put('/' + name, new Response(JSON.stringify(value)))

async function now(clock = Date.now()) {
  state ??= (await recall('red')) ?? { online: null, since: clock, at: 0 }
  if (state.online === false && clock - state.at > fresh) state = { online: null, lapsed: true, since: state.since, at: clock }
  return state
}

// offline reports whether the server is known to be away.
export async function offline() { return navigator.onLine === false || (await now()).online === false }

export async function report() {
  const { online, since } = await now()
  return { online: navigator.onLine !== false && online !== false, since }
}

export const reached = () => set(true)
export const unreached = () => set(false)

async function set(online, clock = Date.now()) {
  const before = await now()
  const turned = before.online !== online
  if (!turned && (online || clock - before.at < 30_000)) return
  const back = online && (before.online === false || before.lapsed === true)
  const goesOn = !turned || (!online && before.lapsed) // still away after a while of not knowing
  state = { online, since: goesOn ? before.since : clock, at: clock }
  await remember('red', state).catch(() => {}) // a full disk costs two seconds later on
  if (turned) for (const listen of changed) listen(online, back)
}

// probe asks the server whether it is there: one question at a time, five seconds apart unless asked for by a person.
export function probe(now = false) {
  if (!now && Date.now() - probed < pause) return probing ?? Promise.resolve(false)
  probing ??= question().finally(() => { probing = null })
  return probing
}

async function question() {
  probed = Date.now()
  try {
    const answer = await fetch('/api/v1/client', { cache: 'no-store', signal: AbortSignal.timeout(limit) })
    if (!answer.headers.has('X-Hampi')) throw new Error('not the server')
    const said = answer.ok ? await answer.json().catch(() => ({})) : {}
    if (said.unregister) return leave().then(() => false)
    await reached()
    return true
  } catch {
    await unreached()
    return false
  }
}

// send is how the app in the browser posts: a plain fetch that gives up. retryAfter is in seconds.
export async function send(path, headers, body) {
  const patience = 30_000 + (body?.length ?? 0) / 50
  let answer
  try {
    answer = await fetch(path, { method: 'POST', headers, body, redirect: 'error', cache: 'no-store', signal: AbortSignal.timeout(patience) })
    const bytes = new Uint8Array(await answer.arrayBuffer())
    await (absent(answer) ? unreached() : reached())
    return { status: answer.status, headers: [...answer.headers], body: bytes, retryAfter: Number(answer.headers.get('Retry-After')) || 0 }
  } catch (error) {
    await unreached()
    throw error
  }
}
