// The agenda by hand: the screen opens an hour before now, arrows walk cards and
// free hours, letters act on the focused card, M or the pointer moves it. It
// evaluates no rule: the server's answer draws what holds.
import htmx from 'htmx.org/dist/htmx.esm.js'
import { on, visible } from '../../static/js/dom.js'
import { uuidv7 } from '../../static/js/ops.js'

const region = () => document.getElementById('agenda')
const sheet = () => document.getElementById('agenda-hoja')
const stops = () => [...(sheet()?.querySelectorAll('.cita[data-cita], .hueco') ?? [])].filter(visible)

// ---- where the screen opens
let shown = ''
function open() {
  const now = region()?.dataset
  if (!now) { shown = ''; return }
  const view = now.vista + now.fecha
  if (view !== shown && sheet()) {
    const mark = document.getElementById('agenda-inicio')
    const head = sheet().querySelector('.agenda-cabeza')?.offsetHeight ?? 0
    const scrolls = sheet().scrollHeight > sheet().clientHeight
    if (mark && scrolls) sheet().scrollTop = Math.max(0, mark.offsetTop + mark.offsetParent.offsetTop - sheet().offsetTop - head)
    else if (mark && !mark.classList.contains('f-0') && visible(sheet())) mark.scrollIntoView({ block: 'start' }) // narrow screens scroll the page
  }
  shown = view
  rove()
}

// ---- one stop of the Tab key for the whole sheet
function rove() {
  const all = stops()
  const first = all.find((el) => el === document.activeElement) ?? all.find((el) => 'sel' in el.dataset) ?? all[0]
  for (const el of all) el.tabIndex = el === first ? 0 : -1
}

document.addEventListener('htmx:afterSettle', (e) => { if (!e.detail.target || region()) open() })
document.addEventListener('agenda:enfoca', (e) => focusCard(e.detail.value))
on('focusin', '.cita[data-cita], .hueco', (el) => { for (const other of stops()) other.tabIndex = other === el ? 0 : -1 })
open()

function focusCard(id) {
  const card = document.getElementById(id)
  card?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  card?.focus({ preventScroll: true })
}

// ---- what one does here wins over the news: while an answer is on its way no poll is asked for, and one that was
// asked before is dropped (it may be older than the answer)
const news = (e) => e.detail.requestConfig?.headers?.['X-Vivo']
const ours = (e) => e.detail.target?.id === 'agenda'
document.addEventListener('htmx:beforeRequest', (e) => { if (ours(e) && !news(e)) e.detail.target.dataset.arrastrando = '' })
document.addEventListener('htmx:afterRequest', (e) => { if (!news(e) && !moving) delete region()?.dataset.arrastrando })
document.addEventListener('htmx:beforeSwap', (e) => { if (ours(e) && news(e) && 'arrastrando' in e.detail.target.dataset) e.detail.shouldSwap = false })

// ---- keys on a card or free hour; capture: they win over the page's
document.addEventListener('keydown', (e) => {
  const el = e.target instanceof Element && e.target.closest('.cita[data-cita], .hueco')
  if (!el || e.ctrlKey || e.metaKey || e.altKey || !sheet()?.contains(el)) return
  if (moving) return void steer(e)
  if (e.key.startsWith('Arrow')) {
    const next = neighbour(el, e.key)
    stop(e)
    if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: 'nearest', inline: 'nearest' }) }
    return
  }
  if (document.documentElement.dataset.atajos === 'no' && e.key.length === 1) return
  const act = actOf(el, e.key === 'Delete' ? 'delete' : e.key.toLowerCase())
  if (!act || e.repeat) return
  stop(e)
  if (act === 'mover') begin(el)
  else if (act === 'cancelacion') htmx.ajax('GET', `/citas/${el.dataset.cita}/cancelacion`, { source: document.body, target: '#dialogo', swap: 'innerHTML' })
  else send(el, act, {})
}, true)

