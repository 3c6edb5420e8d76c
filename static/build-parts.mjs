// The three generated texts of the build: Basecoat's chosen components, the
// position classes of the agenda, the icon sprite.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Name in the theme file (nova.css) and file of the same component.
const components = {
  Button: 'button', Textarea: 'textarea', Input: 'input', 'Native Select': 'native-select', Label: 'label',
  Field: 'field', Checkbox: 'checkbox', Radio: 'radio', Switch: 'switch', Kbd: 'kbd',
}

// basecoat takes only the components in use out of the package: its theme is one
// file whose sections begin with a comment of the component's name.
export function basecoat(dir) {
  const theme = readFileSync(join(dir, 'styles/nova.css'), 'utf8')
  const body = theme.slice(theme.indexOf('@layer components {') + '@layer components {'.length, theme.lastIndexOf('}'))
  const sections = new Map()
  let name = 'Accordion'
  for (const line of body.split('\n')) {
    const title = line.match(/^ {0,2}\/\* ([A-Z][\w ]*) \*\/\s*$/)
    if (title) name = title[1]
    else sections.set(name, (sections.get(name) ?? '') + line + '\n')
  }
  const files = Object.values(components).map((file) => readFileSync(join(dir, 'components', file + '.css'), 'utf8'))
  const styles = Object.keys(components).map((title) => {
    if (!sections.has(title)) throw new Error(`Basecoat's theme has no section "${title}" any more`)
    return sections.get(title)
  })
  return `/* made by build.mjs from basecoat-css */\n@layer components {\n${styles.join('\n')}\n}\n${files.join('\n')}`
}

// positions are the places of the agenda grid as classes, since pages carry no
// inline style: rows of five minutes, spans, columns, halves of a column.
export function positions() {
  const range = (from, to, rule) => Array.from({ length: to - from + 1 }, (_, i) => rule(from + i)).join('')
  return '/* made by build.mjs */\n@layer utilities{' +
    range(0, 287, (n) => `.f-${n}{grid-row-start:${n + 1}}`) +
    range(1, 144, (n) => `.d-${n}{grid-row-end:span ${n}}`) +
    range(1, 12, (n) => `.dia-${n}{--cols:${n}}`) +
    range(1, 24, (n) => `.horas-${n}{grid-template-rows:repeat(${n * 12},var(--u))}`) +
    range(2, 4, (k) => range(1, k, (n) => `.p-${n}-${k}{justify-self:start;width:calc(${(100 / k).toFixed(3)}% - .5rem);margin-left:calc(${((100 / k) * (n - 1)).toFixed(3)}% + .25rem)}`)) +
    '}\n'
}

// sprite gathers the named lucide icons and our own drawings as symbols.
export function sprite(lucide, names, own) {
  const symbol = (id, svg) => {
    const box = svg.match(/viewBox="([^"]+)"/)[1]
    const inner = svg.replace(/<!--[\s\S]*?-->/g, '').replace(/^[\s\S]*?<svg[\s\S]*?>/, '').replace(/<\/svg>\s*$/, '').replace(/>\s+</g, '><').replace(/ \/>/g, '/>').trim()
    return `<symbol id="${id}" viewBox="${box}">${inner}</symbol>`
  }
  const icons = names.map((name) => {
    const file = join(lucide, name + '.svg')
    if (!existsSync(file)) throw new Error(`icons.json: lucide has no icon "${name}"`)
    return symbol(name, readFileSync(file, 'utf8'))
  })
  const ours = ['diente', 'chakana'].map((name) => symbol(name, readFileSync(join(own, name + '.svg'), 'utf8')))
  return `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide (ISC), chakana and tooth: Hampi -->${icons.join('')}${ours.join('')}</svg>`
}
