// The gate CancelHealthCheckOnNewRevision of helm-controller: whoever asks for a release while it is being upgraded makes it a failure, and one
// without retries stays so. A controller before 2.8 does not start with this gate, so that the upgrade that meets it is the next one.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { chart, helmRelease, message, releases, settled } from './charts.ts'
import { type HazardDesk, hazardDesk } from './desk.ts'

const NEXT = '2.9.4'
const FLUX = 'cluster/flux/config/flux.yaml'
const GATE = `    - patch: |
        - op: add
          path: /spec/template/spec/containers/0/args/-
          value: --feature-gates=CancelHealthCheckOnNewRevision=true
      target:
        kind: Deployment
        name: helm-controller
`
/** Its pods of a new kind need a while. */
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: 1
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
      annotations:
        message: {{ .Values.message | quote }}
        sandbox.flux-ops.dev/fail: ready-after={{ .Values.seconds }}
    spec:
      containers:
        - {name: app, image: registry.home.arpa/app:1}
`
const RELEASES = ['once', 'again']
const RETRY = `  upgrade:
    strategy: {name: RetryOnFailure, retryInterval: 5s}
  install:
    strategy: {name: RetryOnFailure, retryInterval: 5s}
`
const values = (text: string, seconds: number): string => `  values:\n    message: ${text}\n    seconds: ${seconds}\n`
const both = (text: string, seconds: number) =>
  releases(helmRelease('once', 'slow', values(text, seconds)), helmRelease('again', 'slow', `${RETRY}${values(text, seconds)}`))

let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  // Before the gate is on: it may cancel an install as well.
  await desk.applied({ ...chart('slow', { 'deployment.yaml': DEPLOYMENT }), ...both('one', 0) })
  for (const name of RELEASES) await settled(desk, name, 'True InstallSucceeded')
  await desk.plainUpgrade()
  await desk.applied({ [FLUX]: (text) => `${text}${GATE}` })
  const fields = '{.spec.template.spec.containers[0].args} {.status.updatedReplicas} {.status.replicas} {.status.availableReplicas}'
  const controller = ['-n', 'flux-system', 'get', 'deployment', 'helm-controller', '-o', `jsonpath=${fields}`]
  const gated = async (): Promise<boolean> => /CancelHealthCheckOnNewRevision=true.* 1 1 1$/.test(await desk.kubectl(...controller))
  await waitUntil('helm-controller to run with the gate', gated, { withinMs: 300_000 })
})
afterAll(async () => desk?.release())

test('is named before anything is written, with the release that would not be tried again', async () => {
  const before = await desk.world()

  const said = await desk.plan('--to', NEXT)

  expect(said.text).toMatch(
    /⚠ cancelled-releases-retry +with the gate CancelHealthCheckOnNewRevision a release that is cancelled counts as failed/,
  )
  expect(said.text).toMatch(/HelmRelease default\/once +has neither retries nor strategy RetryOnFailure/)
  expect(said.text).not.toMatch(/HelmRelease default\/again +has/)
  expect(await desk.world()).toEqual(before)
})

test('in the plain way is a release that stays failed with nothing wrong, while one that is tried again gets well', async () => {
  await desk.pushed(both('two', 60))
  await Promise.all(RELEASES.map(askedInTheMiddle))

  await settled(desk, 'once', 'False HealthCheckCanceled')
  await settled(desk, 'again', 'True UpgradeSucceeded')
  await waitUntil('the Deployment to be ready', async () => (await deployed('once', '.status.availableReplicas')) === '1', {
    withinMs: 120_000,
  })
  expect(await message(desk, 'once')).toBe('New reconciliation triggered by HelmRelease/default/once')
  expect(await stalled('once')).toBe('RetriesExceeded: Failed to upgrade after 1 attempt(s)')
})

test('is over when its failures are taken back, and not when it is asked once more', async () => {
  const reconcile = ['-n', 'default', 'reconcile', 'helmrelease', 'once', '--timeout=60s']

  await expect(desk.run('flux', ...reconcile)).rejects.toThrow(/reconcile helmrelease once/)

  expect(await stalled('once')).toBe('RetriesExceeded: Failed to upgrade after 1 attempt(s)')
  await desk.run('flux', ...reconcile, '--reset')
  await settled(desk, 'once', 'True UpgradeSucceeded')
})

/** As a webhook, a person or a tool does it: while the release rolls out. */
async function askedInTheMiddle(name: string): Promise<void> {
  const runs = async (): Promise<boolean> => (await message(desk, name)).startsWith("Running 'upgrade' action")
  await waitUntil(`${name} to be upgraded`, runs, { withinMs: 120_000 })
  const rollsOut = async (): Promise<boolean> =>
    (await deployed(name, '.status.updatedReplicas} {.spec.template.metadata.annotations.message')) === '1 two'
  await waitUntil(`${name} to roll out`, rollsOut, { withinMs: 120_000 })
  await desk.kubectl('-n', 'default', 'annotate', 'helmrelease', name, 'reconcile.fluxcd.io/requestedAt=two', '--overwrite')
}

const deployed = (name: string, field: string): Promise<string> =>
  desk.kubectl('-n', 'default', 'get', 'deployment', name, '-o', `jsonpath={${field}}`)

const stalled = (name: string): Promise<string> => {
  const fields = 'jsonpath={range .status.conditions[?(@.type=="Stalled")]}{.reason}: {.message}{end}'
  return desk.kubectl('-n', 'default', 'get', 'helmrelease', name, '-o', fields)
}
