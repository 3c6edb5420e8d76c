// The shell: hashed assets, kept under the version that named them. No page ever enters this cache.
const SHELL = 'shell-' + VERSION
const own = (name) => ASSETS.find((a) => a.name === name)

addEventListener('install', (event) => event.waitUntil(install()))

async function install() {
  try {
    const cache = await caches.open(SHELL)
    await cache.addAll(ASSETS.map((a) => new Request(a.url, { cache: 'reload', integrity: 'sha256-' + a.sha256 })))
  } catch (error) {
    await caches.delete(SHELL) // a failed addAll leaves an empty cache behind
    throw error
  }
  if (!registration.active) await skipWaiting() // nobody to wait for
}

addEventListener('activate', (event) => event.waitUntil(activate()))

async function activate() {
  const names = (await caches.keys()).filter((name) => name.startsWith('shell-') && name !== SHELL)
  for (const name of names.slice(0, -1)) await caches.delete(name) // pages of the previous version may still ask
  await clients.claim()
}

const fromShell = (request) => caches.match(request, { ignoreVary: true })
