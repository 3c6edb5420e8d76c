// The unlock page of a start without connection, and the same form in a page that was locked: the password opens what
// lies on this device and is never sent.
import { byID, on } from './dom.js'
import { openHere } from './device.js'
import { ask, onState } from './worker.js'
import { pause, typed } from './vault.js'

const memory = 'hampi.intentos'

fill(document)
document.addEventListener('htmx:afterSettle', () => fill(document))
document.addEventListener('bloqueo:formulario', () => fill(document))

// The server is there after all, or again: the page that it answers is the better one. Not while somebody types, and
// not again and again on a line so slow that this page is what comes of it.
let away = false
onState(({ online }) => {
  if (away && online) proceed()
  away = !online
})
if (alone()) ask('probe').then((there) => { if (there) proceed() }).catch(() => {})

function alone() { return document.querySelector('form[data-desbloqueo=sola]') }

function proceed() {
  const form = alone()
  if (!form || form.elements.namedItem('password').value || form.querySelector('[aria-busy=true]')) return
  if (Date.now() - tries().retried < 30_000) return
  if (remember({ ...tries(), retried: Date.now() })) location.reload()
}

// fill lists who keeps something here, the last used first; the page's own person is chosen.
async function fill(root) {
  const form = root.querySelector('form[data-desbloqueo]')
  if (!form || form.dataset.listo) return
  form.dataset.listo = 'si'
  const profiles = await ask('profiles').catch(() => [])
  const list = form.elements.namedItem('perfil')
  const mine = document.documentElement.dataset.perfil
  list.replaceChildren(...profiles.map((p) => new Option(`${p.person} · ${p.clinic}`, p.id, false, p.id === mine)))
  byID('desbloqueo-nadie').hidden = profiles.length > 0
  form.hidden = profiles.length === 0
  form.querySelector('[data-quien]').hidden = profiles.length < 2
}

on('submit', 'form[data-desbloqueo]', async (form, e) => {
  e.preventDefault()
  const field = form.elements.namedItem('password')
  if (!field.value) return say(form, 'Falta la contraseña.')
  const wait = Math.ceil((tries().until - Date.now()) / 1000)
  if (wait > 0) return say(form, `Espere ${wait} s antes de probar otra vez.`)
  const button = form.querySelector('[type=submit]')
  if (button.ariaBusy === 'true') return
  button.ariaBusy = 'true'
  try {
    await open(form, field)
  } catch {
    say(form, 'No se pudo abrir lo guardado. Recargue la página e intente otra vez.')
  } finally {
    button.ariaBusy = null
  }
})

async function open(form, field) {
  const id = form.elements.namedItem('perfil').value
  const profile = (await ask('profiles')).find((p) => p.id === id)
  if (!profile?.wrapped) return say(form, 'En esta clínica lo guardado se abre solo con conexión.')
  if (!(await openHere(profile, await typed(field.value)))) return refuse(form, field)
  remember({ wrong: 0, until: 0 })
  field.value = ''
  const page = document.documentElement.dataset.perfil
  if (form.dataset.desbloqueo === 'sola') location.replace(form.elements.namedItem('volver').value || '/')
  else if (page && page !== id) location.replace('/') // another person's page does not come back
  else document.dispatchEvent(new CustomEvent('desbloqueado'))
}

function refuse(form, field) {
  const wrong = tries().wrong + 1
  remember({ wrong, until: Date.now() + pause(wrong) })
  field.value = ''
  field.focus()
  say(form, wrong < 5 ? 'No coincide.' : 'No coincide. Van varias veces: espere un minuto. Lo que no se envió sigue guardado.')
}

function say(form, text) {
  const line = form.querySelector('[data-aviso-desbloqueo]')
  line.hidden = false
  line.querySelector('span').textContent = text
}

function tries() {
  try { return { wrong: 0, until: 0, retried: 0, ...JSON.parse(localStorage.getItem(memory)) } } catch { return { wrong: 0, until: 0, retried: 0 } }
}

// remember tells whether it could.
function remember(value) {
  try { localStorage.setItem(memory, JSON.stringify(value)); return true } catch { return false } // a private window counts from nothing
}
