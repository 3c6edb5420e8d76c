// The document of a note template: its lines are numbered, a fault leads to its place, and what was typed is not left
// behind unasked.
import { byID, on } from '../../static/js/dom.js'

const text = () => byID('c-documento')
let leaving = false

function number() {
  const area = text()
  const gutter = document.querySelector('[data-lineas]')
  if (!area || !gutter) return
  const count = area.value.split('\n').length
  if (gutter.childElementCount !== count) {
    gutter.replaceChildren(...Array.from({ length: count }, (_, i) => Object.assign(document.createElement('span'), { textContent: i + 1 })))
  }
  gutter.scrollTop = area.scrollTop
  for (const line of gutter.querySelectorAll('[data-falta]')) line.removeAttribute('data-falta')
  for (const fault of document.querySelectorAll('#plantilla-faltas [data-linea]')) gutter.children[fault.dataset.linea - 1]?.setAttribute('data-falta', '')
}

const touched = () => byID('plantilla')?.setAttribute('data-tocada', '')

on('input', '[data-json]', () => { touched(); number() })
document.addEventListener('scroll', (e) => { if (e.target === text()) document.querySelector('[data-lineas]').scrollTop = e.target.scrollTop }, true)
document.addEventListener('htmx:afterSettle', number)
// An answer about another text than the one that stands here now does not take its place.
let asked = ''
document.addEventListener('htmx:beforeRequest', (e) => { if (text() && e.detail.elt.closest?.('#plantilla')) asked = text().value })
document.addEventListener('htmx:oobBeforeSwap', (e) => { if (e.detail.target?.id === 'c-documento' && e.detail.target.value !== asked) e.preventDefault() })
document.addEventListener('htmx:oobAfterSwap', (e) => { if (e.detail.target.id === 'c-documento') touched() })
window.addEventListener('pageshow', () => { leaving = false; number() })
number()

// The next line begins below the first letter of this one.
on('keydown', '[data-json]', (area, e) => {
  if (e.key !== 'Enter' || e.ctrlKey || e.metaKey || e.shiftKey) return
  const indent = area.value.slice(0, area.selectionStart).split('\n').pop().match(/^ */)[0]
  if (!indent) return
  e.preventDefault()
  document.execCommand('insertText', false, '\n' + indent) // so that Ctrl Z takes it back
})

on('click', '[data-linea]', (button) => {
  const area = text()
  const lines = area.value.split('\n')
  const row = button.dataset.linea - 1
  const start = lines.slice(0, row).join('\n').length + (row > 0 ? 1 : 0)
  area.focus()
  area.setSelectionRange(start + button.dataset.columna - 1, start + (lines[row]?.length ?? 0))
  area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, row - 4)
})

on('submit', '[data-plantilla]', () => { leaving = true })
window.addEventListener('beforeunload', (e) => { if (!leaving && byID('plantilla')?.matches('[data-tocada]')) e.preventDefault() })
