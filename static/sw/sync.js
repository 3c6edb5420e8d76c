// Sending and fetching: one worker of this browser at a time, chunk by chunk, and what the pages show of it.
import * as app from './app.js'
import * as keys from './key.js'
import * as net from './network.js'
import * as profiles from './profiles.js'
import { onWritten } from './bridge.js'
import { tell } from './pages.js'
import { version } from './shell.js'
import { handIn } from './outbox.js'
import { renew } from './tables.js'

const stretch = 60_000 // ms of one event; what is left, the page asks for again
const none = { pending: 0, oldest: Infinity, attention: 0, conflicts: 0 }
let running = null
let again = false
let notBefore = 0
let last = {} // Go's newest report

// run sends and fetches until nothing is left. hasty: a person asked, so no pause is kept.
export function run(hasty = false) {
  if (hasty) notBefore = 0
  if (running) again = true
  running ??= round(hasty).finally(() => { running = null }).then(() => {
    if (!again) return announce()
    again = false
    return run()
  })
  return running
}

async function round(hasty) {
  if (Date.now() < notBefore || !(await keys.fromPages())) return
  if ((await net.offline()) && !(await net.probe(hasty))) return
  await navigator.locks.request('hampi-sync', { ifAvailable: true }, (lock) => lock && chunks())
  await renew('cie10', hasty).catch(() => {}) // the table that is here stays
}

async function chunks() {
  const end = Date.now() + stretch
  try {
    do {
      last = await app.synchronise()
      if (last.revoked) return void (await withdrawn())
      if (last.upgrade) registration.update().catch(() => {})
      if (last.retry_after > 0) notBefore = Date.now() + last.retry_after * 1000
      await announce(true)
    } while (last.more && Date.now() < end && Date.now() >= notBefore && !(await net.offline()))
  } catch (error) {
    last = { ...last, more: false, failed: true }
    console.error('sending failed:', error?.name)
  }
}

async function withdrawn() {
  const held = keys.current()
  if (held && !(await gone(held.profile))) last = { ...last, more: false, failed: true }
}

// gone: the clinic has withdrawn this device. What it could not send is handed in, then it forgets everything. What
// the server would not take stays, locked, and is offered again at the next contact; then this is false.
export async function gone(profile) {
  if (!(await profiles.find(profile))) return true
  await keys.fromPages() // a page may still hold what must be dropped
  let done = false
  try {
    await handIn(profile)
    await forget(profile)
    done = true
  } catch (error) {
    console.error('handing in failed:', error?.name)
    if (keys.current()?.profile === profile) await keys.drop()
  }
  await tell({ type: 'revoked', done })
  return done
}

// forget wipes a person's store and everything that is open of it.
export async function forget(profile) {
  if (keys.current()?.profile === profile) await keys.drop()
  app.drop()
  last = {}
  await profiles.wipe(profile)
  await caches.delete(net.MEMORY)
  await announce()
}

// state is what pages show; it needs no key.
export async function state(sending = Boolean(running)) {
  const held = keys.current()
  const profile = held?.profile ?? (await profiles.all())[0]?.id ?? ''
  const counts = profile ? await profiles.storeOf(profile).counts().catch(() => none) : none
  return {
    type: 'state', ...(await net.report()), ...counts, oldest: Number.isFinite(counts.oldest) ? counts.oldest : null,
    sending: sending && counts.pending > 0, progress: last.progress ?? null, more: Boolean(last.more), signIn: Boolean(last.sign_in),
    upgrade: Boolean(last.upgrade), failed: Boolean(last.failed), version, waiting: Boolean(registration.waiting), profile, key: Boolean(held),
  }
}

// announce tells every page how things stand.
export async function announce(sending) {
  await tell(await state(sending))
}

onWritten(() => { announce().catch(() => {}) })
keys.onDrop(() => { announce().catch(() => {}) })
net.onChange((_, back) => {
  announce().catch(() => {})
  if (!back) return
  registration.update().catch(() => {})
  run().catch(() => {})
})
