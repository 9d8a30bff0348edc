// Reading a cluster file: what each bad one is told, line for line, and what a good one means.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inspectClusterFile, readClusterFile } from '../../../src/cluster-file/read.ts'
import { OpsError } from '../../../src/errors.ts'
import { BAD_FIELDS } from './bad-fields.ts'
import { AUTH, added, type BadFile, changed, forged, GOOD, HOST_KEY } from './bad-files.ts'
import { BAD_FLUX } from './bad-flux.ts'
import { BAD_FORGE } from './bad-forge.ts'
import { BAD_GIT } from './bad-git.ts'
import { BAD_KEYS } from './bad-keys.ts'
import { BAD_YAML } from './bad-yaml.ts'

const BAD: readonly BadFile[] = [...BAD_YAML, ...BAD_FIELDS, ...BAD_GIT, ...BAD_FORGE, ...BAD_FLUX, ...BAD_KEYS]

const told = (input: string | Uint8Array): string[] => {
  const reading = inspectClusterFile(input)
  return 'cluster' in reading ? [] : reading.problems.map(({ line, column, what, hint }) => `${line}:${column} ${what} → ${hint}`)
}

const failure = (input: string | Uint8Array): OpsError => {
  try {
    readClusterFile(input, 'cluster.yaml')
  } catch (error) {
    if (error instanceof OpsError) return error
    throw error
  }
  throw new Error('it was read')
}

test.each(BAD)('a file that %s is told where, and what to write', (_name, text, expected) => {
  expect(told(text)).toEqual(expected)
})

test('each of them has a name of its own', () => {
  expect(new Set(BAD.map(([name]) => name)).size).toBe(BAD.length)
})

describe('the error', () => {
  test('of one problem has its place in the sentence, and the hint behind it', () => {
    const error = failure(changed(['2.9.4', '2.9']))

    expect([error.code, error.exit]).toEqual(['cluster-file-invalid', 'usage'])
    expect(error.message).toBe('cluster.yaml:8:12: flux.version is a number, and has to be a text')
    expect(error.hints).toEqual(['version: "2.9.4"', 'every field:  flux-ops schema cluster'])
  })

  test('of several names all of them in the order of the file, each with its hint', () => {
    const text = changed(['prod-eu', 'Prod'], ['style: git', 'style: gitt'], ['path: clusters/prod-eu', 'path: /clusters'])

    expect(failure(text).message.split('\n')).toEqual([
      'cluster.yaml:4:9: metadata.name is no name of Kubernetes: small letters, digits and -, at most 63',
      '→ such as  name: prod-eu',
      'cluster.yaml:9:10: flux.style is none of its values',
      '→ did you mean  git  (one of git, github, gitlab, gitea, kustomize, operator)',
      'cluster.yaml:12:9: git.path is a folder of a machine: it has to be relative to the root of the repository',
      '→ clusters/prod-eu, without / at the beginning',
    ])
  })

  test('is the same at every reading', () => {
    const text = changed(['prod-eu', 'Prod'], ['style: git', 'style: operator\n  watchAllNamespaces: false\n  wat: 1'])

    expect(told(text)).toEqual(told(text))
    expect(told(text)).toHaveLength(3)
  })
})

