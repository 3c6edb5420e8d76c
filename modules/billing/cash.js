// The count of the register adds itself up while one types. What has to be there is nowhere on the page.
import { on } from '../../static/js/dom.js'

const money = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

function add(box) {
  let cents = 0
  for (const field of box.querySelectorAll('[data-valor]')) {
    const pieces = /^\d+$/.test(field.value.trim()) ? Number(field.value.trim()) : 0
    const sum = pieces * Math.round(Number(field.dataset.valor) * 100)
    field.parentElement.querySelector('output').textContent = money.format(sum / 100)
    cents += sum
  }
  box.querySelector('[data-contado]').textContent = 'S/ ' + money.format(cents / 100)
}

on('input', '[data-valor]', (field) => add(field.closest('[data-conteo]')))
for (const box of document.querySelectorAll('[data-conteo]')) add(box) // a count that came back with a problem
