// A bootstrap that meets servers that go away, branches and tokens that refuse, and other people: it ends well, or stops with a clear word and is taken up.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BootstrapDesk, TOKEN } from '../runbooks/bootstrap/desk.ts'
import { fluxOps } from './harness/cli.ts'
import { runOf, StruckBootstrap, shell, textOf } from './harness/struck-bootstrap.ts'

let struck: StruckBootstrap
let desk: BootstrapDesk

beforeAll(async () => {
  struck = await StruckBootstrap.open()
  desk = struck.desk
})
afterAll(() => struck?.close())
beforeEach(() => struck.fresh())

const EXISTING = { 'README.md': '# fleet\n' }
const THERE = ['by somebody else']

describe('an API server that is started anew', () => {
  test.each(['age-key', 'install', 'layers'])('in step %s costs nothing', async (at) => {
    const said = await struck.begin([{ at, do: 'restart-api' }])

    // kubectl knows no patience: there the run may stop, and goes on when it is taken up.
    expect(said.code === 0 || at === 'install', textOf(said)).toBe(true)
    await struck.expectDone(said.code === 0 ? said : await struck.resume(said))
  })
})

describe.each([
  ['an empty repository', {}, []],
  ['a repository with commits', EXISTING, THERE],
])('on %s', (_name, files, there) => {
  beforeEach(async () => {
    if (Object.keys(files).length > 0) await desk.push(files)
  })

  test('a branch that a hook guards stops the run with what the hook says, and it ends once it is let through', async () => {
    await struck.guard('main takes pull requests alone')

    const said = await struck.begin()

    expect(said.code).toBe(1)
    expect(textOf(said)).toContain('main takes pull requests alone')
    expect(textOf(said)).toContain(`flux-ops runs resume ${runOf(said)}`)
    await struck.expectNotYet(there)
    await struck.unguard()
    await struck.expectDone(await struck.resume(said), there)
  })

  test('what was refused by the branch is taken back', async () => {
    await struck.guard('main takes pull requests alone')
    const said = await struck.begin()
    expect(said.code).toBe(1)

    const back = await struck.abandon(said)

    await struck.expectTakenBack(back, there)
    await struck.unguard()
    await struck.expectDone(await struck.begin(), there)
  })

  test('a push that loses the race is made again on top of the other one', async () => {
    const clone = await desk.prepare({ 'docs/other.md': 'x\n' })

    const said = await struck.begin([shell('push', `git -C ${clone} push --quiet origin HEAD:main`)])

    await struck.expectDone(said, ['by somebody else', ...there])
  })

  test('a push that loses the race to the same file stops with its name, and is taken back', async () => {
    const clone = await desk.prepare({ 'clusters/prod/flux-system/gotk-sync.yaml': 'mine: true\n' })

    const said = await struck.begin([shell('push', `git -C ${clone} push --quiet origin HEAD:main`)])

    expect(said.code).toBe(1)
    expect(textOf(said)).toContain('clusters/prod/flux-system/gotk-sync.yaml')
    await struck.expectNotYet(['by somebody else', ...there])
    expect(await desk.show('clusters/prod/flux-system/gotk-sync.yaml')).toBe('mine: true\n')
    await struck.expectTakenBack(await struck.abandon(said), ['by somebody else', ...there])
  })
})

test.each(['cut', 'cut-after'])('a push whose connection is %s ends with one commit', async (push) => {
  await desk.faults({ push: push as 'cut' })

  const said = await struck.begin()

  await desk.faults({})
  await struck.expectDone(said.code === 0 ? said : await struck.resume(said))
})

test('credentials that may read and not push are refused before anything is written', async () => {
  await desk.push(EXISTING)
  await desk.faults({ push: 'unauthorised' })

  const said = await struck.begin()

  expect(said.code).toBe(3)
  expect(said.stdout).toMatch(/✗ push-allowed/)
  expect(await struck.namespaces()).not.toContain('flux-system')
})

const NEXT = 'next-token-0123456789'

const faultsText = (faults: Record<string, unknown>) => `echo '${JSON.stringify(faults)}' > ${desk.paths.faults}`

