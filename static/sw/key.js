// The open key: in this variable and in every open page, never on the disk. It belongs to one person in one clinic
// (profile) and holds until lockAt, a wall-clock time that is compared at each use: workers die and laptops sleep.
import { askAll, tell } from './pages.js'

let held = null // { profile, key, lockAt }
let asking = null
const dropped = []

// onDrop is told whenever the key goes, so that whatever holds opened data goes too.
export const onDrop = (listen) => dropped.push(listen)

// current is the key with its profile, or null while locked.
export function current(now = Date.now()) {
  if (held && now >= held.lockAt) drop()
  return held
}

// take keeps a key handed over by a page. Another person's key locks what the one before had opened.
export function take(given, now = Date.now()) {
  if (!usable(given, now)) return false
  if (held && held.profile !== given.profile) drop()
  held = { profile: given.profile, key: given.key, lockAt: Math.max(given.lockAt, held?.lockAt ?? 0) }
  return true
}

const usable = (given, now = Date.now()) => Boolean(given) && typeof given.profile === 'string' && given.profile !== '' &&
  given.key instanceof CryptoKey && !given.key.extractable && Number.isFinite(given.lockAt) && now < given.lockAt

// extend moves the lock: somebody works here. It never comes back from a lock.
export function extend(lockAt) {
  if (!current() || !Number.isFinite(lockAt) || lockAt <= held.lockAt) return
  held.lockAt = lockAt
  tell({ type: 'lockAt', profile: held.profile, lockAt })
}

// drop locks: here and in every page.
export function drop() {
  const profile = held?.profile ?? ''
  held = null
  for (const listen of dropped) listen(profile)
  return tell({ type: 'lock', profile })
}

// fromPages asks the open pages when the worker has just been started without its key.
export function fromPages() {
  if (current()) return Promise.resolve(held)
  asking ??= askAll({ type: 'key?' }, (answer) => usable(answer)).then((answer) => {
    if (answer) take(answer)
    return current()
  }).finally(() => { asking = null })
  return asking
}
