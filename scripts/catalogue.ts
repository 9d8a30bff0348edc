// Writes src/flux/catalogue/releases.json from the install manifests of every Flux release. They come out of a Go module
// at the pinned version, so that the same input gives the same file. Usage: catalogue.ts [FOLDER] [OUTPUT]
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import semver from 'semver'
import { parseAllDocuments } from 'yaml'
import * as z from 'zod'

export const SOURCE = 'github.com/controlplaneio-fluxcd/flux-operator@v0.58.1'

const Crd = z.object({
  kind: z.literal('CustomResourceDefinition'),
  spec: z.object({
    group: z.string(),
    names: z.object({ kind: z.string(), plural: z.string() }),
    scope: z.enum(['Namespaced', 'Cluster']),
    versions: z.array(z.object({ name: z.string(), served: z.boolean(), storage: z.boolean(), deprecated: z.boolean().default(false) })),
  }),
})

const Deployment = z.object({
  kind: z.literal('Deployment'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string(), args: z.array(z.string()).default([]) })) }) }),
  }),
})

interface Table {
  readonly crds: string[]
  readonly args: string[]
}

/** Place of `value` in `table`, added when it is new. */
const place = (table: string[], value: unknown): number => {
  const text = JSON.stringify(value)
  const at = table.indexOf(text)
  return at >= 0 ? at : table.push(text) - 1
}

/** The schema of a version is nearly all of the text and is not wanted; two traits of it are, so they are read off first. */
function readCrd(text: string, component: string): unknown {
  const traits: { conditions: boolean; handles: boolean; suspends: boolean }[] = []
  let inSchema = false
  const kept = text.split('\n').filter((line) => {
    if (/^ {4}schema:/.test(line)) {
      inSchema = true
      traits.push({ conditions: false, handles: false, suspends: false })
      return false
    }
    if (inSchema && /^ {0,4}\S/.test(line)) inSchema = false
    const trait = traits.at(-1)
    if (inSchema && trait) {
      trait.conditions ||= /^ {14}conditions:/.test(line)
      trait.handles ||= /^ {14}lastHandledReconcileAt:/.test(line)
      trait.suspends ||= /^ {14}suspend:/.test(line)
    }
    return !inSchema
  })
  const { spec } = Crd.parse(parseAllDocuments(kept.join('\n'))[0]?.toJS())
  const versions = spec.versions.map((version, index) => ({ ...version, ...traits[index] }))
  return { group: spec.group, kind: spec.names.kind, plural: spec.names.plural, scope: spec.scope, component, versions }
}

function readController(text: string, component: string): { tag: string; args: string[] } {
  const container = Deployment.parse(parseAllDocuments(text)[0]?.toJS()).spec.template.spec.containers[0]
  const [image, tag] = container?.image.split(':') ?? []
  if (!container || !tag || image !== `fluxcd/${component}`) throw new Error(`${component}: unexpected image ${container?.image}`)

  return { tag, args: container.args }
}

function readRelease(folder: string, table: Table): unknown {
  const controllers: Record<string, { tag: string; args: number }> = {}
  const crds: number[] = []
  for (const file of readdirSync(folder).sort()) {
    const component = file.replace(/\.yaml$/, '')
    if (component === 'policies' || component === 'rbac') continue
    for (const document of readFileSync(join(folder, file), 'utf8').split(/^---$/m)) {
      const kind = /^kind: (\w+)/m.exec(document)?.[1]
      if (kind === 'CustomResourceDefinition') crds.push(place(table.crds, readCrd(document, component)))
      if (kind === 'Deployment') {
        const { tag, args } = readController(document, component)
        controllers[component] = { tag, args: place(table.args, args) }
      }
    }
  }
  return { controllers, crds }
}

/** Everything releases.json holds, from `<folder>/v<release>/<component>.yaml`. */
export function buildCatalogue(folder: string): unknown {
  const table: Table = { crds: [], args: [] }
  const names = readdirSync(folder).filter((name) => semver.valid(name))
  const releases = names.sort(semver.compare).map((name) => [name.slice(1), readRelease(join(folder, name), table)])
  const parsed = (texts: string[]): unknown[] => texts.map((text) => JSON.parse(text))

  return { source: SOURCE, crds: parsed(table.crds), args: parsed(table.args), releases: Object.fromEntries(releases) }
}

/** The module's folder; downloads it when it is not in the module cache. */
export function moduleFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const output = execFileSync('go', ['mod', 'download', '-json', SOURCE], { encoding: 'utf8', cwd: '/', env: environment })
  return join(z.object({ Dir: z.string() }).parse(JSON.parse(output)).Dir, 'config', 'data', 'flux')
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const output = process.argv[3] ?? fileURLToPath(new URL('../src/flux/catalogue/releases.json', import.meta.url))
  writeFileSync(output, `${JSON.stringify(buildCatalogue(process.argv[2] ?? moduleFolder()))}\n`)
}