describe('a token', () => {
  test('that is wrong is told before anything is written, and where it comes from', async () => {
    const said = await struck.begin([], {}, { [TOKEN]: 'wrong-0123456789' })

    expect(said.code).toBe(2)
    expect(textOf(said)).toContain('did not let us in')
    expect(textOf(said)).toContain(TOKEN)
    expect(textOf(said)).not.toContain('wrong-0123456789')
    expect(await struck.namespaces()).not.toContain('flux-system')
  })

  test.each(['push', 'sync', 'layers'])(
    'that is revoked before %s stops the run, and the next one brings it to its end: Flux gets it too',
    async (at) => {
      await desk.tell('token', NEXT)

      const said = await struck.begin([shell(at, faultsText({ gitPassword: NEXT }))])

      expect(said.code).toBe(1)
      expect(textOf(said)).toMatch(/did not let us in|authentication required/i)
      if (at === 'push') await struck.expectNotYet()
      const still = await struck.resume(said)
      expect(still.code).toBe(1)
      await struck.expectDone(await struck.resume(said, { [TOKEN]: NEXT }))
      const password = await desk.kubectl('-n', 'flux-system', 'get', 'secret', 'flux-system', '-o', 'jsonpath={.data.password}')
      expect(Buffer.from(password, 'base64').toString()).toBe(NEXT)
    },
  )
})

describe('a Secret with the credentials of the repository', () => {
  const secrets = (): Promise<string> => desk.kubectl('-n', 'flux-system', 'get', 'secrets', '-o', 'name')

  test('that was there before the run, the very same, stays when the run is taken back', async () => {
    await desk.kubectl('create', 'namespace', 'flux-system')
    const literals = ['--from-literal=username=sandbox', `--from-literal=password=${desk.password}`]
    await desk.kubectl('-n', 'flux-system', 'create', 'secret', 'generic', 'flux-system', ...literals)
    await struck.guard('not now')
    const stopped = await struck.begin()
    expect(stopped.code).toBe(1)

    const back = await struck.abandon(stopped)

    expect(back, textOf(back)).toMatchObject({ code: 0 })
    expect(await secrets()).toBe('secret/flux-system\nsecret/sops-age\n')
  })

  test('that the run had made when it was killed goes when the run is taken back', async () => {
    const token = join(desk.work, 'token')
    await writeFile(token, `${desk.password}\n`, { mode: 0o600 })
    const file = await struck.file({ git: { auth: { token: { file: token, username: 'sandbox' } } } })
    const killed = await fluxOps(desk.paths, ['bootstrap', '-f', file, '--yes'], { where: 'before', event: 'step.finished git-secret' })
    const run = killed.seen.find((each) => each.type === 'run')?.run ?? ''
    expect(await secrets()).toContain('secret/flux-system')

    const back = await fluxOps(desk.paths, ['runs', 'abandon', run, '--yes'])

    expect(back, back.output).toMatchObject({ code: 0 })
    expect(await secrets()).toBe('secret/sops-age\n')
  })
})

const lease = (who: string, renewed: Date): string => `apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: flux-ops, namespace: kube-system}
spec:
  holderIdentity: ${who}
  leaseDurationSeconds: 20
  acquireTime: "${renewed.toISOString().replace('Z', '000Z')}"
  renewTime: "${renewed.toISOString().replace('Z', '000Z')}"
`

describe('somebody else', () => {
  test('who holds the lease is named, and nothing is written', async () => {
    const file = join(desk.work, 'lease.yaml')
    await writeFile(file, lease('anna@laptop 20260101-000000-bootstrap-0000', new Date(Date.now() + 60_000)))
    await desk.kubectl('apply', '-f', file)

    const said = await struck.begin()

    expect(said.code).toBe(6)
    expect(textOf(said)).toContain('anna@laptop')
    expect(await struck.namespaces()).not.toContain('flux-system')
  })

  test('who takes the lease while this machine sleeps has the cluster alone from then on, and the run goes on when it is free', async () => {
    const file = join(desk.work, 'lease.yaml')
    await writeFile(file, lease('anna@laptop 20260101-000000-bootstrap-0000', new Date(Date.now() + 60_000)))

    // Nothing of the process goes on meanwhile, and its lease runs out after 20 s.
    const said = await struck.begin([
      shell('commit', `sleep 21; ${join(desk.paths.bin, 'kubectl')} apply --server-side --force-conflicts -f ${file}`),
    ])

    expect(said.code).toBe(6)
    expect(textOf(said)).toContain('anna@laptop')
    await struck.expectNotYet()
    await desk.kubectl('-n', 'kube-system', 'delete', 'lease', 'flux-ops')
    await struck.expectDone(await struck.resume(said))
  })

  test('whose cluster answers behind the same context by now is left alone', async () => {
    await struck.guard('not now')
    const stopped = await struck.begin()
    await struck.unguard()

    const said = await desk.struck([{ at: '', do: 'other-cluster' }], ['runs', 'resume', runOf(stopped), '--yes'])

    expect(said.code).toBe(6)
    expect(textOf(said)).toMatch(/belongs to cluster \S+ \(context \S+\); this is 00000000-/)
    await struck.expectNotYet()
    await struck.expectDone(await struck.resume(stopped))
  })
})
