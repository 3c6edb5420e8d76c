// The note of an attention: it saves itself within a second of a change and when a field is left, knows which window
// writes, adds what a search finds, copies from the history, and leads to its sections by key. It evaluates no rule.
import htmx from 'htmx.org/dist/htmx.esm.js'
import { byID, on, visible } from '../../static/js/dom.js'
import { uuidv7 } from '../../static/js/ops.js'

const pause = 1000 // ms from the first letter that is not kept
const note = () => byID('nota')
const reads = () => note()?.querySelector('[data-filas]')?.disabled ?? true // another window writes

// ---- which window this is: of which browser, and which of its windows. As long as it shows a note it holds a lock of its
// name, so that another window of this browser knows whether it still writes.
const browser = named(localStorage, 'navegador', uuidv7)
const newName = () => browser + '.' + uuidv7()
const ownName = () => named(sessionStorage, 'ventana', newName)
const held = (name) => 'ventana ' + name

function named(store, key, make) {
  let name = store.getItem(key)
  if (!name) store.setItem(key, name = make())
  return name
}

// Two tabs have one name when one is the other's copy: the later one takes another and asks anew.
if (note()) {
  navigator.locks?.request(held(ownName()), { ifAvailable: true }, (lock) => {
    if (lock) return new Promise(() => {}) // until the page goes
    sessionStorage.setItem('ventana', newName())
    location.reload()
  })
}

const closed = async (name) => name.startsWith(browser + '.') && navigator.locks &&
  !(await navigator.locks.query()).held.some((lock) => lock.name === held(name))
const tell = (what, where = note().dataset.ventanas, more) => fetch(where, { method: 'POST', headers: { 'HX-Request': 'true', ...more }, body: new URLSearchParams(what), keepalive: true })

async function settle() {
  const form = note()
  if (!form || form.dataset.lista !== undefined) return
  form.dataset.lista = ''
  const field = form.querySelector('[data-ventana]')
  field.value = ownName()
  const line = form.querySelector('[data-otra-ventana]')
  if (!line) return
  if (form.dataset.titular !== field.value) { // else it is this very window, loaded again
    if (!(await closed(form.dataset.titular)) || !(await tell({ ventana: field.value })).ok) return
  }
  line.remove()
  form.querySelector('[data-filas]').disabled = false
  byID('firmar-boton').disabled = false
}
document.addEventListener('htmx:afterSettle', settle)
window.addEventListener('pageshow', settle)
settle()

// A window that goes keeps the note from nobody: those of other browsers need not wait. Its last letters go with it.
window.addEventListener('pagehide', () => {
  const form = note()
  if (reads()) return
  form.elements.dejar.disabled = false
  tell(new FormData(form), ...(kept < changes && signing !== true ? [form.action, { 'X-Guarda': '1' }] : [])).catch(() => {})
  form.elements.dejar.disabled = true
})
document.addEventListener('visibilitychange', () => { if (document.hidden) plan(0) }) // it may never be seen again
document.addEventListener('desbloqueado', () => plan(0))

// ---- saving by itself
let changes = 0 // since the page was loaded
let kept = 0 // of them, as the server last said
let sending = 0
let timer = 0
let lost = false // the last saving found nobody

function changed(now) {
  changes++
  if (now || !timer) plan(now ? 0 : pause)
}

function plan(wait) {
  stop()
  timer = setTimeout(save, wait)
}

function stop() { timer = clearTimeout(timer) }

function save() {
  stop()
  if (signing || kept >= changes || reads()) return
  htmx.trigger(byID('guardar'), 'guardar') // not the form: htmx would send it where its last button leads
}

// What keeps the draft. Who asked may be gone from the page with its answer, and keeps its name.
const asker = (e) => e.detail.requestConfig?.elt
const ofNote = (e) => ['nota', 'guardar', 'firmar-boton'].includes(asker(e)?.id)
const signs = (e) => asker(e)?.id === 'firmar-boton'
const isSearch = (el) => el.matches('[role=combobox], [data-combo-valor]')

on('input', '#nota', (_, e) => { if (!isSearch(e.target)) { letters++; changed(false) } })
on('change', '#nota', (_, e) => {
  if (isSearch(e.target)) return
  changed(true)
  if (e.target.matches('textarea, [name="f.motivo"]')) propose()
})

document.addEventListener('htmx:beforeRequest', (e) => {
  if (e.detail.elt === byID('guardar') && signing) return void e.preventDefault() // it would make what is signed stale
  if (ofNote(e)) sending = changes
})
document.addEventListener('htmx:afterRequest', (e) => {
  const form = note()
  if (signs(e) && !dialogOpen()) signing = false
  if (!form || !(e.detail.elt instanceof Element) || !(ofNote(e) || form.contains(e.detail.elt))) return
  if (ofNote(e)) {
    lost = !e.detail.successful
    if (!lost) kept = sending
    else if (kept < sending) byID('estado-borrador')?.querySelector('span')?.replaceChildren('No se pudo guardar el borrador. Lo escrito sigue aquí.')
  }
  if (kept >= changes && look) look.click()
  else if (kept < changes) plan(e.detail.successful ? pause : 5 * pause)
  look = null
})

