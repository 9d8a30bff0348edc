// Reads the little of Go that command-line flags are written in: constants, import aliases, the bodies of functions. No Go is run.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const Download = z.object({ Dir: z.string() })

const folders = new Map<string, string | undefined>()

/** Folder of a module in the module cache, fetched through the Go module proxy; undefined when the proxy does not give it. */
export function moduleFolder(module: string, version: string): string | undefined {
  const key = `${module}@${version}`
  if (!folders.has(key)) folders.set(key, download(key))
  return folders.get(key)
}

function download(key: string): string | undefined {
  try {
    const output = execFileSync('go', ['mod', 'download', '-json', key], {
      encoding: 'utf8',
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 120_000,
    })
    return Download.parse(JSON.parse(output)).Dir
  } catch {
    return undefined
  }
}

export interface GoPackage {
  readonly text: string
  /** Constants of this package with a literal string, by name. */
  readonly constants: ReadonlyMap<string, string>
}

export function readPackage(folder: string): GoPackage {
  const files = readdirSync(folder).filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
  const text = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
  const constants = [...text.matchAll(/^\s*(?:const\s+)?(\w+)\s*(?:string\s*)?=\s*"([^"\n]*)"\s*$/gm)]
  return { text, constants: new Map(constants.map(([, name = '', value = '']) => [name, value])) }
}

/** What stands between the braces of `func … name(…) … {`; undefined when there is none. `receiver`: of a method. */
export function bodyOf(text: string, name: string, receiver?: string): string | undefined {
  const head = receiver === undefined ? `func ${name}\\(` : `func \\(\\w*\\s*\\*?${receiver}\\) ${name}\\(`
  const found = new RegExp(`^${head}.*$`, 'm').exec(text)
  const end = found ? text.indexOf('\n}', found.index) : -1
  return found && end >= 0 ? text.slice(found.index + found[0].length, end) : undefined
}

/** Import path by the name it goes by in this file. */
export function importsOf(text: string): Map<string, string> {
  const block = /^import \(\n([\s\S]*?)^\)/m.exec(text)?.[1] ?? ''
  const lines = [...block.matchAll(/^\s*(?:(\w+)\s+)?"([^"]+)"/gm)]
  return new Map(lines.map(([, alias, path = '']) => [alias ?? path.split('/').findLast((part) => !/^v\d+$/.test(part)) ?? path, path]))
}

/** Versions that a go.mod requires, by module. */
export function requirementsOf(folder: string): Map<string, string> {
  const text = readFileSync(join(folder, 'go.mod'), 'utf8')
  return new Map([...text.matchAll(/^\s*(?:require )?(\S+) (v\S+)/gm)].map(([, module = '', version = '']) => [module, version]))
}

/** A package whose module the proxy does not give; the message is `module@version`. */
export class Missing extends Error {}

/** Folder of an imported package. Throws Missing. */
export function packageFolder(path: string, own: { folder: string }, requirements: ReadonlyMap<string, string>): string {
  const internal = path.indexOf('/internal/')
  if (internal > 0) return join(own.folder, path.slice(internal))
  const module = [...requirements.keys()]
    .filter((each) => path === each || path.startsWith(`${each}/`))
    .sort((a, b) => b.length - a.length)[0]
  const version = module === undefined ? undefined : requirements.get(module)
  const root = module === undefined || version === undefined ? undefined : moduleFolder(module, version)
  if (module === undefined) throw new Error(`${path}: no module of go.mod has it`)
  if (root === undefined) throw new Missing(`${module}@${version}`)
  const folder = join(root, path.slice(module.length))
  if (!existsSync(folder)) throw new Error(`${path}: no such package in ${module} ${version}`)
  return folder
}
