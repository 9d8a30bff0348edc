// Who may import whom, read from the import lines themselves. The table is ARCHITECTURE.md's.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

interface Rule {
  /** Folder (or file) the rule is for; the first that fits counts. */
  readonly from: RegExp
  /** Our own files it may import. */
  readonly own: RegExp
  /** Our own files it may only import types of. */
  readonly types?: RegExp
  /** Packages and node: modules it may import. */
  readonly packages: RegExp
}

const NOTHING = /^$/
const PURE_NODE = 'node:(crypto|util|path|url|string_decoder|zlib)'

const RULES: readonly Rule[] = [
  { from: /^bin\//, own: /^(bin|dist)\//, packages: NOTHING },
  { from: /^src\/(errors|nearest)\.ts$/, own: NOTHING, packages: NOTHING },
  { from: /^src\/ports\//, own: /^src\/(ports\/|errors\.ts)/, types: /^src\/engine\//, packages: NOTHING },
  { from: /^src\/engine\//, own: /^src\/(engine\/|ports\/|errors\.ts)/, packages: new RegExp(`^${PURE_NODE}$`) },
  {
    from: /^src\/sops\//,
    own: /^src\/(sops\/|errors\.ts|ports\/secret\.ts)/,
    types: /^src\/(ports|engine)\//,
    packages: new RegExp(`^(age-encryption|jsonc-parser|re2js|shamir-secret-sharing|uqr|yaml|zod|${PURE_NODE})$`),
  },
  { from: /^src\/ssh\//, own: /^src\/ssh\//, packages: new RegExp(`^${PURE_NODE}$`) },
  {
    from: /^src\/(flux|audit)\//,
    own: /^src\/(flux\/|sops\/|audit\/|errors\.ts)/,
    types: /^src\/(ports|engine)\//,
    packages: /^(re2js|semver|yaml|zod)$/,
  },
  {
    from: /^src\/cluster-file\//,
    own: /^src\/(cluster-file\/|flux\/|sops\/|(errors|nearest)\.ts)/,
    types: /^src\/ports\//,
    packages: /^(semver|yaml|zod)$/,
  },
  {
    from: /^src\/scaffold\//,
    own: /^src\/(scaffold\/|flux\/|sops\/|(errors|nearest)\.ts)/,
    types: /^src\/(cluster-file|ports)\//,
    packages: /^(semver|yaml)$/,
  },
  { from: /^src\/diagnosis\//, own: /^src\/(diagnosis\/|flux\/|errors\.ts)/, types: /^src\/ports\//, packages: NOTHING },
  {
    from: /^src\/ui\//,
    own: /^src\/(ui\/|errors\.ts)/,
    types: /^src\/(engine|ports|diagnosis)\//,
    packages: new RegExp(`^(listr2|${PURE_NODE})$`),
  },
  { from: /^src\/adapters\//, own: /^src\/(adapters\/|engine\/|ports\/|ssh\/|errors\.ts)/, packages: /^(?!@oclif\/|listr2$)/ },
  {
    from: /^src\/actions\//,
    own: /^src\/(actions\/|audit\/|diagnosis\/|flux\/|sops\/|ssh\/|ports\/|errors\.ts)/,
    types: /^src\/engine\//,
    packages: new RegExp(`^(zod|yaml|semver|${PURE_NODE})$`),
  },
  {
    from: /^src\/rehearsal\//,
    own: /^src\/(rehearsal\/|actions\/|flux\/|ports\/|errors\.ts)/,
    types: /^src\/engine\//,
    packages: /^yaml$/,
  },
  { from: /^src\/sandbox\//, own: /^src\/(sandbox\/|errors\.ts)/, types: /^src\/ports\//, packages: /^(?!@oclif\/|listr2$)/ },
  { from: /^src\/cli\//, own: /^(src\/|runbooks\/index\.ts|commands\/index\.ts|package\.json)/, packages: /./ },
  {
    from: /^commands\//,
    own: /^(commands\/|src\/cli\/|src\/errors\.ts|src\/sandbox\/|runbooks\/index\.ts)/,
    packages: /^@oclif\/core(\/|$)/,
  },
  { from: /^runbooks\/index\.ts$/, own: /^runbooks\//, types: /^src\/engine\//, packages: NOTHING },
  {
    from: /^runbooks\/[^/]+\//,
    own: /^(runbooks\/[^/]+\/|src\/(flux|sops|ssh|cluster-file|scaffold|diagnosis|actions|ports)\/|src\/errors\.ts)/,
    types: /^src\/engine\//,
    packages: new RegExp(`^(zod|semver|yaml|${PURE_NODE})$`),
  },
]

const root = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = ['bin', 'commands', 'runbooks', 'src']

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name))
    .map((name) => `${folder}/${name}`),
).sort()

interface Import {
  readonly target: string
  readonly typeOnly: boolean
}

const IMPORT = /^(?:import|export)\s+(type\s)?(?:[^'"();]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

const isTypeOnly = (statement: string, marked: boolean): boolean => {
  const names = /\{([^}]*)\}/.exec(statement)?.[1]
  const inlineTypes = names !== undefined && !/^(import|export)\s+\w/.test(statement)
  return marked || (inlineTypes && names.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')))
}

/** Imports of a file; targets of ours are relative to the root. */
const importsOf = (file: string, text: string): Import[] =>
  [...text.matchAll(IMPORT)].map(([statement, marked, fixed, lazy]) => {
    const target = fixed ?? lazy ?? ''
    const typeOnly = isTypeOnly(statement, marked !== undefined)
    return { target: target.startsWith('.') ? normalize(join(dirname(file), target)) : target, typeOnly }
  })

const isOwn = (target: string): boolean => /^(bin|commands|dist|runbooks|scripts|src|test)\/|^package\.json$/.test(target)

const mayImport = (rule: Rule, { target, typeOnly }: Import): boolean => {
  if (!isOwn(target)) return rule.packages.test(target)
  return rule.own.test(target) || (typeOnly && rule.types?.test(target) === true)
}

const offences = (file: string, text: string): string[] => {
  const rule = RULES.find(({ from }) => from.test(file))
  if (rule === undefined) return [`${file} lies in no known layer`]
  const runbook = /^runbooks\/([^/]+)\//.exec(file)?.[1]
  return importsOf(file, text)
    .filter((found) => {
      const other = /^runbooks\/([^/]+)\//.exec(found.target)?.[1]
      return !mayImport(rule, found) || (runbook !== undefined && other !== undefined && other !== runbook)
    })
    .map((found) => `${file} imports ${found.typeOnly ? 'types of ' : ''}${found.target}`)
}

describe('import rules', () => {
  test('there are sources to read', () => {
    expect(sources.length).toBeGreaterThan(50)
  })

  test('nothing loads the whole of a library that comes in parts', () => {
    const whole = /^import (?!type )[^'"]*from '@oclif\/core'|^import \{[^}]*\} from 'zod(\/mini)?'/m

    expect(whole.test("import { Flags } from '@oclif/core'")).toBe(true)
    expect(whole.test("import { z } from 'zod'")).toBe(true)
    expect(sources.filter((file) => whole.test(readFileSync(join(root, file), 'utf8')))).toEqual([])
  })

  test.each([
    ['src/engine/run.ts', "import { x } from '../adapters/kube.ts'"],
    ['src/engine/run.ts', "import { z } from 'zod'"],
    ['src/engine/run.ts', "import { readFile } from 'node:fs/promises'"],
    ['src/ports/kube.ts', "import { run } from '../engine/run.ts'"],
    ['src/ui/plain.ts', "import { run } from '../engine/run.ts'"],
    ['src/flux/pins.ts', "import { execa } from 'execa'"],
    ['src/cli/x.ts', "import { upgrade } from '../../runbooks/upgrade/index.ts'"],
    ['commands/status.ts', "import { kube } from '../src/adapters/kube.ts'"],
    ['runbooks/rollback/index.ts', "import { verify } from '../upgrade/verify.ts'"],
    ['runbooks/upgrade/checks.ts', "const { execa } = await import('execa')"],
    ['src/scaffold/layers.ts', "import { clusterFileSchema } from '../cluster-file/schema.ts'"],
    ['src/rehearsal/replant.ts', "import { x } from '../sandbox/up.ts'"],
    ['src/sandbox/up.ts', "import { x } from '../adapters/exec.ts'"],
    ['src/new-layer/x.ts', ''],
  ])('%s may not have: %s', (file, line) => {
    expect(offences(file, line)).toHaveLength(1)
  })

  test('every file imports only what its layer may', () => {
    expect(sources.flatMap((file) => offences(file, readFileSync(join(root, file), 'utf8')))).toEqual([])
  })

  test('time, process and randomness are reached only where effects live', () => {
    const pure = sources.filter((file) => /^(src\/(engine|flux|sops|ssh|audit|scaffold|actions|ports|rehearsal|ui)|runbooks)\//.test(file))
    const effect =
      /\bDate\.now\(|\bnew Date\(\s*\)|(?<![\w.'"`-])process\.(env|argv|exit|cwd|stdout|stderr|stdin|pid|kill|on)\b|\bMath\.random\(/

    const found = pure.filter((file) => effect.test(readFileSync(join(root, file), 'utf8').replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, '')))

    expect(found).toEqual([])
  })
})

describe('reading import lines', () => {
  test.each([
    ["import { a } from './a.ts'", { target: 'src/ui/a.ts', typeOnly: false }],
    ["import type { A } from '../ports/a.ts'", { target: 'src/ports/a.ts', typeOnly: true }],
    ["import { type A, type B } from '../engine/a.ts'", { target: 'src/engine/a.ts', typeOnly: true }],
    ["import { type A, b } from '../engine/a.ts'", { target: 'src/engine/a.ts', typeOnly: false }],
    ["import {\n  a,\n  b,\n} from 'zod'", { target: 'zod', typeOnly: false }],
    ["import 'node:fs'", { target: 'node:fs', typeOnly: false }],
    ["export { a } from '../adapters/a.ts'", { target: 'src/adapters/a.ts', typeOnly: false }],
    ["const a = await import('../cli/a.ts')", { target: 'src/cli/a.ts', typeOnly: false }],
    ["import base, { type A } from '../cli/a.ts'", { target: 'src/cli/a.ts', typeOnly: false }],
  ])('%j', (line, expected) => {
    expect(importsOf('src/ui/x.ts', line)).toEqual([expected])
  })
})
