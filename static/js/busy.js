// A region that waits for its answer says so to screen readers; the style shows
// it only when it lasts. News that nobody asked for (live regions) says nothing.
const quiet = (e) => e.detail.requestConfig?.headers?.['X-Vivo']

document.addEventListener('htmx:beforeRequest', (e) => { if (!quiet(e)) e.detail.target?.setAttribute('aria-busy', 'true') })
document.addEventListener('htmx:afterRequest', (e) => e.detail.target?.removeAttribute('aria-busy'))
