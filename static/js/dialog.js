// Native <dialog>s. Whatever htmx swaps into #dialogo opens it; it closes by Esc,
// by [data-cerrar] (what was typed is kept for the next time), by the server's HX-Trigger "dialogo:cerrar" or an empty
// answer. The focus goes back to where it was.
import { byID, firstFocusable, on } from './dom.js'
import { forget, keep, restore, typedInto } from './drafts.js'

let opener = null // { el, id, key }: what had the focus when the dialog was asked for

function remember() {
  const el = document.activeElement
  if (el?.closest('dialog:modal') && opener) return // from one dialog to the next: back to where the first began
  opener = el && el !== document.body ? { el, id: el.id } : null
}

function giveBack() {
  const el = opener && (opener.el.isConnected ? opener.el : opener.id && byID(opener.id))
  opener = null
  el?.focus()
}

function open(dialog) {
  document.querySelector('.menu:popover-open')?.hidePopover()
  const others = [...document.querySelectorAll('dialog:modal')].filter((d) => d !== dialog)
  if (!dialog.open) dialog.showModal()
  others.forEach((d) => d.close()) // never a dialog over a dialog
  firstFocusable(dialog)?.focus()
  dialog.append(...toasts())
}

// toasts travel into an open dialog, whose layer would cover them, and back out.
const toasts = () => [byID('avisos')].filter(Boolean)

document.addEventListener('htmx:beforeRequest', (e) => {
  const dialog = e.detail.target
  if (dialog?.id !== 'dialogo' || dialog.open) return
  remember()
  dialog.dataset.direccion = e.detail.requestConfig.path
})

document.addEventListener('htmx:afterSwap', (e) => {
  const dialog = byID('dialogo')
  if (e.detail.target !== dialog || !dialog) return
  if ('cerrando' in dialog.dataset) return
  if (dialog.querySelector('[data-marco]')) {
    if (!dialog.open) restore(dialog)
    open(dialog)
  } else if (dialog.open) dialog.close()
})

// The server's word comes before the swap of the same answer: that must not open it again.
document.addEventListener('dialogo:cerrar', () => {
  const dialog = byID('dialogo')
  if (!dialog?.open) return
  dialog.dataset.cerrando = ''
  forget(dialog)
  dialog.close()
})

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
  if (!typedInto(e.target)) e.target.close()
})

document.addEventListener('close', (e) => {
  if (!(e.target instanceof HTMLDialogElement)) return
  if (e.target.id === 'dialogo' && !('cerrando' in e.target.dataset)) keep(e.target)
  delete e.target.dataset.cerrando
  const next = document.querySelector('dialog:modal')
  ;(next ?? document.body).append(...toasts())
  if (e.target.id === 'dialogo' && !e.target.open) e.target.replaceChildren()
  if (!next) giveBack()
}, true)
