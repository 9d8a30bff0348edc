import { describe, expect, test } from 'vitest'
import { drawDiagnosis } from '../../../src/cli/recover/draw.ts'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import { shellWord } from '../../../src/diagnosis/shell-word.ts'
import type { Snapshot } from '../../../src/diagnosis/snapshot.ts'
import { troubled } from './hostile.ts'
import { diagnosed, not, object } from './objects.ts'

const MOST = 700
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

const lines = (snapshot: Snapshot): string[] => drawDiagnosis(diagnose(snapshot)).split('\n')
const bad = (drawn: readonly string[]): string[] => drawn.filter((line) => UNSAFE.test(line) || [...line].length > MOST)

type Path = readonly (string | number)[]

/** Of every value in it, the outermost first. */
const pathsOf = (value: unknown, at: Path = []): Path[] =>
  typeof value === 'object' && value !== null ? [at, ...Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...at, key]))] : [at]

function withAt<T>(value: T, [key, ...rest]: Path, garbage: unknown): T {
  if (key === undefined) return garbage as T
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string | number, unknown>
  copy[key] = withAt(copy[key], rest, garbage)
  return copy as T
}

// An object without a toString cannot be put into a text.
const GARBAGE: readonly unknown[] = [
  null,
  undefined,
  7,
  true,
  '',
  'text',
  [],
  [null],
  [7],
  {},
  { toString: 1, valueOf: 1 },
  [{ toString: 1, valueOf: 1 }],
]

const LISTS = ['objects', 'deployments', 'pods', 'events'] as const

/** Some ten thousand diagnoses. */
const LONG = { timeout: 60_000 }

describe('whatever an object holds', () => {
  test.each(LISTS)('nothing throws where a value in %s is of another type', LONG, (list) => {
    const snapshot = troubled('dependency not found')
    const paths = snapshot[list].flatMap((one, at) => pathsOf(one).flatMap((path) => (path.length === 0 ? [] : [[at, ...path]])))

    expect(paths.length).toBeGreaterThan(20)
    for (const path of paths)
      for (const garbage of GARBAGE) expect(() => lines({ ...snapshot, [list]: withAt(snapshot[list], path, garbage) })).not.toThrow()
  })

  test('one that is nothing but a name is not taken for ready', () => {
    const { notReady, causes } = diagnosed([
      { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: 'a' } },
    ])

    expect(notReady).toBe(1)
    expect(causes).toMatchObject([{ state: 'never-reconciled' }])
  })
})

describe('whatever an object says', () => {
  test.each([
    ['terminal escapes', '\x1b[2J\x1b]0;owned\x07\u009b31mred\x7f'],
    ['marks that turn the direction', 'abc\u202edef\u2066ghi\u200f\u061c'],
    ['line separators and what cannot be seen', 'a\r\nb\u2028c\u2029d\u0085e\u200b\ufefff\u00ad'],
    ['halves of characters', `${'a'.repeat(239)}\ud83d\ude00\ud83d`],
    ['a tab and a null', 'a\tb\0c'],
  ])('nothing but text is drawn of %s', (_title, message) => {
    const snapshot = troubled(message)
    const drawn = lines({
      ...snapshot,
      cluster: { ...snapshot.cluster, context: message },
      unseen: [{ what: message, why: message }],
      objects: [
        ...snapshot.objects,
        not(object('Kustomization', `${message}/${message}`, { path: message }), message, message),
        not(
          object('GitRepository', 'a/b', { url: message, secretRef: { name: message } }),
          'GitOperationFailed',
          'authentication required',
        ),
      ],
    })

    expect(bad(drawn)).toEqual([])
  })

  test.each([
    'a',
    ' ',
    '\n',
    "'",
    '"',
    '[',
    ']',
    'Aa/',
    'dependency ',
    'webhook "',
    'admission webhook ',
    'no chart ',
    'version ',
    'not found ',
    '1',
    '\x1b[31m',
    '😀',
  ])('a megabyte of %j is searched and drawn in bounds', (part) => {
    const message = part.repeat(2 ** 20 / part.length)
    const snapshot = troubled(message)
    const again = snapshot.objects.map((one) => ({ ...one, spec: { ...one.spec, interval: message, path: message } }))

    expect(
      bad(lines({ ...snapshot, objects: again, unseen: [{ what: message, why: message }] })).filter((line) => !line.startsWith('        ')),
    ).toEqual([])
  })

  test('names of a circle and of what waits are told in bounds, with how many are left out', () => {
    const ring = Array.from({ length: 300 }, (_, at) =>
      not(
        object('Kustomization', `flux-system/${'k'.repeat(240)}-${at}`, { dependsOn: [{ name: `${'k'.repeat(240)}-${(at + 1) % 300}` }] }),
        'DependencyNotReady',
        'dependency is not ready',
      ),
    )

    const drawn = drawDiagnosis(diagnosed(ring)).split('\n')

    expect(bad(drawn)).toEqual([])
    expect(drawn.join('\n')).toContain('and 292 more')
  })
})

describe('what is to be typed', () => {
  const commandsOf = (url: string): string[] =>
    diagnosed([not(object('GitRepository', 'apps/a', { url }), 'GitOperationFailed', 'connection refused')]).causes.flatMap(({ fixes }) =>
      fixes.flatMap(({ commands }) => commands),
    )

  test('has what the cluster says as one word of it', () => {
    expect(commandsOf('https://a.example/b.git')).toContain('git ls-remote https://a.example/b.git')
    expect(commandsOf("https://a.example/$(id)'; rm -rf ~ #")).toContain(
      String.raw`git ls-remote 'https://a.example/$(id)'\''; rm -rf ~ #'`,
    )
  })

  test.each([
    ['', "''"],
    ['~/a', "'~/a'"],
    ['-x', "'-x'"],
    ['a b', "'a b'"],
    ['a\nb', "'a\nb'"],
    ['./apps/web', './apps/web'],
    ['ssh://git@a.example:22/b-c', 'ssh://git@a.example:22/b-c'],
  ])('%j is the word %s', (text, word) => {
    expect(shellWord(text)).toBe(word)
  })
})

describe('a credential in a URL', () => {
  test.each([
    ['https://ghp_secret@example.org/a.git', 'https://[redacted]@example.org/a.git'],
    ['https://me:ghp_secret@example.org/a.git', 'https://[redacted]@example.org/a.git'],
    ['ssh://git:ghp_secret@example.org/a.git', 'ssh://git:[redacted]@example.org/a.git'],
    ['ssh://git@example.org/a.git', 'ssh://git@example.org/a.git'],
    ['oci://example.org/a@sha256:0123', 'oci://example.org/a@sha256:0123'],
  ])('%s is told as %s, wherever it stands', (url, told) => {
    const failed = not(object('GitRepository', 'a/b', { url }), 'GitOperationFailed', `unable to clone '${url}': connection refused`)

    const { causes } = diagnosed([failed])

    expect(causes[0]?.evidence[0]?.text).toContain(told)
    expect(JSON.stringify(causes[0]?.fixes)).toContain(told)
    expect(JSON.stringify(causes)).not.toContain('ghp_secret')
  })
})
