import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateHybridIdentity, generateIdentity, identityToRecipient } from 'age-encryption'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { World } from '../../../../src/adapters/context.ts'
import { drawBundle } from '../../../../src/cli/recover/bundle-draw.ts'
import { type BundleOrder, type BundleResult, bundleName, makeBundle } from '../../../../src/cli/recover/make-bundle.ts'
import { diagnoseBundle } from '../../../../src/cli/recover/open-bundle.ts'
import type { Diagnosis } from '../../../../src/diagnosis/diagnose.ts'
import { controller } from '../../actions/snapshot-desk.ts'
import { AT, not, object, snapshotOf } from '../../diagnosis/objects.ts'
import { cluster } from './bundle-desk.ts'

const KUBECONFIG = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'admin@prod/eu',
  contexts: [{ name: 'admin@prod/eu', context: { cluster: 'c', user: 'u' } }],
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'u', user: { token: 'token-of-the-kubeconfig' } }],
})

const broken = snapshotOf(
  [not(object('Kustomization', 'flux-system/apps'), 'BuildFailed', 'kustomize build failed: token-of-the-kubeconfig')],
  {
    deployments: [controller()],
  },
)

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'flux-ops-bundle-'))
  await writeFile(join(dir, 'kubeconfig'), KUBECONFIG)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const invocation = (decorate?: (world: World) => World) => ({
  signal: new AbortController().signal,
  env: { PATH: process.env.PATH, HOME: dir, XDG_STATE_HOME: dir },
  version: '0.0.0',
  ...(decorate && { decorate }),
})

const make = (order: Partial<BundleOrder> = {}): Promise<BundleResult> =>
  makeBundle(
    invocation((world) => ({ ...world, ...cluster(broken) })),
    {
      out: join(dir, 'out.tar.gz'),
      recipients: [],
      repo: dir,
      lines: 10,
      dryRun: false,
      flags: { json: true, plain: true, noColor: true, context: undefined, kubeconfig: join(dir, 'kubeconfig'), namespace: 'flux-system' },
      ...order,
    },
  )

const open = (identities: readonly string[] = [], from = join(dir, 'out.tar.gz')): Promise<Diagnosis> =>
  diagnoseBundle(invocation(), { from, identities, json: true })

async function keyFile(name = 'key', identity?: string): Promise<{ path: string; recipient: string }> {
  const key = identity ?? (await generateIdentity())
  await writeFile(join(dir, name), `${key}\n`)
  return { path: join(dir, name), recipient: await identityToRecipient(key) }
}

const entries = async (): Promise<string[]> => (await readdir(dir)).filter((name) => !['kubeconfig', 'flux-ops'].includes(name)).sort()

