// `audit keys` on a real cluster by who asks: what somebody may not see, or what does not answer, is unknown; and no key is in what it prints.
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { secretsOf } from '../secrets/known-secrets.ts'
import { AgeDesk, SECRET } from './age-desk.ts'
import { all, asked, keepingSecret, OF_CLUSTER, OF_SECRETS, statuses } from './audit-desk.ts'

let desk: AgeDesk
let own: string

beforeAll(async () => {
  desk = await AgeDesk.open()
  own = await readFile(join(desk.sandbox.paths.secrets, 'age.agekey'), 'utf8')
})
afterAll(() => desk.close())
beforeEach(() => desk.fresh())

const audit = (...args: string[]) => desk.run('audit', 'keys', ...args)

const kubectl = (...args: string[]): Promise<string> => desk.tool('kubectl', args)

describe('audit keys knows what Flux of the cluster can open', () => {
  const sealedTo = async (...recipients: string[]): Promise<void> => {
    const clear = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: later\nstringData:\n  a: b\n'
    const path = 'cluster/apps/default/hello/app/later.sops.yaml'
    const args = [
      'encrypt',
      '--age',
      recipients.join(','),
      '--encrypted-regex',
      '^(data|stringData)$',
      '--filename-override',
      'later.sops.yaml',
    ]
    await writeFile(join(desk.sandbox.paths.repo, path), await desk.tool('sops', args, clear, desk.work))
    await desk.git('add', path)
  }
  const postQuantum = async (): Promise<string> => /age1pq1[0-9a-z]+/.exec(await desk.tool('age-keygen', ['-pq']))?.[0] ?? ''

  test('finds a file that is sealed to a post-quantum recipient alone: kustomize-controller of 2.7.3 knows none', async () => {
    await sealedTo(await postQuantum())

    const answer = await asked(desk)

    expect(answer.rule('post-quantum-supported').findings).toMatchObject([
      { severity: 'error', what: expect.stringMatching(/^kustomize-controller v1\.7\.\d cannot open .*, and 1 file nothing else$/) },
    ])
    expect(answer.code).toBe(3)
  })

  test('warns of one that has a classical recipient as well', async () => {
    await sealedTo(await postQuantum(), /age1[0-9a-z]+/.exec(own)?.[0] ?? '')

    const answer = await asked(desk)

    expect(answer.rule('post-quantum-supported').findings).toMatchObject([{ severity: 'warning' }])
  })
})

describe('audit keys and who asks', () => {
  const kubeconfigWith = async (
    change: (config: { clusters: { cluster: object }[]; users: { user: object }[] }) => void,
  ): Promise<string> => {
    const config = JSON.parse(await kubectl('config', 'view', '--raw', '--minify', '--output=json'))
    change(config)
    const path = await desk.keyFile(join(desk.work, `${randomUUID()}.kubeconfig`), JSON.stringify(config))
    return path
  }

  /** A service account that may read these, and nothing else. */
  const userWho = async (...resources: string[]): Promise<string> => {
    onTestFinished(async () => {
      await kubectl('-n', 'default', 'delete', 'serviceaccount', 'auditor')
      await kubectl('delete', 'clusterrole,clusterrolebinding', 'auditor')
    })
    await kubectl('-n', 'default', 'create', 'serviceaccount', 'auditor')
    await kubectl('create', 'clusterrole', 'auditor', '--verb=get,list', `--resource=${resources.join(',')}`)
    await kubectl('create', 'clusterrolebinding', 'auditor', '--clusterrole=auditor', '--serviceaccount=default:auditor')
    const token = (await kubectl('-n', 'default', 'create', 'token', 'auditor')).trim()
    return kubeconfigWith(({ users: [first] }) => first && Object.assign(first, { user: { token } }))
  }
  const FLUX = [
    'customresourcedefinitions.apiextensions.k8s.io',
    'kustomizations.kustomize.toolkit.fluxcd.io',
    'gitrepositories.source.toolkit.fluxcd.io',
    'deployments.apps',
  ]

  test('a user who may not read Secrets is told unknown of all that hangs on them, and no rule of these holds', async () => {
    const answer = await asked(desk, '--kubeconfig', await userWho(...FLUX))

    expect(statuses(answer, ['macs-hold', ...OF_SECRETS])).toEqual(all('unknown', ['macs-hold', ...OF_SECRETS]))
    for (const id of OF_SECRETS) expect(answer.rule(id).unknown[0]?.cause).toContain(`not allowed to get Secret ${SECRET}`)
    expect(answer.rule('decryption-configured').status).toBe('holds')
    expect(answer.code).toBe(3)
  })

  test('a user who may not read Kustomizations is told so once at the top, and no rule of the cluster holds', async () => {
    const kubeconfig = await userWho('customresourcedefinitions.apiextensions.k8s.io', 'deployments.apps', 'secrets')

    const answer = await asked(desk, '--kubeconfig', kubeconfig)
    const { stdout } = await audit('--kubeconfig', kubeconfig)

    expect(answer.report.cluster?.unread).toContain('not allowed to list')
    expect(statuses(answer, OF_CLUSTER)).toEqual(all('unknown', OF_CLUSTER))
    expect(stdout.match(/not allowed to list/g)).toHaveLength(1)
    expect(answer.code).toBe(3)
  })

  test('a cluster that does not answer is unknown as well', async () => {
    const kubeconfig = await kubeconfigWith(
      ({ clusters: [first] }) => first && Object.assign(first.cluster, { server: 'https://127.0.0.1:1' }),
    )

    const answer = await asked(desk, '--kubeconfig', kubeconfig)

    expect(statuses(answer, OF_CLUSTER)).toEqual(all('unknown', OF_CLUSTER))
    expect(answer.code).toBe(3)
  })
})

test('audit keys prints nothing of a key, however it is asked and whatever it finds', async () => {
  await keepingSecret(desk)
  const other = await desk.newKey()
  await desk.setEntries({ 'age.agekey': other.text, 'age.key': own, 'broken.agekey': `x${own}` })

  const said = [await audit(), await audit('--json'), await audit('--sarif', '-'), await audit('--identity', desk.recovery.file)]

  const text = said.map((each) => each.text).join('\n')
  const told = (await secretsOf(desk.sandbox.paths)).filter(({ spellings }) => spellings.some((spelling) => text.includes(spelling)))
  expect(told.map(({ name }) => name)).toEqual([])
  expect(said.map(({ code }) => code)).toEqual([3, 3, 3, 3])
  expect(await desk.leaks()).toEqual([])
})
