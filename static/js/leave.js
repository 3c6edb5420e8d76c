// Salir: names what this device has not sent, and only then forgets everything of this person. Without a store it is a
// plain form.
import { byID, on } from './dom.js'
import { holdLock, leaveTabs, lock } from './lock.js'
import { ask } from './worker.js'

const later = 'hampi.salida' // somebody left while there was no server: the log-in there is still to be ended

finishLeaving()
window.addEventListener('online', finishLeaving)

on('submit', '[data-salir]', async (form, e) => {
  if (form.dataset.decidido) return
  e.preventDefault()
  const state = await ask('state').catch(() => null)
  const profile = state?.profile || document.documentElement.dataset.perfil
  const known = state && profile ? await ask('profiles').catch(() => []) : []
  const mine = known.find((p) => p.id === profile)
  if (!mine) return send(form, known.length === 0 && Boolean(state))
  const unsent = (mine.pending ?? 0) + (mine.attention ?? 0)
  if (!unsent && state.online) return leave(form, mine, known)
  dialog(form, mine, known, unsent, state.online)
})

// dialog asks; every way out but one keeps the work.
async function dialog(form, mine, known, unsent, online) {
  byID('salida')?.remove()
  const box = Object.assign(document.createElement('dialog'), { id: 'salida', className: 'dialogo' })
  box.setAttribute('aria-labelledby', 'salida-titulo')
  const frame = part(box, 'div', 'marco')
  part(frame, 'h2', 'text-lg font-semibold p-4 pb-0', title(unsent)).id = 'salida-titulo'
  const text = part(frame, 'p', 'p-4', unsent ? 'Al salir se borra lo que guarda este equipo.' : 'Se borra lo que guarda este equipo, y para volver a entrar hace falta internet.')
  const line = part(frame, 'p', 'px-4 font-medium')
  line.setAttribute('role', 'status')
  const row = part(frame, 'div', 'flex flex-wrap gap-2 p-4')
  if (unsent && online) button(row, 'Enviar ahora y salir', '', async () => {
    line.textContent = 'Enviando…'
    await ask('sync', { hasty: true }).catch(() => {})
    const now = (await ask('profiles')).find((p) => p.id === mine.id)
    const left = (now?.pending ?? 0) + (now?.attention ?? 0)
    if (!left) return leave(form, mine, known)
    line.textContent = title(left) + ' No se envió todo.'
  })
  button(row, 'Solo bloquear', online && unsent ? 'outline' : '', () => { box.close(); lock(true) })
  if (unsent) button(row, 'Guardar archivo cifrado y salir', 'outline', async () => {
    download(await ask('export', { profile: mine.id }))
    await leave(form, mine, known)
  })
  else button(row, 'Salir y borrar', 'peligro', () => leave(form, mine, known))
  button(row, 'Volver', 'ghost', () => box.close())
  box.addEventListener('close', () => box.remove())
  document.body.append(box)
  box.showModal()
  if (unsent) text.append(' ' + (await names()))
}

const title = (n) => (!n ? '¿Salir sin conexión?' : n === 1 ? 'Hay 1 cambio sin enviar.' : `Hay ${n} cambios sin enviar.`)

// names asks the device itself what waits and what was refused: it never leaves it otherwise.
async function names() {
  try {
    const answer = await fetch('/sincronizacion/equipo/nombres?rechazados', { headers: { 'X-Equipo': '1', 'HX-Request': 'true' } })
    return answer.ok ? (await answer.text()).trim() : ''
  } catch { return '' }
}

function part(into, tag, classes, text = '') {
  const el = Object.assign(document.createElement(tag), { className: classes, textContent: text })
  into.append(el)
  return el
}

function button(row, text, variant, act) {
  const el = part(row, 'button', 'btn', text)
  el.type = 'button'
  if (variant) el.dataset.variant = variant
  el.addEventListener('click', async () => {
    if (el.ariaBusy === 'true') return
    el.ariaBusy = 'true'
    try { await act() } catch { row.previousSibling.textContent = 'No se pudo. Nada se borró; intente otra vez.' } finally { el.ariaBusy = null }
  })
}

function download(text) {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob([text])), download: 'hampi-sin-enviar.hampi' })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

// leave forgets this person here and ends the log-in. Who else keeps something in this browser keeps it.
async function leave(form, mine, known) {
  const alone = known.every((p) => p.id === mine.id)
  const online = (await ask('state').catch(() => null))?.online
  if (online) await fetch('/equipo/borrado', { method: 'POST', body: new URLSearchParams({ equipo: mine.device?.id ?? '' }) }).catch(() => {})
  holdLock(true) // the key goes with the store; the page stays to send its form
  await ask('wipe', { profile: mine.id }).catch((error) => { holdLock(false); throw error })
  if (!online) return leaveLater()
  if (alone) for (const name of await caches.keys()) await caches.delete(name)
  send(form, alone)
}

// send ends the log-in; alone lets the browser forget everything of ours, the worker included.
function send(form, alone) {
  form.dataset.decidido = 'si'
  leaveTabs()
  if (alone) form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'vaciar', value: 'si' }))
  form.requestSubmit()
}

function leaveLater() {
  leaveTabs()
  try { localStorage.setItem(later, 'si') } catch { /* the log-in ends by itself */ }
  location.assign('/ingresar')
}

// finishLeaving ends, as soon as there is a server, the log-in of who left without one.
async function finishLeaving() {
  try {
    if (localStorage.getItem(later) !== 'si') return
    const answer = await fetch('/salir', { method: 'POST', redirect: 'manual' })
    if (!answer.ok && answer.type !== 'opaqueredirect') return
    localStorage.removeItem(later)
    if (document.documentElement.dataset.perfil) location.assign('/ingresar')
  } catch { /* still no server */ }
}
