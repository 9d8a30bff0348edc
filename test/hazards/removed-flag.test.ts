// A flag in the patches that the controllers of the target do not know. notification-controller of 2.7.3 is the one whose process the sandbox does
// not have, so that it is the one that can be given a flag of old before the upgrade: that of image-reflector-controller before its 1.0.0.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { expectRefused, type HazardDesk, hazardDesk, TO } from './desk.ts'

const FILE = 'cluster/flux/config/flux.yaml'
const PATCH = `    - patch: |
        - op: add
          path: /spec/template/spec/containers/0/args/-
          value: --aws-autologin-for-ecr
      target:
        kind: Deployment
        name: notification-controller
`
const ARGS = [
  '-n',
  'flux-system',
  'get',
  'deployment',
  'notification-controller',
  '-o',
  'jsonpath={.spec.template.spec.containers[0].args}',
]
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.applied({ [FILE]: (text) => `${text}${PATCH}` })
  await waitUntil('the flag to be set', async () => (await desk.kubectl(...ARGS)).includes('autologin'), { withinMs: 300_000 })
})
afterAll(async () => desk?.release())

test('is named before anything is written, with its line, its controller and its Deployment', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expectRefused(said, 'controller-flags-known', `1 flag that the controllers of ${TO} do not know`)
  expect(said.text).toMatch(new RegExp(`${FILE}:\\d+ +--aws-autologin-for-ecr \\(Deployment flux-system/notification-controller\\)`))
  expect(await desk.world()).toEqual(before)
})

test('is found by nobody in the plain way: the new controller ends on its start, again and again', async () => {
  await desk.plainUpgrade()

  const pods = ['-n', 'flux-system', 'get', 'pods', '-l', 'app=notification-controller', '-o', 'json']
  await waitUntil('the controller to crash', async () => (await desk.kubectl(...pods)).includes('CrashLoopBackOff'), { withinMs: 300_000 })
  expect(await desk.kubectl(...pods)).toContain('unknown flag: --aws-autologin-for-ecr')
})
