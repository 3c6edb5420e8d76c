// What this browser keeps of a person: made ready when they sign in, opened at the lock and offline, left at Salir.
// A password typed in a form of ours is taken in here (never stored) until the server has accepted everything; then the
// data key goes to the service worker. Nothing of this ever keeps anybody from signing in or out.
import { on } from './dom.js'
import { ask } from './worker.js'
import { kekOf, prepared, typed, unwrap } from './vault.js'

const patience = 12_000 // ms that signing in waits for the store at most
let password = null     // { key: Promise<CryptoKey>, email } of the form sent last
let work = null         // the store is being prepared

const minute = 60_000
const inside = (el) => el?.closest?.('#ingreso, #bloqueo')

// The steps of signing in are one document, so the variable lives from the password to the last step.
document.addEventListener('htmx:configRequest', (e) => {
  const form = e.detail.elt.closest?.('form')
  const field = form?.elements.namedItem('password')
  if (!field?.value || !inside(form) || !crypto.subtle) return
  const borrowed = form.elements.namedItem('prestado')?.checked
  const email = form.elements.namedItem('email')?.value ?? form.elements.namedItem('usuario')?.value ?? ''
  password = borrowed ? null : { key: typed(field.value), email, profile: form.dataset.perfil ?? '' }
})

// Everything was accepted: the store first, then the page that the server named.
document.addEventListener('htmx:beforeOnLoad', (e) => {
  const to = e.detail.xhr.getResponseHeader('HX-Redirect')
  const region = inside(e.detail.elt)
  if (!to || !password || !region) return
  e.preventDefault()
  region.inert = true // the answer has come; nothing may be sent again meanwhile
  region.setAttribute('aria-busy', 'true')
  prepare().finally(() => go(to))
})

// The first second factor ends with codes to keep: the store is made while they are read.
document.addEventListener('htmx:afterSwap', () => {
  if (password && document.querySelector('#ingreso #codigos-recuperacion')) prepare()
})
on('click', '#ingreso a.btn', (link, e) => {
  if (!work) return
  e.preventDefault()
  work.finally(() => go(link.href))
})

// go leaves for a page; while somebody reads that this device was withdrawn, the notice leads there.
function go(address) {
  const onward = document.querySelector('[data-equipo-retirado] a')
  if (!onward) return location.assign(address)
  onward.href = address
  onward.textContent = 'Continuar'
}

// The lock of a page opens at once; its store follows. The form is out of the page by then: htmx tells it of the body.
document.addEventListener('htmx:afterRequest', (e) => {
  if (e.detail.xhr?.status === 204 && e.detail.requestConfig?.elt?.matches('form[data-perfil]')) prepare()
})

// prepare opens the store for what was typed. It never fails and never lasts.
function prepare() {
  const given = password
  password = null
  if (!given) return work ?? Promise.resolve()
  work = within(patience, given.profile ? reopen(given) : enrol(given)).catch(() => {}).finally(() => { work = null })
  return work
}

const within = (ms, promise) => Promise.race([promise, new Promise((_, reject) => { setTimeout(reject, ms, new Error('too slow')) })])

// ready waits for a worker that is being installed.
const ready = () => (navigator.serviceWorker ? within(patience / 2, navigator.serviceWorker.ready) : Promise.reject(new Error('no worker')))

// reopen opens what lies here with the password alone, and else as a log-in does.
async function reopen(given) {
  await ready()
  const profile = (await ask('profiles')).find((p) => p.id === given.profile)
  if (profile?.wrapped && await openHere(profile, await given.key)) return
  await enrol(given)
}

// openHere unwraps a profile's key and hands it to the worker; false when the password is another.
export async function openHere(profile, key) {
  let dek
  try {
    dek = await unwrap(profile.wrapped, await kekOf(key, profile.salt), profile.id)
  } catch (error) {
    if (error.name === 'OperationError') return false
    throw error
  }
  await hand(profile, dek)
  return true
}

const hand = (profile, key) => ask('key', { profile: profile.id, key, lockAt: Date.now() + (profile.minutes || 15) * minute })

// enrol registers this browser, makes or opens the data key, and keeps the profile.
async function enrol(given) {
  await ready()
  const known = await ask('profiles')
  const same = known.find((p) => p.id === given.profile) ?? known.find((p) => p.email && p.email === given.email.trim().toLowerCase())
  const answer = await fetch('/equipo', { method: 'POST', body: new URLSearchParams({ equipo: same?.device?.id ?? '' }), headers: { Accept: 'application/json' } })
  if (answer.status === 409 && same && (await code(answer)) === 'device_revoked') return withdraw(same)
  if (!answer.ok) return
  const device = await answer.json()
  const before = known.find((p) => p.id === device.profile)
  const key = await given.key
  let made = await prepared({ ...device, email: device.email.toLowerCase() }, before, key)
  if (!made) {
    if (before.pending || before.attention) return // nobody can open it here; the clinic may yet open its file
    await ask('wipe', { profile: before.id })
    made = await prepared({ ...device, email: device.email.toLowerCase() }, undefined, key)
  }
  await ask('profile.save', { profile: made.profile })
  await hand(made.profile, made.key)
}

const code = (answer) => answer.json().then((problem) => problem.code, () => '')

// withdraw lets a withdrawn device hand in what it has not sent, once, and forget it; its person is told.
const withdraw = async (profile) => tellWithdrawn(await ask('withdrawn', { profile: profile.id }))

// The clinic has withdrawn this device: its person is told, over whatever the page shows, and signs in anew.
document.addEventListener('equipo:retirado', ({ detail }) => tellWithdrawn(detail.done))

function tellWithdrawn(done) {
  if (document.querySelector('[data-equipo-retirado]')) return
  const dialog = document.createElement('dialog')
  dialog.className = 'dialogo'
  dialog.dataset.equipoRetirado = ''
  dialog.setAttribute('aria-labelledby', 'retirado-titulo')
  dialog.innerHTML = `<div class="marco"><header class="marco-cabeza"><h2 id="retirado-titulo">La administración retiró este equipo</h2></header>
    <div class="marco-cuerpo"><p>${done ? withdrawn : handsInLater}</p></div>
    <footer class="marco-pie"><a class="btn" href="/ingresar" autofocus>Ingresar</a></footer></div>`
  dialog.addEventListener('cancel', (e) => e.preventDefault())
  document.documentElement.append(dialog) // the lock redraws the body
  dialog.showModal()
}

const withdrawn = 'Lo que no se había enviado fue entregado para revisión. Lo guardado aquí se borró.'
const handsInLater = 'Lo que no se había enviado sigue aquí, cifrado, y se entrega para revisión cuando la clínica conteste.'

on('click', '[data-cambiar-persona]', (link, e) => { // only locks: what is kept stays, sealed
  e.preventDefault()
  ask('lock').catch(() => {}).finally(() => location.assign(link.href))
})
