// The flags and feature gates that one version of a controller knows, read from its own sources and those of the packages that bind flags for it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bodyOf, type GoPackage, importsOf, Missing, moduleFolder, packageFolder, readPackage, requirementsOf } from './go-source.ts'

export interface ControllerFlags {
  readonly flags: readonly string[]
  /** Gates and what they are without being set. */
  readonly gates: Readonly<Record<string, boolean>>
  /** Packages that could not be had: they may hold more. */
  readonly lacks: readonly string[]
}

interface View {
  readonly module: string
  readonly folder: string
  readonly requirements: ReadonlyMap<string, string>
  readonly lacks: Set<string>
}

/** What `read` finds; [] when a package that it needs cannot be had. */
function unlessMissing<T>(view: View, read: () => T[]): T[] {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    view.lacks.add(error.message)
    return []
  }
}

/** `flag.StringVar(&x, NAME, …`: the second argument; of Var the second too. */
const DEFINES =
  /\b(?:flag|fs|f|flagSet)(?:\.CommandLine)?\.(?:\w*Var|\w*VarP)\(\s*(?:[^,()]|\([^()]*(?:\([^()]*\)[^()]*)*\))+,\s*([\w."-]+)\s*,/g

function resolve(name: string, own: GoPackage, imports: ReadonlyMap<string, string>, view: View): string {
  if (name.startsWith('"')) return name.slice(1, -1)
  const [alias = '', constant] = name.split('.')
  if (constant === undefined) {
    const value = own.constants.get(name)
    if (value === undefined) throw new Error(`${view.module}: constant ${name} is not found`)
    return value
  }
  const path = imports.get(alias)
  const value = path && readPackage(packageFolder(path, view, view.requirements)).constants.get(constant)
  if (!value) throw new Error(`${view.module}: constant ${name} is not found`)
  return value
}

/** Flags that a method of an options type binds, and the methods it calls to do so. */
function boundBy(pkg: GoPackage, type: string, method: string, view: View): string[] {
  const body = bodyOf(pkg.text, method, type)
  if (body === undefined) throw new Error(`${view.module}: ${type}.${method} is not found`)
  const own = [...body.matchAll(DEFINES)].map(([, name = '']) => resolve(name, pkg, new Map(), view))
  const more = [...body.matchAll(/\b\w+\.(BindFlags\w+)\(/g)].flatMap(([, name = '']) => boundBy(pkg, type, name, view))
  const found = [...own, ...more]
  if (found.length === 0) throw new Error(`${view.module}: ${type}.${method} binds nothing that is understood`)
  return found
}

function flagsOf(main: GoPackage, view: View): string[] {
  const imports = importsOf(main.text)
  const defined = [...main.text.matchAll(DEFINES)].map(([, name = '']) => name)
  const calls = (main.text.match(/\bflag(?:\.CommandLine)?\.\w*Var\w*\(/g) ?? []).length
  if (defined.length !== calls) throw new Error(`${view.module}: ${calls} flags are defined, ${defined.length} of them understood`)
  const own = defined.flatMap((name) => unlessMissing(view, () => [resolve(name, main, imports, view)]))
  const bound = [...main.text.matchAll(/^\s*(\w+)\.(BindFlags\w*)\(/gm)].flatMap(([, variable = '', method = '']) => {
    const [, alias = '', type = ''] = new RegExp(`^\\s*${variable}\\s+(\\w+)\\.(\\w+)\\s*$`, 'm').exec(main.text) ?? []
    const path = imports.get(alias)
    if (path === undefined) throw new Error(`${view.module}: the type of ${variable} is not found`)
    return unlessMissing(view, () => boundBy(readPackage(packageFolder(path, view, view.requirements)), type, method, view))
  })
  // pflag adds --help to every flag set.
  return [...new Set([...own, ...bound, 'help'])].sort()
}

function gatesOf(view: View): Record<string, boolean> {
  const folder = join(view.folder, 'internal', 'features')
  if (!existsSync(folder)) return {}
  const pkg = readPackage(folder)
  const imports = importsOf(pkg.text)
  const literal = /features = map\[string\]bool\{\n([\s\S]*?)^\}/m.exec(pkg.text)?.[1] ?? ''
  const listed = [...literal.matchAll(/^\s*([\w.]+):\s*(true|false),/gm)]
  const gates = listed.flatMap(([, name = '', value]) =>
    unlessMissing(view, () => [[resolve(name, pkg, imports, view), value === 'true'] as const]),
  )
  const added = [...pkg.text.matchAll(/^\s*(\w+)\.(SetFeatureGates)\(/gm)].flatMap(([, alias = '', method = '']) =>
    unlessMissing(view, () => {
      const other = readPackage(packageFolder(imports.get(alias) ?? alias, view, view.requirements))
      const sets = (bodyOf(other.text, method) ?? '').matchAll(/features\[(\w+)\] = (true|false)/g)
      return [...sets].map(([, name = '', value]) => [resolve(name, other, new Map(), view), value === 'true'] as const)
    }),
  )
  return Object.fromEntries([...gates, ...added].sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** undefined when the Go module proxy does not give this version; throws when its source is not understood. */
export function controllerFlags(module: string, version: string): ControllerFlags | undefined {
  const folder = moduleFolder(module, version)
  if (folder === undefined) return undefined
  const view: View = { module: `${module}@${version}`, folder, requirements: requirementsOf(folder), lacks: new Set() }
  const main = readPackage(existsSync(join(folder, 'main.go')) ? folder : join(folder, 'cmd'))
  const found = { flags: flagsOf(main, view), gates: gatesOf(view) }
  return { ...found, lacks: [...view.lacks].sort() }
}
