// A HelmRelease whose chart makes another one, which depends on what comes after the first: since 2.8 the first waits for it, and all three stand still.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chart, failed, helmControllerReplaced, helmRelease, releases, settled } from './charts.ts'
import { type HazardDesk, hazardDesk } from './desk.ts'

const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  message: {{ .Values.message | quote }}
`
const values = (text: string): string => `  values:\n    message: ${text}\n`
const dependsOn = (name: string): string => `  dependsOn:\n    - name: ${name}\n`

const CHILD = helmRelease('child', 'leaf', `${dependsOn('late')}${values('{{ .Values.message }}')}`)
const RELEASES = ['base', 'late', 'child']
const all = (text: string) =>
  releases(
    helmRelease('base', 'nest', `  timeout: 20s\n${values(text)}`),
    helmRelease('late', 'leaf', `${dependsOn('base')}${values(text)}`),
  )

let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.applied({ ...chart('leaf', { 'config.yaml': CONFIG }), ...chart('nest', { 'child.yaml': CHILD }), ...all('one') })
  for (const name of RELEASES) await settled(desk, name, 'True InstallSucceeded')
  await desk.applied(all('two'))
  for (const name of RELEASES) await settled(desk, name, 'True UpgradeSucceeded')
})
afterAll(async () => desk?.release())

test('is named before anything is written, with both releases', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expect(said.code).toBe(0)
  expect(said.text).toMatch(/⚠ nested-helm-releases +a HelmRelease that makes others waits until they are ready/)
  expect(said.text).toMatch(/HelmRelease default\/child +is made by HelmRelease default\/base, which will wait until it is ready/)
  expect(said.text).toContain('→ spec.upgrade.disableWait: true on the parent')
  expect(await desk.world()).toEqual(before)
})

test('in the plain way is well until one commit changes them, and then none of the three goes on', async () => {
  await desk.plainUpgrade()
  await helmControllerReplaced(desk)
  for (const name of RELEASES) await settled(desk, name, 'True UpgradeSucceeded')

  await desk.pushed(all('three'))

  // One time-out in two wordings: the wait ends on it, or a request on the way of the wait does.
  await failed(desk, 'base', /timeout waiting for: \[HelmRelease\/default\/child status: 'InProgress'\]|would exceed context deadline/)
  await failed(desk, 'late', /^dependency 'default\/base' is not ready$/)
  await failed(desk, 'child', /^dependency 'default\/late' is not ready$/)
})
