// The tables of codes that the app in the browser searches: the one in the shell, or the one that the clinic's server
// has loaded in its place, kept under the address of its version. They hold codes and titles, nothing of people.
import * as net from './network.js'
import { kept, own } from './shell.js'

const TABLES = 'tablas'
const asks = (name) => '/catalogo/' + name
const pause = 10 * 60_000 // ms
const asked = {}

// table gives { version, body } of what is in force here; body is null when the app has that version already.
export async function table(name, have) {
  const loaded = await net.recall('catalogo-' + name)
  if (loaded && loaded === have) return { version: have, body: null }
  const answer = loaded && (await held(loaded))
  if (answer) return given(loaded, answer)
  const { url } = own(name + '.txt')
  return url === have ? { version: have, body: null } : given(url, await kept(url))
}

const given = async (version, answer) => ({ version, body: new Uint8Array(await answer.arrayBuffer()) })

// held gives the table at that address, fetching it once; null where it cannot be had.
async function held(url) {
  const cache = await caches.open(TABLES)
  const found = await cache.match(url, { ignoreVary: true })
  if (found) return found
  const answer = await fetch(url).catch(() => null)
  if (!answer?.ok || !net.ours(answer)) return null
  await cache.put(url, answer.clone())
  return answer
}

// renew asks the server which table is in force and fetches one that is not here yet.
export async function renew(name, hasty, clock = Date.now()) {
  if (!hasty && clock - (asked[name] ?? -pause) < pause) return
  asked[name] = clock
  const answer = await fetch(asks(name), { cache: 'no-store', redirect: 'error' }).catch(() => null)
  if (!answer?.ok || !net.ours(answer)) return
  const { url = null } = await answer.json().catch(() => ({}))
  if (url === null) return
  if (url && !(await held(url))) return // what is in force here stays until the other is here whole
  await net.remember('catalogo-' + name, url)
  const cache = await caches.open(TABLES)
  for (const old of await cache.keys()) if (new URL(old.url).pathname !== url) await cache.delete(old)
}