// What is on its way when a page goes arrives (pagehide); what has found no way, or is more than browsers take along, is asked about.
window.addEventListener('beforeunload', (e) => {
  if (kept >= changes || signing === true || reads() || !(lost || new URLSearchParams(new FormData(note())).toString().length > 6e4)) return
  save()
  e.preventDefault()
})

// What a region of the note was drawn anew for is a change too.
document.addEventListener('htmx:afterSwap', (e) => {
  if (!['diagnosticos', 'tratamiento'].includes(e.detail.target?.id)) return
  changed(true)
  if (e.detail.target.id === 'diagnosticos') propose()
  const open = [...document.querySelectorAll('#tratamiento .rx-linea[open]')].pop()
  if (e.detail.target.id === 'tratamiento' && e.detail.requestConfig?.parameters?.get?.('hacer') === 'recetar' && open) {
    [...open.querySelectorAll('input:not([type=hidden]), select')].find((el) => !el.value)?.focus()
  }
})

function propose() {
  const place = byID('sugerencias')
  if (place) htmx.trigger(place, 'sugerir')
}

// ---- adding what a search found, without leaving the search
document.addEventListener('elegido', (e) => {
  const row = e.target instanceof Element && e.target.closest('[data-elegir]')
  if (!row) return
  document.querySelector(row.dataset.elegir)?.click()
  const combo = row.querySelector('[data-combo]')
  for (const field of combo.querySelectorAll('input')) field.value = ''
  combo.querySelector('[role=listbox]').replaceChildren()
})

// An empty field of treatment offers the last prescription by ↑.
document.addEventListener('keydown', (e) => {
  if (e.key !== 'ArrowUp' || !(e.target instanceof HTMLInputElement) || !e.target.dataset.repetir || e.target.value) return
  e.preventDefault()
  e.stopImmediatePropagation()
  document.querySelector(e.target.dataset.repetir)?.click()
}, true)

on('click', '[data-quitar-al-usar]', (el) => setTimeout(() => el.remove()))

// ---- signing: Ctrl Enter from anywhere in the note, and from nowhere: what had the focus may have been drawn anew
document.addEventListener('keydown', (e) => {
  if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey) || !(e.target instanceof Element) || dialogOpen()) return
  if (!e.target.closest('#nota') && !(note() && e.target === document.body)) return
  e.preventDefault()
  e.stopImmediatePropagation()
  byID('firmar-boton')?.click()
}, true)

// Signing keeps the draft itself, and what is signed is what stands on the page: it waits for what is on its way, asks
// again when somebody went on typing meanwhile, and nothing is kept beside it until its dialog is closed. It waits here
// and not in a queue of requests, where the next one would take its place.
let signing = false
let asked = 0 // letters typed when it was asked for
let letters = 0
const onTheWay = new Set() // requests of the note that have no answer yet
const dialogOpen = () => Boolean(document.querySelector('dialog:modal'))
const sign = () => byID('firmar-boton')?.click()

document.addEventListener('click', (e) => {
  if (!(e.target instanceof Element) || !e.target.closest('#firmar-boton')) return
  stop()
  if (!onTheWay.size) return void (signing = true) // from here on no saving takes its place in a queue
  e.preventDefault()
  e.stopImmediatePropagation()
  signing = 'waits'
}, true)

document.addEventListener('htmx:beforeSend', (e) => { // what is held back before has no end
  const { elt, xhr } = e.detail
  if (signs(e)) {
    stop()
    signing = true
    asked = letters
  } else if (['guardar', 'nota'].includes(elt.id) || elt.matches?.('#nota [name=hacer], #nota .rx [hx-post]')) {
    onTheWay.add(xhr)
    xhr.addEventListener('loadend', () => {
      onTheWay.delete(xhr)
      if (!onTheWay.size && signing === 'waits') setTimeout(sign)
    })
  }
})

document.addEventListener('htmx:beforeSwap', (e) => {
  if (ofNote(e) && e.detail.target === note() && !e.detail.xhr.getResponseHeader('HX-Trigger-After-Settle')) {
    if (sending < changes) e.detail.shouldSwap = false // the note went on in another window: what was typed meanwhile is kept beside it too
    return
  }
  if (!signs(e) || letters === asked || e.detail.xhr.status >= 300) return
  e.detail.shouldSwap = false
  const line = new DOMParser().parseFromString(e.detail.serverResponse, 'text/html').getElementById('estado-borrador')
  if (line) byID('estado-borrador')?.replaceWith(line) // that edition is kept already
  setTimeout(sign)
})
document.addEventListener('close', (e) => {
  if (!(e.target instanceof HTMLDialogElement) || !signing) return
  signing = false
  if (kept < changes) plan(pause)
}, true)

