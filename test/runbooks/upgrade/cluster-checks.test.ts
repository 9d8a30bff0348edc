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
/** Of the cluster as it is, of one where much is wrong, and of that one when it has been put right. */
let healthy: Driven
let wrong: Driven
let right: Driven

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

const IMAGES = {
  apiVersion: 'image.toolkit.fluxcd.io/v1',
  kind: 'ImageRepository',
  metadata: { name: 'app', namespace: 'flux-system' },
  spec: { image: 'ghcr.io/example/app', interval: '1h' },
}

beforeAll(async () => {
  sandbox = await fixture('pin')
  healthy = await plan()
  await sandbox.run(
    'kubectl',
    '-n',
    'flux-system',
    'annotate',
    'secret',
    'age-key',
    `flux-ops.dev/age-backup-at=${new Date().toISOString()}`,
  )
  await apply(secret({ token: 'not-a-real-token' }))
  await apply(RECEIVER)
  const text = await readFile(join(await manifestsDir(FROM), 'image-reflector-controller.yaml'), 'utf8')
  await apply({ apiVersion: 'v1', kind: 'List', items: crdsOf(parseObjects(text)) })
  await apply(IMAGES)
  wrong = await plan()
  await apply(secret({ token: 'not-a-real-token', email: 'push@example.org', audience: 'https://example.org/hook' }))
  await sandbox.run('kubectl', '-n', 'flux-system', 'delete', 'imagerepository', 'app')
  right = await plan()
})
afterAll(async () => sandbox?.remove())

test('a healthy cluster has a plan that says what changes for its own objects', () => {
  expect(healthy.outcome).toBe('planned')
  const passed = ['push-allowed', 'source-fetches', 'one-applier-each', 'third-party-managed-fields']
  expect(passed.map((id) => statusOf(healthy, id))).toEqual(passed.map(() => 'pass'))
  const { facts = [], otherFacts = 0 } = healthy.state.plan as unknown as UpgradePlan
  expect(facts.find((fact) => fact.id === 'helm-health-by-kstatus')?.objects[0]?.where).toMatch(/^HelmRelease /)
  expect(otherFacts).toBeGreaterThan(10)
})

test('the key that Flux decrypts with counts as kept elsewhere once that is on record', () => {
  expect([healthy, wrong].map((driven) => statusOf(driven, 'age-key-backed-up'))).toEqual(['fail', 'pass'])
})

test('a Receiver whose Secret lacks what the target asks for stops the upgrade, until the keys are there', () => {
  expect([wrong.outcome, statusOf(wrong, 'gcr-receiver-claims')]).toEqual(['checks-failed', 'fail'])
  expect([right.outcome, statusOf(right, 'gcr-receiver-claims')]).toEqual(['planned', 'pass'])
})

test('image objects without their controllers are told', () => {
  expect([wrong, right].map((driven) => statusOf(driven, 'kinds-have-controllers'))).toEqual(['fail', 'pass'])
})
