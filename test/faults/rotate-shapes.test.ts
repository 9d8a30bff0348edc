// What repositories and clusters look like: kinds of files, several rules, key groups, several Secrets, several clusters in one repository.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseIdentities } from '../../src/sops/keys/identities.ts'
import { ageRecipients } from '../../src/sops/sealed/sealed-to.ts'
import { RotationDesk } from '../runbooks/age-rotate/desk.ts'

let desk: RotationDesk

beforeAll(async () => {
  desk = await RotationDesk.open('pin')
})
afterAll(() => desk?.close())
beforeEach(() => desk.fresh())

interface NewKey {
  readonly text: string
  readonly recipient: string
}

async function newKey(): Promise<NewKey> {
  const text = await desk.sandbox.run('age-keygen')
  return { text, recipient: /age1[0-9a-z]+/.exec(text)?.[0] ?? '' }
}

async function write(dir: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true })
  await writeFile(join(dir, path), text)
}

/** Told by its arguments alone what to seal to. */
async function seal(dir: string, path: string, clear: string, ...args: string[]): Promise<void> {
  const config = ['--config', '/dev/null']
  await write(dir, path, await desk.tool('sops', [...config, 'encrypt', ...args, '--filename-override', path], { stdin: clear, cwd: dir }))
}

/** Pushed by a colleague, and pulled into the clone. */
async function withFiles(work: (dir: string) => Promise<void>): Promise<void> {
  await desk.colleague('More secrets', work)
  await desk.sandbox.git('pull', '--ff-only', '--quiet')
  const head = (await desk.sandbox.git('rev-parse', 'HEAD')).trim()
  await desk.kubectl(
    '-n',
    'flux-system',
    'annotate',
    '--overwrite',
    'gitrepository/home-cluster',
    `reconcile.fluxcd.io/requestedAt=${head}`,
  )
  for (const name of ['cluster', 'cluster-apps', 'cluster-apps-volumes', 'cluster-apps-hello'])
    await desk.kubectl(
      '-n',
      'flux-system',
      'wait',
      `kustomization/${name}`,
      `--for=jsonpath={.status.lastAppliedRevision}=main@sha1:${head}`,
      '--timeout=120s',
    )
  await desk.kubectl('-n', 'flux-system', 'wait', 'kustomization', '--all', '--for=condition=Ready', '--timeout=120s')
}

const at = async (path: string): Promise<readonly string[]> =>
  ageRecipients((await desk.filesAt('main')).find((file) => file.path === path) as never)

const KINDS: readonly (readonly [path: string, clear: string, ...args: string[]])[] = [
  ['extra/values.sops.json', '{"a":{"b":"one"},"n":3}'],
  ['extra/app.sops.env', '# comment\nTOKEN=two\nPORT=80\n'],
  ['extra/app.sops.ini', '[server]\npassword=three\n'],
  ['extra/note.sops.txt', 'four, and not one line\nbut two\n'],
  ['extra/many.sops.yaml', 'a: one\n---\nb: two\n---\nc: three\n'],
  ['extra/windows.sops.yaml', 'a: one\r\nb: # why\r\n  - two\r\n'],
  ['extra/some.sops.yaml', 'apiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\nplain: c\n', '--encrypted-regex', '^data$'],
  ['extra/suffix.sops.yaml', 'a_plain: b\nc: d\n', '--unencrypted-suffix', '_plain'],
]

const MAC_ONLY = 'extra/mac.sops.yaml'