function stop(e) { e.preventDefault(); e.stopImmediatePropagation() }

const actOf = (el, key) => (el.dataset.teclas ?? '').split(' ').find((a) => a.split(':')[0] === key)?.split(':')[1]

function send(card, act, values) {
  card.dataset.pendiente = ''
  const done = () => delete card.dataset.pendiente
  return htmx.ajax('POST', `/citas/${card.dataset.cita}/${act}`, { source: document.body, target: '#agenda', swap: 'outerHTML', values: { op_id: uuidv7(), ...values } }).then(done, done)
}

// neighbour finds the next stop: along the column, or the nearest in the column beside it.
function neighbour(el, key) {
  const column = el.closest('.dia-col')
  const inColumn = (c) => [...c.querySelectorAll('.cita[data-cita], .hueco')]
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    const all = inColumn(column)
    return all[all.indexOf(el) + (key === 'ArrowDown' ? 1 : -1)]
  }
  const columns = [...sheet().querySelectorAll('.dia-col')].filter(visible)
  const step = key === 'ArrowRight' ? 1 : -1
  for (let i = columns.indexOf(column) + step; columns[i]; i += step) {
    const near = inColumn(columns[i]).sort((a, b) => distance(a, el) - distance(b, el))[0]
    if (near) return near
  }
}

const distance = (a, b) => Math.abs(a.getBoundingClientRect().top - b.getBoundingClientRect().top)

// ---- moving: by arrows (five minutes; with Shift thirty) or by typing an hour
let moving = null // { card, row, column, typed, was }

function begin(card) {
  moving = { card, row: Number(card.dataset.fila), was: card.className, from: card.closest('.dia-col'), typed: '' }
  card.dataset.moviendo = ''
  region().dataset.arrastrando = ''
  say(card)
}

function steer(e) {
  const { card } = moving
  stop(e)
  const column = card.closest('.dia-col')
  const step = e.shiftKey ? 6 : 1
  if (e.key === 'ArrowUp' || e.key === 'ArrowDown') place(card, moving.row + (e.key === 'ArrowDown' ? step : -step), column)
  else if (e.key === 'ArrowLeft' || e.key === 'ArrowRight') {
    const columns = [...sheet().querySelectorAll('.dia-col')].filter(visible)
    place(card, moving.row, columns[columns.indexOf(column) + (e.key === 'ArrowRight' ? 1 : -1)] ?? column)
  } else if (e.key === 'Escape') end(true)
  else if (e.key === 'Enter') moving.typed.trim() ? drop({ hora: moving.typed, profesional: column.dataset.columna, rejilla: '1' }) : drop(where(card))
  else if (e.key === 'Backspace') moving.typed = moving.typed.slice(0, -1)
  else if (e.key.length === 1) moving.typed += e.key
  if (moving) say(card)
}

