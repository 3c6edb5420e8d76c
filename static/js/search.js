// The patient search over the page. ↓ goes from the field into the list, whose
// rows are links with keys of their own (R, C …); Enter in the field opens the first.
import { byID, on } from './dom.js'
import { list, lookup } from './lookup.js'
import { holding } from './worker.js'

const field = '[data-busqueda]'
const rows = (input) => [...list(input).querySelectorAll('[data-fila]')]

lookup(field, {
  answered(input) {
    const n = rows(input).length
    const said = byID(input.id + '-cuenta')
    if (said) said.textContent = !input.value ? '' : n === 1 ? '1 resultado' : n + ' resultados'
  },
  take(input) {
    rows(input)[0]?.click()
    return true // Enter never sends the form around the field while the list can answer
  },
})

// After two seconds without the clinic's answer this device looks in what it keeps.
const patience = 2000
let slow = 0
document.addEventListener('htmx:beforeRequest', ({ detail: { elt } }) => {
  if (!elt.matches(field)) return
  clearTimeout(slow)
  if (holding()) slow = setTimeout(() => list(elt).replaceChildren(note('Buscando en este equipo…')), patience)
})
document.addEventListener('htmx:afterRequest', (e) => { if (e.detail.elt.matches?.(field)) clearTimeout(slow) })

const note = (text) => Object.assign(document.createElement('li'), { className: 'resultado-nota', textContent: text })

on('keydown', field, (input, e) => {
  if (e.key === 'Escape') { // the browser would only empty the field
    e.preventDefault()
    input.closest('dialog')?.close()
  }
  if (e.key !== 'ArrowDown') return
  e.preventDefault()
  rows(input)[0]?.focus()
})

on('keydown', '[data-busqueda-lista]', (box, e) => {
  const input = document.querySelector(`${field}[aria-controls="${box.id}"]`)
  const all = rows(input)
  const here = all.findIndex((row) => row.parentElement.contains(e.target))
  if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
    e.preventDefault()
    const next = here + (e.key === 'ArrowDown' ? 1 : -1)
    next < 0 ? input.focus() : all[Math.min(next, all.length - 1)].focus()
  } else if (e.key === 'Backspace') {
    input.focus()
  }
})

// The overlay forgets what was looked for when it closes: it may be a name.
document.addEventListener('close', (e) => {
  const input = e.target instanceof Element && e.target.querySelector(field)
  if (!input) return
  input.value = ''
  list(input).replaceChildren()
}, true)
