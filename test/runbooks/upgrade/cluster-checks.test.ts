// Checks and facts that look at the cluster, on a real one: what they say changes with what is there.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UpgradePlan } from '../../../runbooks/upgrade/plan-schema.ts'
import { crdsOf, parseObjects } from '../../../src/sandbox/flux-manifests.ts'
import { manifestsDir } from '../../sandbox/scratch.ts'
import { type Driven, drive } from '../desk.ts'
import { type Fixture, FROM, fixture, TO } from '../fixture.ts'

let sandbox: Fixture

beforeAll(async () => {
  sandbox = await fixture('pin')
})
afterAll(async () => {
  await sandbox?.reset()
  await sandbox?.remove()
})

const plan = (): Promise<Driven> =>
  drive({ dir: sandbox.paths.dir, runbook: 'upgrade', planOnly: true, input: { to: TO, repo: sandbox.paths.repo, timeoutSeconds: 60 } })

const statusOf = (driven: Driven, id: string): string | undefined => driven.state.checks.find((check) => check.id === id)?.result.status

async function apply(manifest: object): Promise<void> {
  const file = join(sandbox.paths.tmp, 'cluster-checks.json')
  await writeFile(file, JSON.stringify(manifest))
  await sandbox.run('kubectl', 'apply', '--server-side', '--force-conflicts', '--filename', file)
}

const secret = (data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'gcr-token', namespace: 'flux-system' },
  stringData: data,
})

const RECEIVER = {
  apiVersion: 'notification.toolkit.fluxcd.io/v1',
  kind: 'Receiver',
  metadata: { name: 'registry', namespace: 'flux-system' },
  spec: { type: 'gcr', secretRef: { name: 'gcr-token' }, resources: [{ kind: 'OCIRepository', name: '*' }] },
}

test('a healthy cluster has a plan that says what changes for its own objects', async () => {
  const driven = await plan()

  expect(driven.outcome).toBe('planned')
  expect(['push-allowed', 'source-fetches', 'one-applier-each', 'third-party-managed-fields'].map((id) => statusOf(driven, id))).toEqual([
    'pass',
    'pass',
    'pass',
    'pass',
  ])
  const { facts = [], otherFacts = 0 } = driven.state.plan as unknown as UpgradePlan
  expect(facts.find((fact) => fact.id === 'helm-health-by-kstatus')?.objects[0]?.where).toMatch(/^HelmRelease /)
  expect(otherFacts).toBeGreaterThan(10)
})

test('the key that Flux decrypts with counts as kept elsewhere once that is on record', async () => {
  expect(statusOf(await plan(), 'age-key-backed-up')).toBe('fail')
  const now = new Date(Date.now() + 60_000).toISOString()
  await sandbox.run('kubectl', '-n', 'flux-system', 'annotate', 'secret', 'age-key', `flux-ops.dev/age-backup-at=${now}`)

  expect(statusOf(await plan(), 'age-key-backed-up')).toBe('pass')
})

test('a Receiver whose Secret lacks what the target asks for stops the upgrade, until the keys are there', async () => {
  await apply(secret({ token: 'not-a-real-token' }))
  await apply(RECEIVER)

  const refused = await plan()
  await apply(secret({ token: 'not-a-real-token', email: 'push@example.org', audience: 'https://example.org/hook' }))
  const planned = await plan()

  expect([refused.outcome, statusOf(refused, 'gcr-receiver-claims')]).toEqual(['checks-failed', 'fail'])
  expect([planned.outcome, statusOf(planned, 'gcr-receiver-claims')]).toEqual(['planned', 'pass'])
})

test('image objects without their controllers are told', async () => {
  const text = await readFile(join(await manifestsDir(FROM), 'image-reflector-controller.yaml'), 'utf8')
  await apply({ apiVersion: 'v1', kind: 'List', items: crdsOf(parseObjects(text)) })
  await apply({
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageRepository',
    metadata: { name: 'app', namespace: 'flux-system' },
    spec: { image: 'ghcr.io/example/app', interval: '1h' },
  })

  expect(statusOf(await plan(), 'kinds-have-controllers')).toBe('fail')
})