describe('a rotation', () => {
  test('seals every kind of file anew, and sops opens each with the new key alone', async () => {
    await withFiles(async (dir) => {
      for (const [path, clear, ...args] of KINDS) await seal(dir, path, clear, '--age', desk.old, ...args)
      // Only a rule says it.
      await write(dir, 'extra/rule.yaml', `creation_rules: [{age: "${desk.old}", encrypted_regex: "^data$", mac_only_encrypted: true}]\n`)
      const mac = ['--config', 'extra/rule.yaml', 'encrypt', '--filename-override', MAC_ONLY]
      await write(dir, MAC_ONLY, await desk.tool('sops', mac, { stdin: 'data:\n  a: b\nplain: c\n', cwd: dir }))
    })
    const before = await desk.clearTexts(await desk.inCluster())

    const done = await desk.rotate()

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    const keys = await desk.inCluster()
    const after = await desk.clearTexts(keys)
    const paths = [...KINDS.map(([path]) => path), MAC_ONLY]
    for (const path of paths) expect([path, after[path]]).toEqual([path, before[path]])
    for (const path of paths) expect(await at(path)).toEqual([keys[0]?.recipient])
  })

  test('leaves other recipients, other groups and their threshold as they are', async () => {
    const [admin, second] = [await newKey(), await newKey()]
    const secret = await desk.secret()
    secret.data['second.agekey'] = Buffer.from(second.text).toString('base64')
    await desk.tool('kubectl', ['replace', '--filename=-'], { stdin: JSON.stringify(secret) })
    const rules = `creation_rules:
  - path_regex: groups
    shamir_threshold: 2
    key_groups:
      - age: [${desk.old}]
      - age: [${second.recipient}, ${admin.recipient}]
  - age: >-
      ${desk.old},
      ${admin.recipient}
`
    await withFiles(async (dir) => {
      await write(dir, 'extra/.sops.yaml', rules)
      const inside = async (path: string, clear: string): Promise<void> =>
        write(
          dir,
          `extra/${path}`,
          await desk.tool('sops', ['encrypt', '--filename-override', path], { stdin: clear, cwd: join(dir, 'extra') }),
        )
      await inside('groups.sops.yaml', 'a: one\n')
      await inside('shared.sops.yaml', 'a: two\n')
    })

    const done = await desk.rotate({ old: desk.old })

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    const next = (await desk.recipientsInCluster()).find((recipient) => recipient !== second.recipient) ?? ''
    expect(await at('extra/groups.sops.yaml')).toEqual([next, second.recipient, admin.recipient])
    expect(await at('extra/shared.sops.yaml')).toEqual(expect.arrayContaining([next, admin.recipient]))
    expect(await at('extra/shared.sops.yaml')).toHaveLength(2)
    const repo = desk.sandbox.paths.repo
    expect(await readFile(join(repo, 'extra/.sops.yaml'), 'utf8')).toBe(rules.replaceAll(desk.old, next))
    expect(await readFile(join(repo, 'extra/groups.sops.yaml'), 'utf8')).toMatch(/shamir_threshold: 2/)
    expect(await desk.tool('sops', ['decrypt', 'extra/shared.sops.yaml'], { env: { SOPS_AGE_KEY: admin.text } })).toBe('a: two\n')
  })

  test('changes every Secret that holds the key, and in an entry with several keys that one alone', async () => {
    const other = await newKey()
    const old = await readFile(join(desk.sandbox.paths.secrets, 'age.agekey'), 'utf8')
    const manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'apps-key', namespace: 'default' } }
    const data = { 'keys.agekey': Buffer.from(`# ours\n${other.text}${old}# the end\n`).toString('base64') }
    await desk.tool('kubectl', ['create', '--filename=-'], { stdin: JSON.stringify({ ...manifest, data }) })
    const kustomization = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'late', namespace: 'default' },
      spec: {
        interval: '1h',
        path: './cluster/late',
        prune: true,
        sourceRef: { kind: 'GitRepository', name: 'home-cluster', namespace: 'flux-system' },
        decryption: { provider: 'sops', secretRef: { name: 'apps-key' } },
      },
    }
    await withFiles((dir) =>
      seal(
        dir,
        'cluster/late/late.sops.yaml',
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: late\n  namespace: default\nstringData:\n  a: b\n',
        '--age',
        desk.old,
        '--encrypted-regex',
        '^stringData$',
      ),
    )
    await desk.tool('kubectl', ['create', '--filename=-'], { stdin: JSON.stringify(kustomization) })
    await desk.kubectl('-n', 'default', 'wait', 'kustomization/late', '--for=condition=Ready', '--timeout=120s')

    const done = await desk.rotate()

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    const [next] = await desk.recipientsInCluster()
    const now = JSON.parse(await desk.kubectl('-n', 'default', 'get', 'secret', 'apps-key', '-o', 'json'))
    const text = Buffer.from(now.data['keys.agekey'], 'base64').toString()
    expect(text).toBe(`# ours\n${other.text}# the end\n`)
    const entries = await Promise.all(
      Object.entries(now.data as Record<string, string>).map(([name, value]) =>
        parseIdentities(Buffer.from(value, 'base64').toString(), name),
      ),
    )
    expect(
      entries
        .flat()
        .map(({ recipient }) => recipient)
        .sort(),
    ).toEqual([other.recipient, next].sort())
    expect((await desk.ready()).late).toBe('True')
  })
})

