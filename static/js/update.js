// New versions: looked for at the start, hourly and when the connection is back; taken over when no page holds
// anything typed and nobody has touched this one for a minute, or at once when a person says so (data-actualizar).
import { on } from './dom.js'
import { ask } from './worker.js'
import { dirty } from './dirty.js'

const hour = 3600_000, rest = 60_000
const memory = 'hampi.revisado'
let touched = Date.now()
let reloading = false

// withdrawn asks the server whether the app in the browser is to be given up; false when nobody answers.
export async function withdrawn() {
  const answer = await fetch('/api/v1/client', { cache: 'no-store', signal: AbortSignal.timeout(5000) }).catch(() => null)
  return answer?.ok ? (await answer.json().catch(() => ({}))).unregister === true : false
}

// giveUp takes this browser back to the network. What people entered (IndexedDB) stays.
async function giveUp(registration) {
  for (const name of await caches.keys()) await caches.delete(name)
  await registration.unregister()
  location.reload()
}

// follow keeps registration fresh for as long as the page is open.
export function follow(registration) {
  const controlled = Boolean(navigator.serviceWorker.controller)
  for (const event of ['pointerdown', 'keydown', 'input']) document.addEventListener(event, () => { touched = Date.now() }, { capture: true, passive: true })
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (!controlled || reloading || dirty()) return // the first worker changes nothing; what is typed stays and works through the new one
    reloading = true
    location.reload()
  })
  on('click', '[data-actualizar]', () => take(registration))
  const look = () => quietly(() => check(registration))
  look()
  setInterval(look, rest)
  window.addEventListener('online', () => quietly(() => registration.update()))
  document.addEventListener('visibilitychange', () => quietly(() => offer(registration)))
}

async function check(registration) {
  await offer(registration)
  if (Date.now() - looked() < hour) return
  try { localStorage.setItem(memory, String(Date.now())) } catch { /* a private window looks each time */ }
  if (await withdrawn()) return giveUp(registration)
  await registration.update()
}

function looked() {
  try { return Number(localStorage.getItem(memory) ?? 0) } catch { return 0 }
}

// offer lets a waiting version take over at a moment that disturbs nobody.
async function offer(registration) {
  if (!registration.waiting || (!document.hidden && Date.now() - touched < rest)) return
  if (await ask('calm')) take(registration)
}

const take = (registration) => registration.waiting?.postMessage({ type: 'SKIP' })

const quietly = (work) => Promise.resolve().then(work).catch(() => {})
