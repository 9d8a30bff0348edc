// A chart whose hook brings an object that its templates bring as well, for the time before they do: from 2.9 on both go through the post-renderers in one
// piece, and there one name is one object.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chart, failed, helmControllerReplaced, helmRelease, releases, settled } from './charts.ts'
import { type HazardDesk, hazardDesk } from './desk.ts'

const account = (annotations: string): string => `apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Release.Name }}${annotations}
`
const HOOK = `
  annotations:
    helm.sh/hook: pre-install
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded`
const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  message: {{ .Values.message | quote }}
`
const POST_RENDERERS = `  postRenderers:
    - kustomize:
        patches:
          - target: {kind: ConfigMap}
            patch: |
              - {op: add, path: /data/house, value: ours}
`
const values = (text: string): string => `  values:\n    message: ${text}\n`
const RELEASES = ['patched', 'plain']
const both = (text: string, more = '') =>
  releases(
    helmRelease('patched', 'hooked', `${more}${POST_RENDERERS}${values(text)}`),
    helmRelease('plain', 'hooked', `${more}${values(text)}`),
  )

let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.applied({
    ...chart('hooked', { 'hook.yaml': account(HOOK), 'account.yaml': account(''), 'config.yaml': CONFIG }),
    ...both('one'),
  })
  for (const name of RELEASES) await settled(desk, name, 'True InstallSucceeded')
  await desk.applied(both('two'))
  for (const name of RELEASES) await settled(desk, name, 'True UpgradeSucceeded')
})
afterAll(async () => desk?.release())

test('is named before anything is written, with the release and the object, whether the release has post-renderers of its own or not', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expect(said.code).toBe(0)
  expect(said.text).toMatch(/⚠ post-render-strategy +hooks go through post-renderers together with the templates/)
  expect(said.text).toMatch(
    /HelmRelease default\/patched +has postRenderers and no postRenderStrategy; has a hook and a template of one name: ServiceAccount patched\n/,
  )
  expect(said.text).toMatch(/HelmRelease default\/plain +has a hook and a template of one name: ServiceAccount plain\n/)
  expect(said.text).toContain('→ spec.postRenderStrategy: nohooks right after the upgrade')
  expect(said.text).not.toMatch(/HelmRelease default\/hello +has/)
  expect(await desk.world()).toEqual(before)
})

test('in the plain way is well until the release is next changed, and then it cannot be upgraded any more', async () => {
  await desk.plainUpgrade()
  await helmControllerReplaced(desk)
  for (const name of RELEASES) await settled(desk, name, 'True UpgradeSucceeded')

  await desk.pushed(both('three'))

  for (const name of RELEASES)
    await failed(
      desk,
      name,
      new RegExp(`may not add resource with an already registered id: ServiceAccount\\.v1\\.\\[noGrp\\]/${name}\\.\\[noNs\\]`),
    )
})

test('is over with the strategy that the plan names', async () => {
  const strategy = '  postRenderStrategy: nohooks\n'
  await desk.pushed(both('four', strategy))

  for (const name of RELEASES) await settled(desk, name, 'True UpgradeSucceeded')
})
