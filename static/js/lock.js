// The screen lock. After data-bloqueo-min idle minutes the page's content leaves
// the document into this module and the unlock form of GET /bloqueo takes its
// place. HX-Trigger "desbloqueado" brings everything back: text, scroll, focus.
// All tabs lock and unlock together.
//
//   PUT /bloqueo             locks the session now (the button, G L, a tab's idle end)
//   GET /bloqueo             the unlock form (fragment); it posts to POST /bloqueo
//   POST /bloqueo/actividad  somebody works here without asking the server (at most once a minute)
//   423                      any answer saying "locked" locks this page
//
// The device's store locks with it: the worker drops the key at the button and at the idle end, and its own lock time
// moves with what is done here. Without connection the same form opens the store alone (unlock.js).
import htmx from 'htmx.org/dist/htmx.esm.js'
import { byID, firstFocusable, on } from './dom.js'
import { ask as equipo } from './worker.js'

const minutes = Number(document.documentElement.dataset.bloqueoMin || 0)
const beat = 60_000
const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('hampi.bloqueo') : null
let away = null // { content, scrolls, focus, dialogs, title } while locked
let lastMove = Date.now()
let lastHeard = Date.now() // the server last saw this person
let beats = true
let leaving = false // the key goes because the person goes

export const locked = () => away !== null

// holdLock keeps the page as it is while its person leaves.
export function holdLock(on) { leaving = on }

// leaveTabs takes the other tabs out with this one.
export const leaveTabs = () => { if (minutes > 0) tabs?.postMessage('salir') }

if (minutes > 0) {
  for (const event of ['pointerdown', 'keydown', 'wheel', 'touchstart', 'input']) document.addEventListener(event, moved, { capture: true, passive: true })
  setInterval(look, 5000)
  document.addEventListener('visibilitychange', look) // timers sleep with the laptop; the clock does not
  window.addEventListener('pageshow', look)
  on('click', '[data-bloquear]', () => lock(true))
  on('click', '[data-bloqueo-reintentar]', () => ask())
  document.addEventListener('equipo:bloqueado', () => { if (!leaving) lock(false) })
  document.addEventListener('desbloqueado', () => { unlock(); tabs?.postMessage('desbloqueado') })
  document.addEventListener('htmx:afterRequest', (e) => {
    if (e.detail.xhr?.status === 423) lock(false)
    else if (!e.detail.requestConfig?.headers?.['X-Vivo']) lastHeard = Date.now()
  })
  if (tabs) tabs.onmessage = ({ data }) => {
    if (data === 'bloqueado') lock(false)
    else if (data === 'desbloqueado') unlock()
    else if (data === 'salir') location.assign('/ingresar')
    else if (data === 'actividad') lastMove = Math.max(lastMove, Date.now())
  }
}

function moved() {
  if (away) return
  const now = Date.now()
  if (now - lastMove > minutes * 60_000) return void look() // woken by this very touch: too late
  if (now - lastMove > 5000) tabs?.postMessage('actividad')
  lastMove = now
  equipo('activity', { lockAt: now + minutes * 60_000 }).catch(() => {}) // works without one
  if (beats && now - lastHeard > beat) {
    lastHeard = now
    fetch('/bloqueo/actividad', { method: 'POST', keepalive: true }).then((r) => {
      if (r.status === 423) lock(false)
      else if (r.status === 404) beats = false
    }).catch(() => {})
  }
}

function look() {
  if (!away && Date.now() - lastMove > minutes * 60_000) lock(true)
}

export async function lock(tell) {
  if (away || minutes === 0) return
  putAway()
  if (tell) {
    equipo('lock').catch(() => {})
    tabs?.postMessage('bloqueado')
    await fetch('/bloqueo', { method: 'PUT', keepalive: true }).catch(() => {})
  }
  await ask()
}

// putAway moves the content out at once, before any answer.
function putAway() {
  const focus = document.activeElement
  const scrolls = [document.scrollingElement, ...document.body.querySelectorAll('*')].filter((el) => el.scrollTop || el.scrollLeft).map((el) => [el, el.scrollTop, el.scrollLeft])
  const dialogs = [...document.querySelectorAll('dialog:modal')]
  dialogs.forEach((d) => d.removeAttribute('open')) // no close event: its content must stay
  const content = document.createDocumentFragment()
  const spare = byID('bloqueo-respaldo')?.content.cloneNode(true)
  content.append(...document.body.childNodes)
  away = { content, scrolls, focus, dialogs, title: document.title }
  document.title = 'Pantalla bloqueada · Hampi'
  if (spare) document.body.append(spare)
}

async function ask() {
  try {
    const answer = await fetch('/bloqueo', { headers: { 'HX-Request': 'true', Accept: 'text/html' } })
    if (!away) return
    if (answer.redirected || answer.status === 401) return void location.assign('/ingresar') // the session is over
    if (!answer.ok) return
    document.body.innerHTML = await answer.text()
    htmx.process(document.body)
    document.dispatchEvent(new CustomEvent('bloqueo:formulario'))
    firstFocusable(document.body)?.focus()
  } catch { /* no network: the spare page with Reintentar stands */ }
}

function unlock() {
  if (!away) return
  const page = document.documentElement.dataset.perfil
  const person = document.querySelector('form[data-perfil]')?.dataset.perfil
  if (page && person && page !== person) return void location.replace('/') // another person's page does not come back
  const { content, scrolls, focus, dialogs, title } = away
  away = null
  lastMove = lastHeard = Date.now()
  document.body.replaceChildren(content)
  document.title = title
  for (const d of dialogs) d.showModal()
  for (const [el, top, left] of scrolls) el.scrollTo(left, top)
  if (focus?.isConnected) focus.focus({ preventScroll: true })
}
