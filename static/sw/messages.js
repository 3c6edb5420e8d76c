// What pages may ask of the worker; static/js/worker.js describes each. Answers go through the message's port.
import { can } from './app.js'
import * as keys from './key.js'
import * as net from './network.js'
import * as profiles from './profiles.js'
import * as sync from './sync.js'
import { exported } from './outbox.js'
import { setPaths } from './places.js'
import { askAll } from './pages.js'
import { look } from './withdrawal.js'

const mine = (data) => data.profile ?? keys.current()?.profile

const answers = {
  async hello({ profile, paths }) {
    if (Array.isArray(paths)) await setPaths(paths)
    if (profile && keys.current() && keys.current().profile !== profile) await keys.drop() // somebody else signed in
    const held = await keys.fromPages()
    return { key: held && (!profile || held.profile === profile) ? { ...held } : null, state: await sync.state() }
  },
  async profiles() {
    const list = await profiles.all()
    return Promise.all(list.map(async (p) => ({ ...p, ...(await profiles.storeOf(p.id).counts().catch(() => ({}))) })))
  },
  'profile.save': (data) => profiles.save(data.profile),
  async key(data) {
    if (!keys.take(data)) throw new TypeError('The key cannot be used')
    await profiles.used(data.profile)
    await sync.announce()
  },
  activity: ({ lockAt }) => keys.extend(lockAt),
  lock: () => keys.drop(),
  wipe: (data) => sync.forget(mine(data)),
  export: (data) => exported(mine(data)),
  withdrawn: (data) => sync.gone(mine(data)),
  async sync({ hasty }) {
    await sync.run(Boolean(hasty))
    return sync.state(false)
  },
  probe: () => net.probe(true),
  state: () => sync.state(),
  can: ({ paths }) => Promise.all(paths.map((path) => can('GET', new URL(path, location.origin).href))),
  // calm tells whether no page holds something typed: then a new version may take over.
  calm: async () => (await askAll({ type: 'dirty?' }, (dirty) => dirty === true)) === null,
}

const contacts = ['hello', 'sync', 'probe'] // a page is open, and the server may be there

addEventListener('message', (event) => {
  const { data } = event
  if (data?.type === 'SKIP') return void skipWaiting() // outside waitUntil, which would wait for itself
  if (new URL(event.source?.url ?? location.href).origin !== location.origin) return
  const work = answers[data?.type]
  if (!work) return
  const port = event.ports[0]
  event.waitUntil(Promise.resolve().then(() => work(data)).then(
    (value) => {
      port?.postMessage({ value })
      return contacts.includes(data.type) && value !== false && look(data.type === 'hello')
    },
    (error) => port?.postMessage({ error: { name: error?.name ?? 'Error', message: error?.message ?? '' } }),
  ))
})
