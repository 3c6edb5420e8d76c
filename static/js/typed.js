// What people type without separators is written out when they leave the field;
// the server reads both, so this only shows what will be understood.
import { on } from './dom.js'

on('change', '[data-fecha]', (el) => {
  const day = readDay(el.value, new Date(), el.dataset.fecha === 'nacimiento')
  if (day) el.value = day
})

on('change', '[data-numero]', (el) => { el.value = readNumber(el.value) })

// readDay understands 240188, 24011988, 24/1/88, 24-01-1988; answers dd/mm/yyyy,
// or '' for what is no day. A birth's two-digit year is never in the future.
export function readDay(text, today, birth) {
  const parts = /^\s*(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{2}|\d{4})\s*$/.exec(text) ?? /^\s*(\d{2})(\d{2})(\d{2}|\d{4})\s*$/.exec(text)
  if (!parts) return ''
  const [day, month] = [Number(parts[1]), Number(parts[2])]
  let year = Number(parts[3])
  if (parts[3].length === 2) {
    year += 2000
    if (birth && new Date(year, month - 1, day) > today) year -= 100
  }
  const made = new Date(year, month - 1, day)
  if (made.getMonth() !== month - 1 || made.getDate() !== day) return ''
  return [String(day).padStart(2, '0'), String(month).padStart(2, '0'), year].join('/')
}

// readNumber turns a decimal comma into a point (36,5 → 36.5); 1,234 stays thousands.
export function readNumber(text) {
  return /^\s*[−-]?\d+,\d{1,2}\s*$/.test(text) ? text.trim().replace(',', '.') : text
}
