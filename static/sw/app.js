// The app in the browser: Go as WebAssembly, started when it is first needed and anew after it died.
//
// Go calls hampiReady(), hampiStore, hampiPost and hampiTable; it offers hampiAnswer(method, url, headers, body),
// hampiCan(method, url) and hampiSync().
import { kept, own } from './shell.js'
import * as keys from './key.js'

const patience = 10_000 // ms for one answer
if (own('wasm_exec.js')) importScripts(own('wasm_exec.js').url) // only scripts imported at installation may be imported later

let instance = null // { go, answer, can, sync, waiting, profile }
let booting = null

// boot gives the running instance, starting one where there is none.
function boot() {
  if (instance) return Promise.resolve(instance)
  booting ??= start().finally(() => { booting = null })
  return booting
}

async function start() {
  if (!own('app.wasm')) throw new Error('built without the app')
  const go = new Go()
  const made = { go, waiting: new Set(), profile: keys.current()?.profile ?? '' }
  const program = await WebAssembly.instantiate(await compiled(), go.importObject)
  const up = new Promise((resolve) => { self.hampiReady = resolve })
  const ended = go.run(program).then(() => new Error('the app ended'), (error) => error)
  ended.then((why) => die(made, why))
  await Promise.race([up, ended.then((why) => { throw why }), late(patience)])
  const { hampiAnswer: answer, hampiCan: can, hampiSync: sync } = self
  instance = Object.assign(made, { answer, can, sync })
  return instance
}

async function compiled() {
  return WebAssembly.compileStreaming(await kept(own('app.wasm').url))
}

// die ends an instance for good: nothing that waits for it hangs, and no late timer or promise wakes it again, so
// that it never touches the store of whoever comes next.
function die(dead, why) {
  if (!dead) return
  if (instance === dead) instance = null
  dead.go.exited = true
  for (const timer of dead.go._scheduledTimeouts?.values() ?? []) clearTimeout(timer)
  for (const reject of dead.waiting) reject(why)
  dead.waiting.clear()
}

const closed = new Error('the app was closed')

// drop forgets what the running instance has opened.
export const drop = () => die(instance, closed)
keys.onDrop(drop)

const fatal = (error) => error instanceof WebAssembly.RuntimeError || error instanceof RangeError
addEventListener('unhandledrejection', (event) => ended(event, event.reason))
addEventListener('error', (event) => ended(event, event.error))

// ended tells a broken instance from the last words of one that is gone.
function ended(event, error) {
  if (fatal(error)) die(instance, error)
  if (error?.message === 'Go program has already exited') event.preventDefault()
}

const late = (ms) => new Promise((_, reject) => setTimeout(reject, ms, new Error('the app does not answer')))

// during waits for work of an instance, ends with it, and ends it when it takes longer than ms.
function during(running, ms, work) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => die(running, new Error('the app does not answer')), ms)
    const done = () => { clearTimeout(timer); running.waiting.delete(reject) }
    running.waiting.add(reject)
    new Promise((begin) => begin(work())).then(resolve, reject).finally(done)
    if (running.go.exited) reject(new Error('the app ended'))
  })
}

// asked lets the app work for a request. A question that came in the middle of the lock is put again to the next
// instance, which has nothing open; a write never is.
async function asked(reads, work) {
  const running = await boot()
  try {
    return await during(running, patience, () => work(running))
  } catch (error) {
    if (error !== closed || !reads) throw error
    const next = await boot()
    return during(next, patience, () => work(next))
  }
}

// can tells whether the app has a page for that; false where it cannot be started.
export async function can(method, url) {
  try {
    return Boolean(await asked(true, ({ can }) => (can ? can(method === 'HEAD' ? 'GET' : method, url) : true)))
  } catch {
    return false
  }
}

// answer gives the app's response, or null when it has no such page. question: { method, url, headers, body }.
export async function answer({ method, url, headers, body }) {
  const given = await asked(body === null, (running) => running.answer(method, url, headers, body))
  const answered = new Headers(given.headers)
  if (answered.has('X-Hampi-Cannot')) return null
  answered.set('X-Hampi-Equipo', '1')
  const empty = method === 'HEAD' || [204, 205, 304].includes(given.status)
  return new Response(empty ? null : given.body, { status: given.status, headers: answered })
}

// synchronise sends and fetches one chunk and gives Go's report.
export async function synchronise() {
  const running = await boot()
  if (!running.sync) return {}
  return (await during(running, 240_000, () => running.sync())) ?? {}
}
