// The worker that ends all workers, served at /sw.js when the app in the browser has to be withdrawn: it takes over at
// once, empties the caches, unregisters and gives every page back to the network. What people entered (IndexedDB) stays.
addEventListener('install', () => { skipWaiting() })
addEventListener('activate', (event) => event.waitUntil(leave()))

async function leave() {
  for (const name of await caches.keys()) await caches.delete(name)
  await clients.claim()
  await registration.unregister()
  for (const page of await clients.matchAll({ type: 'window' })) await page.navigate(page.url).catch(() => {})
}
