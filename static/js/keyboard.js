// Keys are declared in the markup: data-key="r", "g p", "/", "ctrl+enter", "alt+5", "esc".
// A key means the nearest element that declares it, looking outwards from the
// focus, so a chart's or a card's letters win over those of the page.
// data-key-texto names it in the help; else its aria-label or text does.
import { byID, firstFocusable, on, typing, visible } from './dom.js'

const patience = 1200 // ms between the two keys of "g p"
let prefix = ''
let prefixTimer = 0

document.addEventListener('keydown', (e) => {
  if (e.defaultPrevented || e.isComposing || e.getModifierState('AltGraph')) return
  const key = nameOf(e)
  if (!key) return
  const single = !/^(ctrl|alt|meta)\+/.test(key)
  if (key === 'esc' && document.querySelector(':popover-open')) return // the menu closes by itself
  if (single && typing(e.target) && !e.target.matches('[data-teclas-dentro]')) {
    if (key === 'esc' && !modal()) e.target.blur() // out of the field first, back one level next
    return
  }
  if (single && key.length === 1 && document.documentElement.dataset.atajos === 'no') return
  if (single && /^[a-zñ]$/.test(key) && document.querySelector('[data-sin-letras]')) return // who sees a locked note may think to write in it
  if (e.repeat && single && key.length === 1 && !/[+−-]/.test(key)) return

  const whole = prefix ? prefix + ' ' + key : key
  clearTimeout(prefixTimer)
  prefix = ''
  const target = find(whole) ?? (whole === key ? null : find(key))
  if (target) {
    e.preventDefault()
    use(target)
  } else if (whole === key && startsSequence(key)) {
    e.preventDefault()
    prefix = key
    prefixTimer = setTimeout(() => { prefix = '' }, patience)
  }
})

// nameOf writes a key event as data-key does.
function nameOf(e) {
  if (['Control', 'Shift', 'Alt', 'Meta', 'Dead'].includes(e.key)) return ''
  let key = e.key === ' ' ? 'space' : e.key.toLowerCase()
  if (key === 'escape') key = 'esc'
  const mods = (e.ctrlKey || e.metaKey ? 'ctrl+' : '') + (e.altKey ? 'alt+' : '')
  const shift = e.shiftKey && (mods || key.length > 1 || /[a-zñ]/.test(key)) ? 'shift+' : ''
  return mods + shift + key
}

// scopes lists where to look, innermost first; an open dialog is the outermost.
function scopes() {
  const limit = modal() ?? document.body
  const list = []
  for (let el = document.activeElement; el && el !== limit && limit.contains(el); el = el.parentElement) list.push(el)
  return [...list, limit]
}

const modal = () => [...document.querySelectorAll('dialog:modal')].pop()

function find(key) {
  let hidden = null
  for (const scope of scopes()) {
    const matches = [scope, ...scope.querySelectorAll('[data-key]')].filter((el) => el.dataset?.key === key && !el.disabled && awake(el))
    const seen = matches.find(visible)
    if (seen) return seen
    hidden ??= matches[0] ?? null
  }
  return hidden
}

// Keys of [data-teclas-abierto] count only while it is open, but for those of every page.
const asleep = '[data-teclas-abierto]:not(:popover-open) [data-key]:not([data-key-siempre])'
const awake = (el) => !el.matches(asleep)

const startsSequence = (key) => scopes().at(-1).querySelector(`[data-key^="${CSS.escape(key)} "]`) !== null

function use(el) {
  const open = document.querySelector('.menu:popover-open')
  if (open && !open.contains(el)) open.hidePopover()
  if (el.matches('input:not([type=checkbox], [type=radio]), select, textarea, [data-key-foco]')) {
    el.focus()
    el.select?.()
    return
  }
  el.click()
  if (el.matches('summary') && el.parentElement.open) firstFocusable(el.parentElement)?.focus() // what has opened is seen
}

// ---- the list of this page's keys

on('click', '[data-ayuda-teclas]', () => {
  const dialog = byID('teclas')
  if (!dialog) return
  const seen = new Set()
  const rows = []
  for (const el of document.querySelectorAll('[data-key]')) {
    const text = el.dataset.keyTexto || el.getAttribute('aria-label') || el.textContent.trim().replace(/\s+/g, ' ')
    const key = (awake(el) ? '' : el.closest('[data-teclas-abierto]').dataset.teclasAbierto + ' ') + el.dataset.key
    if (!text || seen.has(key) || el.getAttribute('aria-hidden') === 'true') continue
    seen.add(key)
    rows.push(row(text, key))
  }
  rows.push(row('Cerrar o volver', 'esc'))
  dialog.querySelector('[data-teclas]').replaceChildren(...rows)
  document.querySelector('.menu:popover-open')?.hidePopover()
  dialog.showModal()
  firstFocusable(dialog)?.focus()
})

const written = { ctrl: 'Ctrl', alt: 'Alt', shift: 'Mayús', enter: 'Enter', esc: 'Esc', delete: 'Supr', space: 'Espacio', arrowleft: '←', arrowright: '→', arrowup: '↑', arrowdown: '↓' }

function row(text, key) {
  const line = document.createElement('div')
  const name = line.appendChild(document.createElement('dt'))
  name.textContent = text
  const keys = line.appendChild(document.createElement('dd'))
  for (const part of key.split(' ')) {
    const kbd = keys.appendChild(document.createElement('kbd'))
    kbd.className = 'kbd'
    kbd.textContent = (part.length > 1 ? part.split('+') : [part]).map((k) => written[k] ?? k.toUpperCase()).join(' ')
  }
  return line
}