describe('what is accepted', () => {
  test.each([
    ['Windows line ends', GOOD.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${GOOD}`],
    ['bytes with a byte order mark', new TextEncoder().encode(`\ufeff${GOOD}`)],
    ['a document mark before and after', `---\n${GOOD}...\n`],
    ['no line end', GOOD.trimEnd()],
    ['JSON', JSON.stringify(readClusterFile(GOOD, 'x'))],
  ])('%s', (_name, text) => {
    expect(readClusterFile(text, 'x')).toEqual(readClusterFile(GOOD, 'x'))
  })

  test('an anchor and its alias', () => {
    const text = changed(['name: prod-eu', 'name: &name prod-eu'], ['context: admin@prod-eu', 'context: *name'])

    expect(readClusterFile(text, 'x').cluster.context).toBe('prod-eu')
  })

  test.each([
    ['./clusters/prod-eu/', 'clusters/prod-eu'],
    ['.', '.'],
    ['./', '.'],
    ['clusters/flux-system-2', 'clusters/flux-system-2'],
  ])('the path %s, which is %s', (written, meant) => {
    expect(readClusterFile(changed(['path: clusters/prod-eu', `path: ${written}`]), 'x').git.path).toBe(meant)
  })
})

test('the places of a file with Windows line ends and a byte order mark are the same', () => {
  const bad = changed(['2.9.4', '2.9'])

  expect(told(`\ufeff${bad.replaceAll('\n', '\r\n')}`)).toEqual(told(bad))
})

test('every default is filled in', () => {
  expect(readClusterFile(GOOD, 'x')).toMatchObject({
    flux: {
      namespace: 'flux-system',
      components: ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'],
      componentsExtra: [],
      registry: 'ghcr.io/fluxcd',
      networkPolicy: true,
      clusterDomain: 'cluster.local',
      logLevel: 'info',
      watchAllNamespaces: true,
      tolerationKeys: [],
      settings: { inMemoryBuild: false, monitors: [] },
    },
    git: { branch: 'main', interval: '1m', secretName: 'flux-system', publish: 'push', author: { name: 'Flux' }, allowInsecure: false },
    secrets: [],
    layout: { kind: 'none', sampleApp: false, ci: 'none', substitutionOptOut: false },
    wait: { timeout: '10m' },
  })
})

describe('every way to authenticate is read', () => {
  const https = ['ssh://git@github.com', 'https://github.com'] as const
  const withAuth = (auth: string) => readClusterFile(changed([AUTH, `    ${auth}\n`]), 'x').git.auth
  const overHttps = (auth: string) => readClusterFile(changed(https, [AUTH, `    ${auth}\n`]), 'x').git.auth

  test.each([
    ['a key file', 'privateKeyFile: k, knownHostsFile: h'],
    ['a key file with a passphrase', 'privateKeyFile: ~/k, passphraseEnv: P, knownHostsFile: h'],
    ['a new ed25519 key', `generate: ed25519, hostKeys: ["${HOST_KEY}"]`],
    ['a new ecdsa key', 'generate: ecdsa-p384, knownHostsFile: h'],
    ['a new rsa key', 'generate: rsa-4096, knownHostsFile: h'],
  ])('ssh: %s', (_name, fields) => {
    expect(withAuth(`ssh: {${fields}}`)?.ssh).toBeDefined()
  })

  test.each([
    ['of a variable', 'env: GIT_TOKEN', { env: 'GIT_TOKEN', username: 'git', bearer: false }],
    ['of a file', 'file: t, username: me, caFile: ca.crt', { file: 't', username: 'me', bearer: false, caFile: 'ca.crt' }],
    ['as bearer', 'env: T, bearer: true', { env: 'T', username: 'git', bearer: true }],
  ])('token: %s', (_name, fields, meant) => {
    expect(overHttps(`token: {${fields}}`)).toEqual({ token: meant })
  })

  test('a token over http where it is said that it is meant', () => {
    const text = changed(
      ['ssh://git@github.com', 'http://git.lan'],
      [AUTH, '    token: {env: T}\n'],
      ['  auth:', '  allowInsecure: true\n  auth:'],
    )

    expect(readClusterFile(text, 'x').git.allowInsecure).toBe(true)
  })

  test('of a forge: its own token, or the one that Flux reads with', () => {
    const own = 'forge: {owner: a, repository: b, token: {file: t}}\n'

    expect(readClusterFile(forged('github') + own, 'x').forge?.token).toEqual({ file: 't' })
    expect(
      readClusterFile(`${forged('gitlab', [AUTH, '    token: {env: T}\n'])}forge: {owner: a, repository: b}\n`, 'x').git.auth?.token?.env,
    ).toBe('T')
  })
})

describe('a secret is never repeated', () => {
  const secrets = [
    'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX',
    'ghp_0123456789abcdefghijABCDEFGHIJ012345',
    'github_pat_11AAAAAAA0aaaaaaaaaaaa',
    'glpat-0123456789abcdefghij',
    'https://me:hunter2hunter2@git.example.com/a/b',
    'https://0123456789abcdef0123456789@git.example.com/a/b',
    'eyJhbGciOiJIUzI1NiIs.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4',
    'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3',
  ]
  const drawn = (input: string): string => {
    const error = failure(input)
    return [error.message, ...error.hints].join('\n')
  }

  test.each(secrets)('%s, wherever it is put', (secret) => {
    const lines = GOOD.trimEnd().split('\n')
    for (const [at, line] of lines.entries()) {
      const [name = ''] = line.split(':')
      for (const bad of [
        `${name}: ${secret}`,
        `${line} # ${secret}`,
        `${line}\n${secret}: 1`,
        `${name}: "${secret}`,
        `${name}: [${secret}]`,
      ])
        expect(drawn(lines.with(at, bad).join('\n'))).not.toContain(secret)
    }
  })

  test.each(['hunter2', 'Tr0ub4dor&3', 'correct horse'])(
    'a password that nothing gives away, %s, beside a name that is not known',
    (password) => {
      for (const name of ['password', 'token', 'passphrase', 'privateKey', 'x'])
        expect(drawn(changed(['  style: git', `  style: git\n  ${name}: ${password}`]))).not.toContain(password)
    },
  )
})

test('whatever is read, it is a cluster or an OpsError with a place and a hint', () => {
  const lines = GOOD.split('\n')
  const piece = fc.oneof(
    fc.constantFrom(
      ...lines,
      '- a',
      '*a',
      '&a',
      '<<: *a',
      '? [',
      '!!x',
      '"',
      "'",
      '|',
      '>',
      '---',
      '...',
      '%',
      '\t',
      '\ufeff',
      '__proto__: 1',
      'constructor: {}',
      ':',
    ),
    fc.string(),
  )
  const edited = fc.tuple(fc.nat(lines.length - 1), piece).map(([at, text]) => lines.toSpliced(at, 1, text).join('\n'))
  const made = fc.array(piece).map((some) => some.join('\n'))

  fc.assert(
    fc.property(fc.oneof(edited, made, fc.uint8Array()), (input) => {
      const reading = inspectClusterFile(input)
      if ('cluster' in reading) return
      expect(reading.problems.length).toBeGreaterThan(0)
      for (const { line, column, hint } of reading.problems) expect(line > 0 && column > 0 && hint !== '').toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('two settings that are both wrong hide each other nowhere', () => {
  expect(told(added('wait: {timeout: 1}\nlayout: {kind: oci, ci: travis}\n'))).toHaveLength(3)
})
