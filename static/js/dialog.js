// Native <dialog>s. Whatever htmx swaps into #dialogo opens it; it closes by Esc,
// by [data-cerrar], by the server's HX-Trigger "dialogo:cerrar" or an empty
// answer. The focus goes back to where it was.
import { byID, firstFocusable, on } from './dom.js'

let opener = null // { el, id, key }: what had the focus when the dialog was asked for

export function remember() {
  const el = document.activeElement
  opener = el && el !== document.body ? { el, id: el.id } : null
}

function giveBack() {
  const el = opener && (opener.el.isConnected ? opener.el : opener.id && byID(opener.id))
  opener = null
  el?.focus()
}

export function open(dialog) {
  document.querySelector('.menu:popover-open')?.hidePopover()
  if (!dialog.open) {
    dialog.showModal()
    dialog.append(...toasts())
  }
  firstFocusable(dialog)?.focus()
}

// toasts travel into an open dialog, whose layer would cover them, and back out.
const toasts = () => [byID('avisos')].filter(Boolean)

document.addEventListener('htmx:beforeRequest', (e) => {
  if (e.detail.target?.id === 'dialogo' && !e.detail.target.open) remember()
})

document.addEventListener('htmx:afterSwap', (e) => {
  const dialog = byID('dialogo')
  if (e.detail.target !== dialog || !dialog) return
  if (dialog.querySelector('[data-marco]')) open(dialog)
  else if (dialog.open) dialog.close()
})

document.addEventListener('dialogo:cerrar', () => byID('dialogo')?.close())

on('click', '[data-cerrar]', (el) => el.closest('dialog')?.close())

on('click', '[data-abre]', (el) => {
  const dialog = byID(el.dataset.abre)
  if (!dialog) return
  remember()
  open(dialog)
})

// A click on the ground beside the frame closes, unless something was typed.
document.addEventListener('pointerdown', (e) => {
  if (!(e.target instanceof HTMLDialogElement) || !e.target.open) return
  const dirty = [...e.target.querySelectorAll('input, textarea')].some((f) => f.type !== 'hidden' && !['checkbox', 'radio'].includes(f.type) && f.value !== f.defaultValue)
  if (!dirty) e.target.close()
})

document.addEventListener('close', (e) => {
  if (!(e.target instanceof HTMLDialogElement)) return
  document.body.append(...toasts())
  if (e.target.id === 'dialogo') e.target.replaceChildren()
  if (!document.querySelector('dialog:modal')) giveBack()
}, true)
