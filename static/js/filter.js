// A list that is narrowed as one types: [data-filtrado] holds an input[data-filtro] and rows [data-filtro-fila], in
// groups [data-filtro-grupo] that go with their last row. A ticked row always stays.
import { on } from './dom.js'

const folded = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

on('input', '[data-filtro]', (input) => {
  const list = input.closest('[data-filtrado]')
  const words = folded(input.value).split(/\s+/).filter(Boolean)
  const fits = (row) => row.querySelector(':checked') || words.every((w) => folded(row.textContent).includes(w))
  for (const row of list.querySelectorAll('[data-filtro-fila]')) row.hidden = !fits(row)
  for (const group of list.querySelectorAll('[data-filtro-grupo]')) group.hidden = !group.querySelector('[data-filtro-fila]:not([hidden])')
  list.querySelector('[data-filtro-nada]').hidden = !!list.querySelector('[data-filtro-fila]:not([hidden])')
})

on('keydown', '[data-filtro]', (input, e) => { if (e.key === 'Enter') e.preventDefault() }) // searching sends nothing