// The prescription is looked at as it was kept, so what was typed is kept first.
let look = null
on('click', '[data-receta]', (link, e) => {
  if (!document.querySelector('#tratamiento .rx')) {
    e.preventDefault()
    byID('c-medicamento')?.focus()
  } else if (kept < changes) {
    e.preventDefault()
    look = link
    stop()
    save()
  }
})

// What was wrong with an input of a prescription's line is said until it changes.
on('input', '#nota .rx .field :is(input, select)', unwarn)
on('change', '#nota .rx .field :is(input, select)', unwarn)
function unwarn(field) {
  field.removeAttribute('aria-invalid')
  const said = byID(field.id + '-nota')
  if (said?.matches('.error')) said.remove()
}
on('change', '#diagnosticos [type=radio]', (_, e) => e.target.closest('#diagnosticos').querySelector('.error')?.closest('li').remove())

// A template that was refused is not the one of the note.
document.addEventListener('htmx:afterRequest', (e) => {
  const select = e.detail.elt
  if (select?.id !== 'c-plantilla' || e.detail.successful) return
  for (const option of select.options) option.selected = option.defaultSelected
})

// A change may put right what was said of another input of the line.
document.addEventListener('receta:falta', ({ detail }) => {
  const wrong = detail.value ?? []
  for (const field of document.querySelectorAll('#nota .rx [aria-invalid]')) if (!wrong.includes(field.name)) unwarn(field)
  if (!document.querySelector('#nota [aria-invalid="true"]')) document.querySelector('#nota [data-errores]')?.remove()
})

document.addEventListener('nota:problemas', () => {
  const wrong = [...document.querySelectorAll('#nota [aria-invalid="true"], #nota .duda input')].find((el) => visible(el.closest('label') ?? el))
  const target = wrong?.matches('fieldset') ? wrong.querySelector('input, select') : wrong
  target?.scrollIntoView({ block: 'center' })
  target?.focus({ preventScroll: true })
})

// ---- sections by key
on('click', '[data-ir-a]', (link, e) => {
  e.preventDefault()
  const row = byID(link.getAttribute('href').slice(1))?.closest('.apartado')
  row?.scrollIntoView({ block: 'nearest' })
  const first = [...(row?.querySelectorAll('[role=combobox], input:not([type=hidden], .sr-only), textarea, select, a.btn') ?? [])]
  ;(first.find((el) => el.matches('[role=combobox]')) ?? first.find(visible))?.focus()
})

// ---- phones show the note or the history; at the desk Alt 0 goes between both
let from = null
on('click', '[data-lado-boton]', (link, e) => {
  e.preventDefault()
  const page = byID('atencion')
  const panel = byID('atencion-lado')
  const back = link.dataset.ladoBoton === 'nota' || panel.contains(document.activeElement) || (!visible(byID('nota')) && 'lado' in page.dataset)
  page.toggleAttribute('data-lado', !back)
  for (const other of document.querySelectorAll('[data-lado-boton]')) {
    other.toggleAttribute('aria-current', (other.dataset.ladoBoton === 'nota') === back)
  }
  if (back) return void (from?.isConnected ? from.focus() : byID('nota').querySelector('[data-filas]').focus())
  from = document.activeElement?.closest('#nota') ? document.activeElement : null
  panel.querySelector('.atencion-lado-cuerpo')?.focus()
})

// ---- from the history into the note
on('click', '[data-copia]', (button) => {
  const text = button.parentElement.querySelector('[data-copia-texto]')?.textContent.trim()
  const named = note()?.elements.namedItem(button.dataset.copia)
  const field = named?.matches?.('textarea, input[type=text]') ? named : note()?.querySelector('textarea[name^="f."]')
  if (!text || !field) return
  field.value = field.value.trim() ? field.value.trimEnd() + (field.matches('textarea') ? '\n' : ' ') + text : text
  for (const event of ['input', 'change']) field.dispatchEvent(new Event(event, { bubbles: true }))
  byID('atencion').removeAttribute('data-lado')
  const part = button.closest('.aparte li')
  if (part) (part.parentElement.children.length > 1 ? part : part.closest('.aparte')).remove() // the note says it now
  field.focus()
})

// ---- "Por firmar": all or none
on('change', '[data-marcar-todo]', (all) => {
  for (const tick of all.form.querySelectorAll('[name=documento]')) tick.checked = all.checked
})
