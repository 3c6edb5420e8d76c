// Whether the clinic has withdrawn what is kept here, asked with the device's own token alone: so a lost one that
// somebody only opens hands in and wipes what it keeps, without any password.
import * as keys from './key.js'
import * as net from './network.js'
import * as profiles from './profiles.js'
import { count } from './pages.js'
import { gone } from './sync.js'

const pause = 10 * 60_000
let asking = null
let asked = 0 // in this life of the worker

// look asks the server whether a device kept here was withdrawn: now and then, and when the browser has just been
// opened (opening: a page says hello). It never fails.
export function look(opening) {
  asking ??= question(opening).catch(() => {}).finally(() => { asking = null })
  return asking
}

async function question(opening) {
  const kept = (await profiles.all()).filter((p) => p.device?.id && p.device.token)
  if (!kept.length || (await net.offline()) || !(await due(opening))) return
  asked = Date.now()
  await net.remember('retiro', asked)
  for (const { id, device } of kept) {
    if (await revoked(device)) await navigator.locks.request('hampi-sync', () => gone(id))
  }
}

async function due(opening) {
  if (opening && !asked && !keys.current() && (await count()) === 1) return true
  const before = Math.max(asked, (await net.recall('retiro')) ?? 0)
  return Math.abs(Date.now() - before) >= pause
}

async function revoked({ id, token }) {
  const answer = await fetch('/api/v1/devices/state', {
    cache: 'no-store', redirect: 'error', credentials: 'omit', signal: AbortSignal.timeout(10_000), headers: { 'X-Device-Id': id, 'X-Device-Token': token },
  })
  return answer.ok && (await answer.json()).revoked === true
}
