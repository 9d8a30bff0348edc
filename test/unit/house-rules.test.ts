// Rules of the house that a machine can read.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = ['.ci', 'bin', 'commands', 'runbooks', 'scripts', 'src', 'test']
const LONGEST = 350

const listed = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length)),
)
const top = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'package-lock.json')
  .map((entry) => entry.name)

const files = [...top, ...listed].filter((file) => !file.endsWith('go.sum') && !file.endsWith('go.mod')).sort()
const code = files.filter((file) => /\.[cm]?[jt]s$/.test(file))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const self = 'test/unit/house-rules.test.ts'

const holding = (among: readonly string[], pattern: RegExp): string[] =>
  among
    .filter((file) => file !== self)
    .flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
    )

describe('house rules', () => {
  test(`no code file is longer than ${LONGEST} lines`, () => {
    const long = code.filter((file) => read(file).split('\n').length - 1 > LONGEST)

    expect(long).toEqual([])
  })

  test('tests get their effects as arguments and mock no module', () => {
    expect(holding(code, /\bvi\.(mock|doMock|hoisted)\(/)).toEqual([])
  })

  test('nothing is left to be done in a comment', () => {
    expect(holding(files, /\b(TODO|FIXME|XXX|HACK)\b/)).toEqual([])
  })

  test('no test is left out or run alone', () => {
    const tests = code.filter((file) => file.startsWith('test/'))

    expect(holding(tests, /\b(test|it|describe)\.(only|todo|skip)\(/)).toEqual([])
  })

  test('no file names a folder of one machine', () => {
    expect(holding(files, /(?<![\w.$~}-])\/(work|root|home\/(?!you\b)\w+|Users\/\w+)\/|\/tmp\/(?!\.)[a-z]/)).toEqual([])
  })

  test('file names are kebab-case, and none says only that it holds things', () => {
    const names = code.filter((file) => file.startsWith('src/')).map((file) => file.slice(file.lastIndexOf('/') + 1).replace(/\.ts$/, ''))

    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([])
    expect(names.filter((name) => /^(utils?|helpers?|common|misc|shared)$/.test(name))).toEqual([])
  })

  test('classes of errors and modules are exported by name, default exports are left to oclif and vitest', () => {
    const own = code.filter((file) => /^(src|runbooks)\//.test(file))

    expect(holding(own, /^export default\b/)).toEqual([])
  })

  test('half of the files in src have at most 80 lines', () => {
    const lengths = code.filter((file) => file.startsWith('src/')).map((file) => read(file).split('\n').length - 1)
    const median = lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)]

    expect(median).toBeLessThanOrEqual(80)
  })
})
