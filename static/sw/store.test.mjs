import { test } from 'node:test'
import assert from 'node:assert/strict'
import { write } from './store.js'

// database tells how a transaction was opened, and ends it.
function database(opened) {
  const shelf = { put() {}, add() {}, delete() {} }
  return {
    transaction(names, mode, options) {
      opened.push([names.join(), mode, options.durability])
      const t = { objectStore: () => shelf }
      queueMicrotask(() => t.oncomplete())
      return t
    },
  }
}

test('F19: what a person entered is on the disk, object and operation together, before the answer', async () => {
  const opened = []
  await write(database(opened), { rows: [{ kind: 'patient', id: 'a' }], entries: [{ id: 'o', state: 'pending' }], strict: true })
  await write(database(opened), { rows: [], entries: [], meta: [['cursor', '7']] })
  assert.deepEqual(opened, [['rows,queue,meta', 'readwrite', 'strict'], ['rows,queue,meta', 'readwrite', 'relaxed']])
})
