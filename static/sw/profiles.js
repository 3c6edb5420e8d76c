// Who has a store in this browser: names of staff and clinic, the wrapped data key, the device. In clear; nothing here
// opens anything without the password or the server.
import Dexie from 'dexie'
import { lost, Store } from './store.js'

let list = null
const stores = new Map() // profile → Store

const table = () => {
  if (!list) {
    list = new Dexie('hampi')
    list.version(1).stores({ profiles: 'id,lastUsed' })
  }
  return list.profiles
}

async function use(work) {
  try {
    return await work(table())
  } catch (error) {
    if (!lost(error)) throw error
    list.close()
    list = null
    return work(table())
  }
}

// all lists the profiles, the last used first.
export const all = async () => (await use((t) => t.orderBy('lastUsed').toArray())).reverse()
export const find = (id) => use((t) => t.get(id))

// save keeps a profile or lays new fields over it. Its store learns which device this is, for it tells the server.
export async function save(profile, now = Date.now()) {
  if (typeof profile?.id !== 'string' || !profile.id.includes('.')) throw new TypeError('A profile is named <clinic>.<user>')
  if (stores.get(profile.id)?.gone) stores.delete(profile.id)
  await use(async (t) => t.put({ ...(await t.get(profile.id)), ...profile, lastUsed: now }))
  if (profile.device?.id) await storeOf(profile.id).commit(null, { meta: [['device', profile.device.id]], strict: true })
}

export const used = (id, now = Date.now()) => use((t) => t.update(id, { lastUsed: now }))

export function storeOf(id) {
  if (!stores.has(id)) stores.set(id, new Store(id))
  return stores.get(id)
}

// wipe forgets a person: their store first, so that a cut in between leaves nothing that looks empty but is not.
export async function wipe(id) {
  await storeOf(id).destroy()
  await use((t) => t.delete(id))
}
