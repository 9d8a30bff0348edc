// `audit keys` asks a real cluster: what its rules say of Secrets and Kustomizations is so there.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { AgeDesk, FILE, SECRET } from './age-desk.ts'
import {
  all,
  asked,
  create,
  idsOf,
  KEY_IN_GIT,
  keepingSecret,
  keySecret,
  kustomization,
  OF_CLUSTER,
  OF_SECRETS,
  statuses,
  suspended,
} from './audit-desk.ts'

let desk: AgeDesk
let own: string

beforeAll(async () => {
  desk = await AgeDesk.open()
  own = await readFile(join(desk.sandbox.paths.secrets, 'age.agekey'), 'utf8')
})
afterAll(() => desk.close())
beforeEach(async () => {
  await desk.fresh()
  await desk.git('rm', '--quiet', '--cached', KEY_IN_GIT)
})

const kubectl = (...args: string[]): Promise<string> => desk.tool('kubectl', args)

/** Types what the finding says, as it stands there. */
const typeFix = ({ fix }: { fix: string }): Promise<unknown> => promisify(execFile)('sh', ['-c', fix], { env: desk.env })

describe('audit keys on a cluster where all is well', () => {
  test('asks every rule, and all of them hold but that there is only one key', async () => {
    const answer = await asked(desk)

    expect(answer.report.cluster).toEqual({ context: `sandbox-${desk.sandbox.name}`, unread: null })
    expect(idsOf(answer, 'found')).toEqual(['second-way-in'])
    expect([...idsOf(answer, 'unknown'), ...idsOf(answer, 'skipped')]).toEqual([])
    expect(statuses(answer, OF_CLUSTER)).toEqual(all('holds', OF_CLUSTER))
    expect(answer.code).toBe(0)
  })

  test('opens what is in git with the key of the cluster, and finds the key that is sealed to itself alone', async () => {
    await desk.git('add', KEY_IN_GIT)

    const answer = await asked(desk)

    expect(answer.rule('key-not-sealed-to-itself').findings).toMatchObject([{ severity: 'error', where: KEY_IN_GIT }])
    expect(answer.code).toBe(3)
  })

  test('does not ask the cluster with --no-cluster, and says which rules that leaves out', async () => {
    const answer = await asked(desk, '--no-cluster')
    const { stdout, code } = await desk.run('audit', 'keys', '--no-cluster', '--fail-on', 'warning')

    expect(answer.report.cluster).toBeNull()
    expect(statuses(answer, OF_SECRETS)).toEqual(all('skipped', OF_SECRETS))
    expect(stdout).toContain('cluster  not asked\n')
    for (const id of OF_SECRETS) expect(stdout).toContain(`    ${id}  no cluster was asked\n`)
    expect([answer.code, code]).toEqual([0, 0])
  })
})

describe('audit keys looks at Secrets', () => {
  test('finds a key that Flux passes over because of the name of its entry, and what it says to type mends it', async () => {
    await keepingSecret(desk)
    await desk.setEntries({ 'age.agekey': null, 'keys.txt': own })

    const answer = await asked(desk)
    const [finding] = answer.rule('key-entries-read').findings

    expect(finding).toMatchObject({
      severity: 'error',
      where: `Secret ${SECRET}`,
      what: expect.stringContaining('entry keys.txt holds an age key'),
    })
    expect(answer.rule('cluster-opens-files').findings.map(({ where }) => where)).toContain(FILE)
    expect(answer.code).toBe(3)
    await typeFix(finding as { fix: string })
    expect((await asked(desk)).code).toBe(0)
  })

  test('names an entry that no other has, so that no key is lost by what it says to type', async () => {
    await keepingSecret(desk)
    const other = await desk.newKey()
    await desk.setEntries({ 'age.agekey': other.text, 'age.key': own })

    const [finding] = (await asked(desk)).rule('key-entries-read').findings
    await typeFix(finding as { fix: string })

    const { data } = await desk.secret()
    expect(
      Object.values<string>(data)
        .map((value) => Buffer.from(value, 'base64').toString())
        .sort(),
    ).toEqual([other.text, own].sort())
    expect(statuses(await asked(desk), OF_SECRETS)).toEqual(all('holds', OF_SECRETS))
  })

  test('finds an entry that stops Flux, as it is no key', async () => {
    await keepingSecret(desk)
    await desk.setEntries({ 'note.agekey': 'made by hand' })

    const answer = await asked(desk)

    expect(answer.rule('key-entries-read').findings).toMatchObject([{ what: expect.stringContaining('Flux stops at it') }])
    expect(answer.code).toBe(3)
  })

  test('finds that the key of the cluster is not the one that files are sealed to', async () => {
    await keepingSecret(desk)
    const other = await desk.newKey()
    await desk.setEntries({ 'age.agekey': other.text })

    const answer = await asked(desk)

    expect(answer.rule('cluster-opens-files').findings.map(({ where }) => where)).toEqual([
      'cluster/flux/vars/cluster-secrets.sops.yaml',
      FILE,
    ])
    expect(answer.rule('macs-hold').status).toBe('skipped')
    expect(answer.code).toBe(3)
  })

  test('finds a Secret that was deleted, and does not take sealed files for whole that nobody could open', async () => {
    await keepingSecret(desk)
    await kubectl('-n', 'flux-system', 'delete', 'secret', 'age-key')

    const answer = await asked(desk)

    expect(answer.rule('decryption-secret-exists').findings).toMatchObject([
      { where: `Secret ${SECRET}`, fix: 'kubectl -n flux-system create secret generic age-key --from-file=age.agekey=KEYFILE' },
    ])
    expect(answer.rule('macs-hold').status).toBe('unknown')
    expect(answer.code).toBe(3)
  })

  test('names the namespace in which a Secret of that name is, where Flux does not look', async () => {
    await keepingSecret(desk)
    const { data } = await desk.secret()
    await create(desk, keySecret('default', data))
    await kubectl('-n', 'flux-system', 'delete', 'secret', 'age-key')

    const answer = await asked(desk)

    expect(answer.rule('decryption-secret-exists').findings).toMatchObject([
      {
        where: `Secret ${SECRET}`,
        what: expect.stringContaining('default/age-key has that name, and Flux looks in flux-system only'),
        fix: expect.stringMatching(/^put the Secret into flux-system, where Kustomization flux-system\/\S+ is$/),
      },
    ])
    expect(answer.code).toBe(3)
  })
})

