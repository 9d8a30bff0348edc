// A run of `recover fix` that was killed right behind its effect is taken back, where there is a way back.
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { FixDesk } from '../runbooks/recover/desk.ts'
import { installed, undeletable } from '../runbooks/recover/states.ts'
import { fluxOps } from './harness/cli.ts'

let desk: FixDesk

beforeAll(async () => {
  desk = await FixDesk.open('2.9.2', [undeletable])
  await desk.recover.provoke([installed])
  await desk.recover.kubectl('wait', 'helmrelease/app', '-n', desk.place(installed).namespace, '--for=condition=Ready', '--timeout=90s')
  await desk.keep()
}, 400_000)
beforeEach(() => desk.reset(), 300_000)
afterAll(() => desk?.close())

/** Killed behind the effect of `step`, then taken back. */
async function takenBack(step: string, ...args: string[]): Promise<string> {
  const { paths } = desk.recover.sandbox
  const killed = await fluxOps(paths, ['recover', 'fix', ...args, '--yes'], { where: 'before', event: `step.finished ${step}` })
  expect(killed.signal).toBe('SIGKILL')
  const run = killed.seen.flatMap((each) => (each.type === 'run' ? [each.run] : []))[0] ?? ''
  const abandoned = await fluxOps(paths, ['runs', 'abandon', run, '--yes'])
  return `${abandoned.code}\n${abandoned.output}`
}

test('a controller that was started is stopped again', async () => {
  await desk.stop('helm-controller')

  const said = await takenBack('start-1', 'Deployment/flux-system/helm-controller')

  expect(said).toMatch(/^0\n/)
  expect((await desk.object('deployment', 'flux-system', 'helm-controller'))?.spec.replicas).toBe(0)
})

test('what went for good is not taken back, and that is said', async () => {
  const typed = desk.typed(undeletable)

  const said = await takenBack('drop-finalizers-1', typed, '--with', 'drop-finalizers', '--confirm', typed)

  expect(said).toMatch(/^6\n/)
  expect(said).toContain('cannot be taken back')
})

interface Record {
  metadata: { name: string; labels: { status?: string; version?: string } }
  data: { release: string }
}

const namespace = (): string => desk.place(installed).namespace

/** Secrets of the release, and copies of them, by name. */
const records = async (): Promise<Record[]> =>
  (
    JSON.parse(
      await desk.recover.kubectl('get', 'secret', '-n', namespace(), '--field-selector=type=helm.sh/release.v1', '-o', 'json'),
    ) as { items: Record[] }
  ).items

/** As Helm keeps it: JSON, gzip, base64, and base64 of the Secret. */
function pending(release: string): string {
  const text = (data: string): Buffer => Buffer.from(data, 'base64')
  const stored = JSON.parse(gunzipSync(text(text(release).toString())).toString())
  const changed = { ...stored, info: { ...stored.info, status: 'pending-upgrade' } }
  return Buffer.from(gzipSync(JSON.stringify(changed)).toString('base64')).toString('base64')
}

/** As a client leaves it that was killed in the middle, and as a controller says it that does not unlock it. */
async function locked(): Promise<string> {
  await desk.stop('helm-controller')
  const [record] = await records()
  if (record === undefined) throw new Error('no record of Helm')
  const { name } = record.metadata
  const patch = { metadata: { labels: { status: 'pending-upgrade' } }, data: { release: pending(record.data.release) } }
  await desk.recover.kubectl('-n', namespace(), 'patch', 'secret', name, '--type=merge', '-p', JSON.stringify(patch))
  const message = 'another operation (install/upgrade/rollback) is in progress'
  const conditions = ['Ready', 'Released'].map((type) => ({
    type,
    status: 'False',
    reason: 'UpgradeFailed',
    message,
    lastTransitionTime: '2026-11-22T02:51:00Z',
    observedGeneration: 1,
  }))
  await desk.recover.kubectl(
    '-n',
    namespace(),
    'patch',
    'helmrelease',
    'app',
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({ status: { conditions } }),
  )
  return name
}

test('a record of Helm that was taken away is put back as it was', async () => {
  const name = await locked()
  const before = await records()
  const typed = `HelmRelease/${namespace()}/app`

  const said = await takenBack('drop-release-1', typed, '--with', 'drop-release', '--confirm', typed)

  expect(said).toMatch(/^0\n/)
  const after = await records()
  expect(after.map(({ metadata }) => metadata.name)).toEqual([name])
  expect(after[0]?.data).toEqual(before[0]?.data)
  expect(after[0]?.metadata.labels).toEqual(before[0]?.metadata.labels)
})