describe('a repository of several clusters', () => {
  const elsewhere = (name: string): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 1h
  path: ./staging/apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  decryption:
    provider: sops
`
  const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  a: b\n'

  test('keeps the recipient of the other cluster, in its own files and in those of both', async () => {
    const staging = await newKey()
    await withFiles(async (dir) => {
      await write(dir, 'staging/apps.yaml', elsewhere('apps'))
      await seal(dir, 'staging/apps/own.sops.yaml', SECRET, '--age', staging.recipient)
      await seal(dir, 'staging/apps/both.sops.yaml', SECRET, '--age', `${desk.old},${staging.recipient}`)
    })

    const done = await desk.rotate()

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    const [next] = await desk.recipientsInCluster()
    expect(await at('staging/apps/own.sops.yaml')).toEqual([staging.recipient])
    expect([...(await at('staging/apps/both.sops.yaml'))].sort()).toEqual([next, staging.recipient].sort())
  })

  test('stops before anything is written where the other cluster seems to have this very key', async () => {
    await withFiles(async (dir) => {
      await write(dir, 'staging/apps.yaml', elsewhere('apps'))
      await seal(dir, 'staging/apps/own.sops.yaml', SECRET, '--age', desk.old)
    })

    const stopped = await desk.rotate()

    expect(stopped.outcome).not.toBe('done')
    const failed = stopped.events.filter(
      (event) => event.type === 'check.finished' && event.result.status === 'fail' && event.id === 'only-this-cluster',
    )
    expect(failed).toHaveLength(1)
    expect(JSON.stringify(failed)).toContain('staging/apps/own.sops.yaml')
    expect(await desk.recipientsInCluster()).toEqual([desk.old])
  })
})

describe('a key that cannot be used', () => {
  test('a post-quantum key is refused with the controller and the release that would know it', async () => {
    const refused = await desk.rotate({ postQuantum: true })

    expect(refused.exit).toBe('checks')
    const text = JSON.stringify(refused.events.find((event) => event.type === 'check.finished' && event.id === 'post-quantum-read'))
    expect(text).toContain('kustomize-controller 1.7.2')
    expect(text).toContain('1.9.0')
    expect(await desk.recipientsInCluster()).toEqual([desk.old])
  })

  test('a backup that only the new or the old key would open is refused before anything is made', async () => {
    const refused = await desk.rotate({ seal: { how: 'recipients', to: [desk.old], identities: [] } })

    expect(refused.exit).toBe('checks')
    expect(JSON.stringify(refused.events)).toContain('only to keys that are in it')
    expect(await desk.recipientsInCluster()).toEqual([desk.old])
  })

  test('a Secret that Flux applies from git is told: the old key would come back', async () => {
    await desk.kubectl(
      '-n',
      'flux-system',
      'label',
      'secret',
      'age-key',
      'kustomize.toolkit.fluxcd.io/name=cluster',
      'kustomize.toolkit.fluxcd.io/namespace=flux-system',
    )

    const refused = await desk.rotate()

    expect(refused.exit).toBe('checks')
    expect(JSON.stringify(refused.events)).toContain('is applied from git by Kustomization flux-system/cluster')
  })
})
