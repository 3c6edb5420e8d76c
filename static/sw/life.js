// The worker's life: install with integrity, wait, take over, and leave when the server says so.
import { SHELL, addresses } from './shell.js'

addEventListener('install', (event) => event.waitUntil(install()))

async function install() {
  const first = !registration.active
  try {
    const cache = await caches.open(SHELL)
    await cache.addAll(addresses().map((a) => new Request(a.url, { cache: 'reload', integrity: 'sha256-' + a.sha256 })))
  } catch (error) {
    await caches.delete(SHELL) // a failed addAll leaves an empty cache behind
    throw error
  }
  if (first) skipWaiting() // nobody to wait for; never awaited here, where it would wait for itself
}

addEventListener('activate', (event) => event.waitUntil(activate()))

async function activate() {
  const older = (await caches.keys()).filter((name) => name.startsWith('shell-') && name !== SHELL)
  for (const name of older.slice(0, -1)) await caches.delete(name) // pages of the previous version may still ask
  await clients.claim()
}

// leave gives every page back to the network. What people entered (IndexedDB) stays.
export async function leave() {
  for (const name of await caches.keys()) await caches.delete(name)
  await registration.unregister()
  for (const page of await clients.matchAll({ type: 'window' })) await page.navigate(page.url).catch(() => {})
}
