// Which requests are ours to answer. The network comes first; the app in the browser only when it fails.
const READ_LIMIT = 2000 // ms until a silent server counts as absent

addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== location.origin || request.method !== 'GET') return
  if (isAsset(url.pathname)) return event.respondWith(kept(request))
  if (request.mode === 'navigate') event.respondWith(page(request))
})

const isAsset = (path) => path.startsWith('/static/')

// kept answers hashed assets from the shell: their name changes with their content.
async function kept(request) {
  return (await fromShell(request)) || fetch(request)
}

// page races an untouched fetch, which a navigation must get, against the limit.
async function page(request) {
  const network = fetch(request)
  const first = await Promise.race([network.catch(() => null), limit()])
  if (first && !absent(first)) return first
  const local = await ask(request, null).catch(() => null)
  return local || network
}

const limit = () => new Promise((resolve) => setTimeout(resolve, READ_LIMIT, null))

// absent: an answer that a proxy gave in the server's place.
const absent = (response) => response.type !== 'opaqueredirect' && response.status >= 500 && !response.headers.has('X-Hampi')
