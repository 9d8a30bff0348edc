import { expect, test } from 'vitest'
import { parseImage, planContainer } from '../../../src/sandbox/node-agent/plan.ts'
import { probeUrl } from '../../../src/sandbox/node-agent/probe.ts'

const tools = { 'source-controller-1.7.3': '/bin/source-controller-1.7.3' }
const plan = (image: string, more: { fail?: string; restartPolicy?: string } = {}) =>
  planContainer({ image, fail: more.fail, restartPolicy: more.restartPolicy ?? 'Always', tools })

test('a Flux controller of a version that is there becomes a process', () => {
  expect(plan('ghcr.io/fluxcd/source-controller:v1.7.3')).toEqual({
    kind: 'process',
    controller: 'source-controller',
    binary: '/bin/source-controller-1.7.3',
  })
})

test('registry, port and digest do not matter', () => {
  expect(parseImage('localhost:5000/mirror/source-controller:v1.7.3@sha256:abc')).toEqual({ name: 'source-controller', tag: 'v1.7.3' })
})

test('another version cannot be pulled, and the message names the image', () => {
  const { kind, message } = plan('fluxcd/source-controller:v9.9.9') as { kind: string; message: string }

  expect(kind).toBe('no-image')
  expect(message).toContain('fluxcd/source-controller:v9.9.9')
})

test('only controllers that cannot be had are simulated', () => {
  expect(plan('fluxcd/notification-controller:v1.7.4').kind).toBe('simulated')
  expect(plan('fluxcd/notification-controller:v1.7.5').kind).toBe('no-image')
})

test('a controller that another release stands in for becomes a process of that one, and says so', () => {
  expect(plan('fluxcd/source-controller:v1.6.2')).toEqual({
    kind: 'process',
    controller: 'source-controller',
    binary: '/bin/source-controller-1.7.3',
    standIn: 'source-controller-1.7.3',
  })
  expect(plan('fluxcd/helm-controller:v1.3.0').kind).toBe('no-image')
})

test('any other image is reported running, or completed where it is not to be restarted', () => {
  expect(plan('nginx').kind).toBe('pretend')
  expect(plan('busybox', { restartPolicy: 'Never' }).kind).toBe('completes')
})

test.each([
  ['image-pull', 'no-image'],
  ['crash-loop', 'crash-loop'],
  ['never-ready', 'never-ready'],
])('the annotation %s goes before everything else', (fail, kind) => {
  expect(plan('ghcr.io/fluxcd/source-controller:v1.7.3', { fail }).kind).toBe(kind)
})

test('an annotation that means nothing changes nothing', () => {
  expect(plan('nginx', { fail: 'ready-after=soon' })).toEqual({ kind: 'pretend', readyAfterMs: 0 })
})

test('the flux-operator becomes a process too', () => {
  const image = 'ghcr.io/controlplaneio-fluxcd/flux-operator:v0.58.1'
  const operator = { 'flux-operator-0.58.1': '/bin/flux-operator' }

  expect(planContainer({ image, fail: undefined, restartPolicy: 'Always', tools: operator })).toEqual({
    kind: 'process',
    controller: 'flux-operator',
    binary: '/bin/flux-operator',
  })
  expect(plan(image).kind).toBe('no-image')
})

test('the readiness of the flux-operator is asked where it listens for probes', () => {
  const container = {
    name: 'manager',
    image: 'ghcr.io/controlplaneio-fluxcd/flux-operator:v0.58.1',
    ports: [{ name: 'http', containerPort: 8081 }],
    readinessProbe: { httpGet: { path: '/readyz', port: 8081 } },
  }

  expect(probeUrl(container, { metrics: 1, health: 2, http: 3, webhook: 4 })).toBe('http://127.0.0.1:2/readyz')
})
