// The open pages, as the worker talks to them.
const open = () => clients.matchAll({ includeUncontrolled: true, type: 'window' })

// count is how many there are.
export const count = async () => (await open()).length

// tell sends every open page a message.
export async function tell(message) {
  for (const page of await open()) page.postMessage(message)
}

// askAll asks every open page and gives the first answer that fits, or null when none does within ms.
export async function askAll(message, fits, ms = 500) {
  const pages = await open()
  if (!pages.length) return null
  return new Promise((resolve) => {
    let left = pages.length
    const timer = setTimeout(resolve, ms, null)
    for (const page of pages) {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = ({ data }) => {
        left--
        if (!fits(data) && left > 0) return
        clearTimeout(timer)
        resolve(fits(data) ? data : null)
      }
      page.postMessage(message, [port2])
    }
  })
}
