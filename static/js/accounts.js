// What the pages of one's own account need: copying recovery codes.
import { on } from './dom.js'

on('click', '[data-copiar]', async (button) => {
  const text = [...document.querySelectorAll(`${button.dataset.copiar} li`)].map((li) => li.textContent.trim()).join('\n')
  await navigator.clipboard.writeText(text)
  button.lastChild.textContent = ' Copiados'
})