describe('a bundle that is written', () => {
  test('can be read by its owner alone, and gives the diagnosis', async () => {
    const result = await make()

    expect(result).toMatchObject({ file: join(dir, 'out.tar.gz'), sealedTo: null, objects: 1, causes: 1, same: true, unseen: [] })
    expect((await stat(join(dir, 'out.tar.gz'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(dir, 'out.tar.gz'))).size).toBe(result.bytes)
    expect((await open()).causes).toMatchObject([{ object: 'Kustomization flux-system/apps', state: 'build-failed' }])
    expect(await entries()).toEqual(['out.tar.gz'])
  })

  test('holds nothing of the kubeconfig that it was made with', async () => {
    await make()

    const { causes } = await open()

    expect(causes[0]?.evidence[0]?.text).toBe('kustomize build failed: [redacted]')
  })

  test('lies over nothing that is there already, which is said before the cluster is asked', async () => {
    await writeFile(join(dir, 'out.tar.gz'), 'mine')
    const asked = makeBundle(invocation(), {
      ...{ out: join(dir, 'out.tar.gz'), recipients: [], repo: dir, lines: 1, dryRun: false },
      flags: { json: true, plain: true, noColor: true, context: undefined, kubeconfig: join(dir, 'kubeconfig'), namespace: 'flux-system' },
    })

    await expect(asked).rejects.toMatchObject({ code: 'file-exists', exit: 'usage' })
    expect(await readFile(join(dir, 'out.tar.gz'), 'utf8')).toBe('mine')
  })

  test('is drawn with what is in it, what is not, and what to do with it', async () => {
    const drawn = drawBundle(await make())

    expect(drawn).toMatch(/^✔ \S+out\.tar\.gz {2}[\d.]+ KiB\n {2}6 files: 1 cause in 1 object, as of 2026-11-22T02:51:00\.000Z\n/)
    expect(drawn).toContain('not sealed: whoever has it reads it')
    expect(drawn).toContain('Secrets and ConfigMaps: none is read')
    expect(drawn).toContain('flux-ops recover --from FILE\n')
  })
})

describe('a dry run', () => {
  test('writes nothing, and lists what would be in it', async () => {
    const result = await make({ dryRun: true })

    expect(result.file).toBeNull()
    expect(await entries()).toEqual([])
    expect(drawBundle(result)).toMatch(/^would write [\d.]+ KiB, 6 files/)
    expect(drawBundle(result)).toMatch(/ {2}snapshot\.json +[\d.]+ (?:B|KiB)\n/)
  })
})

describe('a sealed bundle', () => {
  test('opens with a key that it is sealed to, and lies nowhere in the clear', async () => {
    const [one, other] = [await keyFile('one'), await keyFile('other')]

    const result = await make({ recipients: [one.recipient, other.recipient] })

    expect(result.sealedTo).toEqual([one.recipient, other.recipient])
    expect((await readFile(join(dir, 'out.tar.gz'))).subarray(0, 21).toString()).toBe('age-encryption.org/v1')
    expect(await entries()).toEqual(['one', 'other', 'out.tar.gz'])
    expect((await open([other.path])).causes).toHaveLength(1)
    expect(drawBundle(result)).toContain('sealed to age1')
  })

  test('opens with a post-quantum key', async () => {
    const key = await keyFile('pq', await generateHybridIdentity())

    await make({ recipients: [key.recipient] })

    expect((await open([key.path])).causes).toHaveLength(1)
  })

  test('does not open without a key, or with another one, and says what to do', async () => {
    await make({ recipients: [(await keyFile()).recipient] })

    await expect(open()).rejects.toMatchObject({ code: 'identity-needed', exit: 'usage' })
    await expect(open([(await keyFile('another')).path])).rejects.toMatchObject({ code: 'identity-no-match', exit: 'usage' })
  })

  test('that came to harm is refused', async () => {
    const key = await keyFile()
    await make({ recipients: [key.recipient] })
    const whole = await readFile(join(dir, 'out.tar.gz'))
    whole[whole.length - 20] = (whole[whole.length - 20] ?? 0) ^ 1
    await writeFile(join(dir, 'out.tar.gz'), whole)

    await expect(open([key.path])).rejects.toMatchObject({ code: 'age-file-damaged' })
  })

  test('is sealed to whom the file of the team names', async () => {
    const key = await keyFile()
    await promisify(execFile)('git', ['init', '--quiet', dir])
    await writeFile(join(dir, '.flux-ops.yaml'), `recipients:\n  - name: oncall\n    recipient: ${key.recipient}\n`)

    expect((await make({ recipients: ['oncall'] })).sealedTo).toEqual([key.recipient])
    await rm(join(dir, 'out.tar.gz'))
    await expect(make({ recipients: ['nobody'] })).rejects.toMatchObject({
      code: 'recipient-unknown',
      hints: expect.arrayContaining(['it has: oncall']),
    })
  })

  test.each([
    ['a private key', async () => [await generateIdentity()], 'recipient-is-identity'],
    ['a word, without a repository', async () => ['oncall'], 'recipient-unknown'],
    ['a damaged recipient', async () => [(await keyFile()).recipient.replace(/.$/, 'b')], 'recipient-unreadable'],
    [
      'two sorts of keys',
      async () => [(await keyFile()).recipient, (await keyFile('pq', await generateHybridIdentity())).recipient],
      'recipients-mixed',
    ],
  ])('is not made to %s', async (_title, recipients, code) => {
    await expect(make({ recipients: await recipients() })).rejects.toMatchObject({ code, exit: 'usage' })
    expect((await entries()).filter((name) => name.startsWith('out'))).toEqual([])
  })
})

test.each([
  ['admin@prod/eu', false, 'flux-ops-bundle-admin-prod-eu-20261122-0251.tar.gz'],
  ['../../.ssh', true, 'flux-ops-bundle-ssh-20261122-0251.tar.gz.age'],
  ['\u202e', false, 'flux-ops-bundle-cluster-20261122-0251.tar.gz'],
])('without --out that of context %j has a plain name', (context, sealed, name) => {
  expect(bundleName(context, AT, sealed)).toBe(name)
})
