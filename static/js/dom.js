// Small words the helpers share.

// on listens on the document for events of elements matching selector.
export function on(event, selector, handle, options) {
  document.addEventListener(event, (e) => {
    const target = e.target instanceof Element ? e.target.closest(selector) : null
    if (target) handle(target, e)
  }, options)
}

export const visible = (el) => el.checkVisibility ? el.checkVisibility({ visibilityProperty: true }) : el.offsetParent !== null

export const byID = (id) => document.getElementById(id)

// typing tells whether keys belong to the element: fields, but not ticks and buttons.
export function typing(el) {
  if (!el) return false
  if (el.isContentEditable || el.tagName === 'TEXTAREA' || el.tagName === 'SELECT') return true
  return el.tagName === 'INPUT' && !['checkbox', 'radio', 'button', 'submit', 'reset', 'range', 'file', 'color'].includes(el.type)
}

// focusable finds the first thing inside that can take the focus.
export function firstFocusable(inside) {
  const all = inside.querySelectorAll('[autofocus], input:not([type=hidden]), select, textarea, button, a[href], [tabindex]:not([tabindex="-1"])')
  const fits = [...all].filter((el) => !el.disabled && visible(el))
  return fits.find((el) => el.hasAttribute('autofocus')) ?? fits.find((el) => !el.matches('[data-cerrar]')) ?? fits[0]
}