// place puts the card in a row of a column, as its classes say; the server decides if it may stay.
function place(card, row, column) {
  const last = rows(column) - Number(card.dataset.filas)
  moving.row = Math.max(0, Math.min(row, last))
  card.classList.forEach((name) => { if (/^(f|p)-/.test(name)) card.classList.remove(name) })
  card.classList.add(`f-${moving.row}`)
  if (card.parentElement !== column) { column.append(card); card.focus({ preventScroll: true }) }
  card.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

const rows = (column) => Number(/horas-(\d+)/.exec(column.className)[1]) * 12

function where(card, length) {
  const column = card.closest('.dia-col')
  return { inicio: column.dataset.dia + 'T' + clock(moving.row), profesional: column.dataset.columna, ...(length ? { minutos: length * 5 } : {}) }
}

function clock(row) {
  const minutes = Number(sheet().dataset.primeraHora) * 60 + row * 5
  return String(Math.floor(minutes / 60)).padStart(2, '0') + ':' + String(minutes % 60).padStart(2, '0')
}

// say writes the hour, or what is being typed, on the card and to screen readers.
function say(card) {
  let label = card.querySelector('[data-hora-nueva]')
  if (!label) {
    label = document.createElement('small')
    label.dataset.horaNueva = ''
    label.setAttribute('role', 'status')
    card.querySelector('b').after(label)
  }
  label.textContent = moving.typed || clock(moving.row).replace(/^0/, '') + ' · Enter deja, Esc devuelve'
}

function drop(values) {
  const { card, from, was } = moving
  const version = card.dataset.version
  end(false)
  const back = () => { if (card.isConnected) { card.className = was; from.append(card) } }
  send(card, 'mover', { version, ...values }).then(() => { if (document.querySelector('#dialogo[open]')) back() })
}

function end(returned) {
  const { card, from, was } = moving
  card.querySelector('[data-hora-nueva]')?.remove()
  delete card.dataset.moviendo
  delete region()?.dataset.arrastrando
  moving = null
  if (returned) {
    card.className = was
    if (card.parentElement !== from) from.append(card)
    card.focus()
  }
}

// ---- dragging and resizing with the pointer
let drag = null
let swallow = false // the click that ends a drag selects nothing

on('pointerdown', '.cita[data-cita]', (card, e) => {
  if (e.button !== 0 || e.pointerType === 'touch' || moving || !/(^| )m:/.test(card.dataset.teclas)) return
  const box = card.getBoundingClientRect()
  drag = { card, y: e.clientY, grip: e.clientY - box.top, resize: Boolean(e.target.closest('[data-asa]')), live: false, length: Number(card.dataset.filas) }
})

document.addEventListener('pointermove', (e) => {
  if (!drag) return
  if (!drag.live) {
    if (Math.abs(e.clientY - drag.y) < 5) return
    drag.live = true
    begin(drag.card)
    drag.card.setPointerCapture?.(e.pointerId)
  }
  if (!moving) return
  const unit = drag.card.closest('.dia-col').getBoundingClientRect().height / rows(drag.card.closest('.dia-col'))
  if (drag.resize) {
    const top = drag.card.getBoundingClientRect().top
    drag.length = Math.max(1, Math.round((e.clientY - top) / unit))
    drag.card.classList.forEach((name) => { if (/^d-/.test(name)) drag.card.classList.remove(name) })
    drag.card.classList.add(`d-${Math.min(drag.length, 144)}`)
    return
  }
  const under = document.elementsFromPoint(e.clientX, e.clientY).find((el) => el.matches('.dia-col')) ?? drag.card.closest('.dia-col')
  place(drag.card, Math.round((e.clientY - drag.grip - under.getBoundingClientRect().top) / unit), under)
  say(drag.card)
})

document.addEventListener('pointerup', () => {
  const was = drag
  drag = null
  if (!was?.live || !moving) return
  swallow = true
  setTimeout(() => { swallow = false })
  drop(where(was.card, was.resize ? was.length : 0))
})
document.addEventListener('pointercancel', () => { if (drag?.live && moving) end(true); drag = null })
document.addEventListener('dragstart', (e) => { if (e.target.closest?.('.cita, .hueco')) e.preventDefault() })
document.addEventListener('click', (e) => { if (swallow && e.target.closest?.('.cita')) stop(e) }, true)
document.addEventListener('keydown', (e) => { if (moving && e.key === 'Escape') { stop(e); end(true); drag = null } }, true)

// ---- the booking form: the fields follow one another, free hours fill the hour
const hour = (form) => form.querySelector('[name=hora]')

on('elegido', '[data-reserva] [data-combo]', (combo, e) => {
  const form = combo.closest('form')
  if (combo.querySelector('[name=paciente]')) {
    if (e.detail.valor === 'nuevo') return void inline(form, e.detail.texto, combo)
    form.querySelector('[name=servicio_texto]')?.focus()
    form.querySelector('[name=servicio_texto]')?.select()
    introduce(form)
  } else hour(form)?.focus()
})

// introduce shows who was chosen in the place of the field, which keeps what is sent; Cambiar brings the field back.
function introduce(form) {
  const patient = form.querySelector('[name=paciente]')?.value
  if (patient) htmx.ajax('GET', `/citas/nueva/paciente?paciente=${patient}`, { source: document.body, target: '#reserva-ficha', swap: 'innerHTML' })
}

on('click', '[data-reserva] [data-cambiar]', (link, e) => {
  e.preventDefault()
  const form = link.closest('form')
  form.querySelector('#reserva-ficha').replaceChildren()
  form.querySelector('[name=paciente_texto]').focus()
})

// A form that was closed half filled comes back with its patient.
document.addEventListener('htmx:afterSettle', (e) => {
  const slot = e.detail.target?.id === 'dialogo' && e.detail.target.querySelector('#reserva-ficha:empty')
  if (slot) introduce(slot.closest('form'))
})

// lengthOf puts the chosen service's minutes, which its row says, into the field of the duration.
function lengthOf(service) {
  const length = service.form.querySelector('[name=duracion]')
  const row = service.value && service.closest('[data-combo]')?.querySelector(`[role=option][data-valor="${CSS.escape(service.value)}"] [data-minutos]`)
  if (length && row) length.value = row.dataset.minutos
}

// inline opens the three fields of a new patient with what was typed.
function inline(form, typed, combo) {
  combo.querySelector('[name=paciente]').value = ''
  const box = form.querySelector('#paciente-nuevo')
  box.open = true
  const digits = /^\d+$/.test(typed.replaceAll(' ', ''))
  const field = box.querySelector(digits ? '[name=documento]' : '[name=apellidos]')
  field.value = typed
  const next = box.querySelector(digits ? '[name=apellidos]' : '[name=nombres]')
  next.focus()
}

// Enter in a filled service goes on to the hour, or books when the hour stands.
document.addEventListener('keydown', (e) => {
  if (e.key !== 'Enter' || e.defaultPrevented || !(e.target instanceof HTMLInputElement) || e.target.name !== 'servicio_texto') return
  const form = e.target.closest('[data-reserva]')
  const field = form && hour(form)
  if (!field || field.value) return
  e.preventDefault()
  field.focus()
})

on('click', '[data-reserva] [data-hora]', (chip) => {
  const form = chip.closest('form')
  const field = hour(form)
  field.value = chip.dataset.hora
  const doctor = form.querySelector('[name=profesional]')
  if (doctor && [...doctor.options].some((o) => o.value === chip.dataset.profesional)) doctor.value = chip.dataset.profesional
  field.dispatchEvent(new Event('input', { bubbles: true }))
  field.focus()
})

// What else decides the hour asks again how it stands.
on('change', '[data-reserva] [name=profesional], [data-reserva] [name=servicio], [data-reserva] [name=duracion]', (el) => {
  if (el.name === 'servicio') lengthOf(el)
  htmx.trigger(hour(el.form), 'recalcular')
})

// ---- looking for a free hour: the service chosen, the focus goes to the first hour; arrows walk them
const hours = () => [...document.querySelectorAll('[data-hora-libre]')].filter(visible)
let toHours = false
on('elegido', '[data-horas] [data-combo]', () => { toHours = true })
document.addEventListener('htmx:afterSettle', (e) => {
  if (e.detail.target?.id !== 'horas-libres' && !document.getElementById('horas-libres')) return
  if (toHours) hours()[0]?.focus()
  toHours = false
})
on('keydown', '[data-hora-libre]', (el, e) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key]
  if (!step) return
  e.preventDefault()
  hours()[hours().indexOf(el) + step]?.focus()
})
on('submit', '[data-horas]', () => { toHours = true })

// A field that comes filled in is overwritten by typing.
on('focusin', ':is([data-reserva], [data-horas]) [role=combobox]', (el) => el.select())
on('change', '[data-horas] :is([name=servicio], [name=profesional], [name=parte])', (el) => htmx.trigger(el.form, 'recalcular'))
