// What Go may call: the store of whoever unlocked it, posting to the server, and tables of codes. While locked every call rejects with
// an Error named "locked"; Go then draws the page that asks for the password.
import * as keys from './key.js'
import { find, storeOf } from './profiles.js'
import { send } from './network.js'
import { table } from './tables.js'

const written = []

// onWritten is told when the queue changed.
export const onWritten = (listen) => written.push(listen)

// unlocked gives work the open store and its key.
async function unlocked(work) {
  const held = keys.current()
  if (!held) throw Object.assign(new Error('locked'), { name: 'locked' })
  return work(storeOf(held.profile), held.key, held.profile)
}

// setting gives one of the store, and the id under which this device is registered, which its profile holds.
const setting = (name) => unlocked(async (store, key, profile) =>
  name === 'device' ? (await find(profile))?.device?.id ?? '' : store.meta(name))

self.hampiStore = {
  get: (kind, ids) => unlocked((store, key) => store.get(key, kind, ids)),
  byKey: (kind, from, to) => unlocked((store, key) => store.byKey(key, kind, from, to)),
  byGroup: (kind, group) => unlocked((store, key) => store.byGroup(key, kind, group)),
  count: (kind) => unlocked((store) => store.count(kind)),
  queue: (states) => unlocked((store, key) => store.queue(key, states)),
  meta: setting,
  commit: (batch) => unlocked(async (store, key) => {
    await store.commit(key, batch)
    if (batch.queue?.length || batch.unqueue?.length) for (const listen of written) listen()
  }),
}

self.hampiPost = send
self.hampiTable = table
