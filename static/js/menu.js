// Popover menus open without script; here arrows walk through their lines, and
// choosing a line that opens something else closes them.
import { on, visible } from './dom.js'

document.addEventListener('toggle', (e) => {
  if (e.target instanceof Element && e.target.matches('.menu') && e.newState === 'open') e.target.querySelector('a, button')?.focus()
}, true)

document.addEventListener('keydown', (e) => {
  const menu = e.target instanceof Element && e.target.closest('.menu:popover-open')
  if (!menu || !['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(e.key)) return
  e.preventDefault()
  const lines = [...menu.querySelectorAll('a, button')].filter(visible)
  const here = lines.indexOf(document.activeElement)
  const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: lines.length - 1 }[e.key]
  lines.at(next % lines.length)?.focus()
})

on('click', '.menu a[hx-get]', (el) => el.closest('.menu').hidePopover())

on('click', '[data-imprimir]', () => window.print())
on('click', '[data-recargar]', () => location.reload())
