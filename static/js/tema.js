// Runs before the first paint: puts the person's look on <html>, so that a page
// drawn without their cookies (first visit, drawn on the device) does not flash.
const root = document.documentElement
const choice = (name) => {
  try { return localStorage.getItem('hampi.' + name) } catch { return null }
}

const theme = choice('tema') || root.dataset.tema || 'equipo'
const dark = theme === 'oscuro' || (theme === 'equipo' && matchMedia('(prefers-color-scheme: dark)').matches)
root.dataset.tema = theme
root.classList.toggle('dark', dark)

if (choice('densidad')) root.dataset.densidad = choice('densidad')
if (choice('atajos')) root.dataset.atajos = choice('atajos')
if (choice('riel') === 'si' && !root.dataset.riel) root.dataset.riel = 'si'
if (choice('riel') === 'no' && root.dataset.riel === 'si') delete root.dataset.riel

try { // without connection on the page before: the strip's line is kept free, so that nothing jumps
  if (JSON.parse(sessionStorage.getItem('hampi.red') || '{}').online === false) root.dataset.red = 'sin'
} catch { /* nothing known */ }
