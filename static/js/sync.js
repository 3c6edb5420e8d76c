// Paints the badge, the strip, the line of a new version and the head of the page of synchronisation from what the
// service worker tells. Without a worker the browser's own word counts.
import htmx from 'htmx.org/dist/htmx.esm.js'
import { byID, on } from './dom.js'
import { badge, changes, contact, moment, since, strip } from './red.js'
import { ask, onState } from './worker.js'

// Above all else: the last state is painted as soon as it is asked for.
const strips = { sin: 'franja-sin-conexion', ingreso: 'franja-sin-ingreso', grave: 'franja-sin-enviar' }
let drawn = '' // the strip that stands

const zone = document.documentElement.dataset.zona ?? 'America/Lima' // the clinic's, whatever the browser thinks
const quiet = { online: navigator.onLine !== false, pending: 0 }
let last = remembered() ?? quiet
let heard = false // the worker has spoken

onState((state) => {
  const before = last
  heard = true
  last = { ...state, back: backOf(before, state) }
  remember(last)
  paint()
  if (changed(before, last)) htmx.trigger(document.body, 'red')
})

for (const event of ['online', 'offline']) {
  window.addEventListener(event, () => {
    if (heard && navigator.serviceWorker?.controller) return // the worker knows more than the cable
    last = { ...last, online: navigator.onLine, since: Date.now() }
    remember(last)
    paint()
  })
}
document.addEventListener('htmx:afterSwap', paintPage)
document.addEventListener('htmx:afterRequest', (e) => { // this browser keeps nothing, or is locked
  if (e.target.id !== 'equipo' || (e.detail.successful && e.detail.xhr.status !== 204)) return
  for (const el of e.target.querySelectorAll('[data-sin-equipo]')) el.hidden = false
})
document.addEventListener('desbloqueado', paint)
setInterval(paint, 60_000) // "hace un día" arrives by itself
paint()

function paint() {
  const look = badge(last)
  for (const el of document.querySelectorAll('[data-red]')) {
    el.dataset.e = look.e
    put(el.querySelector('[data-red-estado]'), look.word)
    put(el.querySelector('[data-red-cuenta]'), look.figure)
  }
  document.documentElement.dataset.red = last.online ? 'linea' : 'sin'
  paintStrip()
  for (const el of document.querySelectorAll('[data-red-version]')) el.hidden = !last.waiting
  paintPage()
}

// put writes only what is different: screen readers are not told the same twice.
function put(el, text) {
  if (el && el.textContent !== text) el.textContent = text
}

function paintStrip() {
  const place = document.querySelector('[data-red-franja]')
  if (!place) return
  const now = Date.now()
  const line = strip(last, now)
  const key = line.kind && `${line.kind} ${line.since} ${line.file} ${line.kind === 'ingreso' ? last.pending : ''}`
  if (key === drawn && Boolean(place.firstElementChild) === Boolean(key)) return
  drawn = key
  if (!key) return place.replaceChildren()
  announce(place, key)
  const content = byID(strips[line.kind]).content.cloneNode(true)
  put(content.querySelector('[data-red-desde]'), since(line.since, now, zone))
  put(content.querySelector('[data-red-cambios]'), changes(last.pending))
  const way = content.querySelector('[data-red-ingresar]')
  if (way) way.href = '/ingresar?volver=' + encodeURIComponent(location.pathname + location.search)
  const file = content.querySelector('[data-red-archivo]')
  if (file) file.hidden = !line.file
  place.replaceChildren(content)
  if (line.kind === 'grave') name(place)
}

// announce makes the strip speak the first time it says something, not on every page after.
function announce(place, key) {
  if (session('hampi.franja') === key) return place.removeAttribute('role')
  place.setAttribute('role', 'status')
  session('hampi.franja', key)
}

// name asks the device what exactly waits: names never leave it otherwise.
async function name(place) {
  try {
    const answer = await fetch('/sincronizacion/equipo/nombres', { headers: { 'X-Equipo': '1', 'HX-Request': 'true' } })
    if (answer.ok) put(place.querySelector('[data-red-nombres]'), (await answer.text()).trim())
  } catch { /* the figure in the badge stands */ }
}

// paintPage fills the parts of /sincronizacion that only the worker knows.
function paintPage() {
  const head = document.querySelector('[data-red-contacto]')
  if (!head) return
  const words = contact(last, Date.now(), zone)
  head.dataset.e = last.online ? 'linea' : 'sin'
  put(head.querySelector('[data-red-titulo]'), words.title)
  put(head.querySelector('[data-red-detalle]'), words.detail)
  for (const el of document.querySelectorAll('[data-red-version]')) el.hidden = !last.waiting
  paintSpace()
}

async function paintSpace() {
  const place = document.querySelector('[data-red-espacio]')
  if (!place || place.dataset.hecho || !navigator.storage?.estimate) return
  place.dataset.hecho = 'si'
  const { quota, usage } = await navigator.storage.estimate()
  const free = (quota - usage) / 1e9
  if (quota) place.textContent = free >= 1 ? `${Math.floor(free)} GB` : `${Math.max(1, Math.floor(free * 1000))} MB`
}

on('click', '[data-red-enviar]', async (button) => {
  button.setAttribute('aria-busy', 'true')
  try { await ask('sync', { hasty: true }) } catch { /* the badge says how it stands */ }
  button.removeAttribute('aria-busy')
  htmx.trigger(document.body, 'red')
})

on('click', '[data-red-archivo]', async () => {
  const text = await ask('export') // as it lies on the disk: sealed
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob([text])), download: 'hampi-sin-enviar.json' })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
})

// backOf remembers since when, and until when, there was no connection.
function backOf(before, state) {
  if (!state.online) return null
  if (before.online === false && before.since) return { since: moment(before.since), at: state.since ?? Date.now() }
  return before.back ?? null
}

const changed = (a, b) => ['online', 'signIn', 'pending', 'attention', 'conflicts'].some((key) => (a[key] ?? 0) !== (b[key] ?? 0))

// What the last page knew paints the next one at once: counts and moments, nothing of a person.
function remember(state) {
  const { online, since, pending, sending, attention, conflicts, oldest, progress, waiting, signIn, back } = state
  session('hampi.red', JSON.stringify({ online, since, pending, sending, attention, conflicts, oldest, progress, waiting, signIn, back }))
}

function remembered() {
  try { return JSON.parse(session('hampi.red')) } catch { return null }
}

function session(key, value) {
  try {
    if (value !== undefined) sessionStorage.setItem(key, value)
    return sessionStorage.getItem(key)
  } catch { return null } // a private window: the next state will do
}
