// One person's store in one clinic: IndexedDB, every value sealed with AES-256-GCM before a transaction opens.
// Kinds, ids, keys, groups, states and the settings of meta lie there in clear.
import Dexie from 'dexie'
import { open, seal } from './seal.js'

const tables = ['rows', 'queue', 'meta']
const unsent = ['pending', 'inflight']
const place = (row) => `rows|${row.kind}|${row.id}|1`
const spot = (entry) => `queue|${entry.id}|1`

export class Store {
  #db = null
  #gone = false

  constructor(profile) { this.name = 'hampi-' + profile.replace('.', '-') }

  get gone() { return this.#gone }

  async get(key, kind, ids) {
    const rows = await this.#use((db) => db.rows.bulkGet(ids.map((id) => [kind, id])))
    return opened(key, rows.filter(Boolean))
  }

  async byKey(key, kind, from, to) {
    if (from >= to) return []
    return opened(key, await this.#use((db) => db.rows.where('[kind+key]').between([kind, from], [kind, to], true, false).toArray()))
  }

  async byGroup(key, kind, group) {
    const rows = await this.#use((db) => db.rows.where('[kind+group]').equals([kind, group]).toArray())
    return opened(key, rows.sort((a, b) => compare(a.key, b.key) || compare(a.id, b.id)))
  }

  // count needs no key.
  async count(kind) { return this.#use((db) => db.rows.where('[kind+id]').between([kind, Dexie.minKey], [kind, Dexie.maxKey]).count()) }

  async queue(key, states) {
    const entries = await this.entries(states)
    return Promise.all(entries.map(async (e) => [e.n, e.state, await open(key, e, spot(e))]))
  }

  // entries are queued operations as they lie on the disk.
  async entries(states) {
    const found = await this.#use((db) => db.queue.where('state').anyOf(states).toArray())
    return found.sort((a, b) => a.n - b.n)
  }

  async meta(name) { return (await this.#use((db) => db.meta.get(name)))?.value ?? '' }

  // commit writes a batch whole or not at all. Strict: it is on the disk when this ends.
  async commit(key, batch, now = Date.now()) {
    const [rows, queue] = await Promise.all([
      Promise.all((batch.put ?? []).map(async ([kind, id, order, group, bytes]) => {
        const row = { kind, id, key: order, group }
        return Object.assign(row, await seal(key, bytes, place(row)))
      })),
      Promise.all((batch.queue ?? []).map(async ([n, state, bytes]) => {
        const entry = { id: crypto.randomUUID(), state, at: now }
        return Object.assign(entry, await seal(key, bytes, spot(entry)), n ? { n } : {})
      })),
    ])
    let tried = false
    await this.#use(async (db) => {
      const repeated = tried
      tried = true
      try {
        await write(db.backendDB(), { ...batch, rows, entries: queue })
      } catch (error) {
        if (!repeated || error?.name !== 'ConstraintError') throw error // its ids are there: the first attempt arrived
      }
    })
  }

  // counts need no key.
  async counts() {
    return this.#use(async (db) => {
      const waiting = await db.queue.where('state').anyOf(unsent).toArray()
      return {
        pending: waiting.length,
        oldest: waiting.reduce((least, e) => Math.min(least, e.at ?? least), Infinity),
        attention: await db.queue.where('state').equals('attention').count(),
        conflicts: await db.rows.where('[kind+key]').between(['conflict', ''], ['conflict', Dexie.maxKey], false).count(), // a decided one has no key
      }
    })
  }

  close() {
    this.#db?.close()
    this.#db = null
  }

  // destroy is for good: whatever was on its way must not make the store anew.
  async destroy() {
    this.#gone = true
    this.close()
    await Dexie.delete(this.name)
  }

  // use runs work on the open database, once more on a fresh connection when the browser lost this one.
  async #use(work) {
    try {
      return await work(await this.#open())
    } catch (error) {
      if (!lost(error)) throw error
      this.close()
      return work(await this.#open())
    }
  }

  async #open() {
    if (this.#gone) throw new Error('this store was wiped')
    if (this.#db?.isOpen()) return this.#db
    this.#db ??= this.#made()
    await this.#db.open()
    return this.#db
  }

  #made() {
    const db = new Dexie(this.name)
    db.version(1).stores({ rows: '[kind+id],[kind+key],[kind+group]', queue: '++n,&id,state', meta: 'name' })
    return db
  }
}

export const lost = (error) => [error?.name, error?.inner?.name].some((name) => ['UnknownError', 'DatabaseClosedError', 'InvalidStateError'].includes(name))

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

const opened = (key, rows) => Promise.all(rows.map(async (r) => [r.id, r.key, r.group, await open(key, r, place(r))]))

// write is one transaction without a single await inside: some browsers would commit it half done.
export function write(database, { delete: gone = [], rows, entries, unqueue = [], meta = [], strict }) {
  return new Promise((resolve, reject) => {
    const t = database.transaction(tables, 'readwrite', { durability: strict ? 'strict' : 'relaxed' })
    t.oncomplete = () => resolve()
    t.onabort = () => reject(t.error ?? new DOMException('The connection was lost', 'UnknownError'))
    const [inRows, inQueue, inMeta] = tables.map((name) => t.objectStore(name))
    for (const [kind, id] of gone) inRows.delete([kind, id])
    for (const row of rows) inRows.put(row)
    for (const entry of entries) queueUp(inQueue, entry)
    for (const n of unqueue) inQueue.delete(n)
    for (const [name, value] of meta) inMeta.put({ name, value })
  })
}

// queueUp adds an operation, or replaces one that keeps the time at which it was queued.
function queueUp(store, entry) {
  if (!entry.n) return void store.add(entry)
  store.get(entry.n).onsuccess = ({ target }) => store.put({ ...entry, at: target.result?.at ?? entry.at })
}
