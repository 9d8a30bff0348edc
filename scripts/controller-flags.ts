// Writes src/flux/catalogue/flags.json: the flags and feature gates of every controller version of the catalogue whose source the Go module
// proxy gives. Versions that it does not give are left out: nothing is known of them. Usage: controller-flags.ts [OUTPUT]
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import semver from 'semver'
import { release, releases } from '../src/flux/catalogue/index.ts'
import { COMPONENTS, type Component } from '../src/flux/kinds.ts'
import { controllerFlags } from './flags/controller.ts'

const moduleOf = (component: Component): string => `github.com/fluxcd/${component}${component === 'source-watcher' ? '/v2' : ''}`

/** Place of `value` in `table`, added when it is new. */
const place = (table: string[], value: unknown): number => {
  const text = JSON.stringify(value)
  const at = table.indexOf(text)
  return at >= 0 ? at : table.push(text) - 1
}

const tagsOf = (component: Component): string[] => {
  const tags = releases().flatMap((version) => release(version).controllers.filter((each) => each.component === component))
  return [...new Set(tags.map((each) => each.tag))].sort(semver.compare)
}

interface Entry {
  readonly flags: number
  readonly gates: number
  readonly source: string
  readonly lacks?: readonly string[]
}

const flags: string[] = []
const gates: string[] = []
const controllers: Record<string, Record<string, Entry>> = {}
for (const component of COMPONENTS) {
  const module = moduleOf(component)
  const known: Record<string, Entry> = {}
  for (const tag of tagsOf(component)) {
    const found = controllerFlags(module, tag)
    process.stderr.write(`${found === undefined ? '?' : '✔'} ${module}@${tag}\n`)
    if (found === undefined) continue
    const entry = { flags: place(flags, found.flags), gates: place(gates, found.gates), source: `${module}@${tag}` }
    known[tag] = found.lacks.length === 0 ? entry : { ...entry, lacks: found.lacks }
  }
  controllers[component] = known
}
const parsed = (texts: string[]): unknown[] => texts.map((text) => JSON.parse(text))
const output = process.argv[2] ?? fileURLToPath(new URL('../src/flux/catalogue/flags.json', import.meta.url))
writeFileSync(output, `${JSON.stringify({ flags: parsed(flags), gates: parsed(gates), controllers })}\n`)