describe('audit keys looks at Kustomizations', () => {
  test('finds one that applies sealed files and does not decrypt, which Flux does as they stand', async () => {
    onTestFinished(() => desk.sandbox.reset())
    await create(desk, kustomization('plain', 'flux-system', {}))

    const answer = await asked(desk)

    expect(answer.rule('decryption-configured').findings).toMatchObject([
      { where: 'Kustomization flux-system/plain', what: `applies 1 sealed file (${FILE}) and has no spec.decryption` },
    ])
    expect(answer.code).toBe(3)
    await kubectl('-n', 'flux-system', 'wait', '--for=condition=Ready', 'kustomization/plain', '--timeout=60s')
    const value = await kubectl('-n', 'default', 'get', 'secret', 'hello-values', '-o', 'jsonpath={.data.values\\.yaml}')
    expect(Buffer.from(value, 'base64').toString()).toMatch(/^ENC\[AES256_GCM,/)
  })

  test('finds one that names no Secret, where the controller has none for all', async () => {
    await suspended(desk, 'nameless', 'flux-system', { provider: 'sops' })

    const answer = await asked(desk)

    expect(answer.rule('decryption-configured').findings).toMatchObject([
      {
        where: 'Kustomization flux-system/nameless',
        what: expect.stringContaining('names no Secret, and kustomize-controller has no --sops-age-secret'),
      },
    ])
    expect(answer.code).toBe(3)
  })

  test('does not know whether there is a Secret for all where it did not find the controller', async () => {
    await suspended(desk, 'nameless', 'flux-system', { provider: 'sops' })

    const answer = await asked(desk, '--namespace', 'default')

    expect(statuses(answer, ['decryption-configured', ...OF_SECRETS])).toEqual(all('unknown', ['decryption-configured', ...OF_SECRETS]))
    expect(answer.rule('cluster-opens-files').unknown).toMatchObject([
      { cause: expect.stringContaining('name its namespace by --namespace') },
    ])
    expect(answer.code).toBe(3)
  })

  test('looks for the Secret in the namespace of the Kustomization', async () => {
    await suspended(desk, 'away', 'default', { provider: 'sops', secretRef: { name: 'age-key' } })

    const answer = await asked(desk)

    expect(answer.rule('decryption-secret-exists').findings).toMatchObject([
      {
        where: 'Secret default/age-key',
        what: expect.stringContaining('flux-system/age-key has that name'),
        fix: expect.stringContaining('Kustomization default/away'),
      },
    ])
    expect(answer.code).toBe(3)
  })

  test('takes a cluster that applies nothing of this repository for no answer', async () => {
    await desk.git('remote', 'set-url', '--add', 'origin', 'http://127.0.0.1:1/other.git')
    const [first = ''] = (await desk.git('remote', 'get-url', '--all', 'origin')).split('\n')
    await desk.git('remote', 'set-url', '--delete', 'origin', `^${first.replaceAll('.', '\\.')}$`)
    onTestFinished(async () => void (await desk.git('remote', 'set-url', 'origin', first)))

    const answer = await asked(desk)

    expect(statuses(answer, ['decryption-configured', 'cluster-opens-files'])).toEqual(
      all('unknown', ['decryption-configured', 'cluster-opens-files']),
    )
    expect(answer.rule('cluster-opens-files').unknown).toMatchObject([
      { cause: expect.stringContaining('applies nothing of this repository') },
    ])
    expect(answer.code).toBe(3)
  })
})
