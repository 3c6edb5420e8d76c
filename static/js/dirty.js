// Whether this page holds something that a reload would lose.
import { typedInto } from './drafts.js'
import { locked } from './lock.js'

const writes = (form) => !form.matches('[hx-get], [method=dialog]') && (form.method === 'post' || form.matches('[hx-post], [hx-put], [hx-patch], [hx-delete]'))

// A locked page has its forms put away where nobody can count them.
export const dirty = () => locked() || document.querySelector('dialog:modal') !== null || [...document.forms].some((form) => writes(form) && typedInto(form))
