import { expect, test } from 'vitest'
import { controllerArgs, relocate } from '../../../src/sandbox/node-agent/controller-args.ts'

const given = (controller: string, args: string[]): string[] =>
  controllerArgs({
    controller,
    args,
    ports: { metrics: 1, health: 2, http: 3, webhook: 4 },
    services: { source: 90, notification: 91 },
    storage: '/box/data',
    mounts: { '/tmp': '/box/tmp', '/data': '/box/data' },
  })

test('every address of the source-controller is on loopback and its artifacts are offered on the fixed port', () => {
  const args = given('source-controller', [
    '--storage-path=/data',
    '--storage-adv-addr=source-controller.flux-system.svc.cluster.local.',
    '--log-level=info',
  ])

  expect(args).toEqual([
    '--log-level=info',
    '--metrics-addr=127.0.0.1:1',
    '--health-addr=127.0.0.1:2',
    '--storage-path=/box/data',
    '--storage-addr=127.0.0.1:3',
    '--storage-adv-addr=127.0.0.1:90',
  ])
})

test('leader election goes, as it needs a file of a container', () => {
  const args = given('helm-controller', ['--enable-leader-election', '--concurrent=8'])

  expect(args).toEqual(['--concurrent=8', '--metrics-addr=127.0.0.1:1', '--health-addr=127.0.0.1:2'])
})

test('events go to the fixed port of the notification-controller only where the pod asked for events', () => {
  const asked = given('kustomize-controller', ['--events-addr=http://notification-controller.flux-system.svc.cluster.local./'])
  const silent = given('kustomize-controller', [])

  expect(asked).toContain('--events-addr=http://127.0.0.1:91/')
  expect(silent.some((arg) => arg.startsWith('--events-addr'))).toBe(false)
})

test('the notification-controller listens for events and webhooks on its own ports', () => {
  const args = given('notification-controller', [])

  expect(args).toContain('--events-addr=127.0.0.1:3')
  expect(args).toContain('--receiverAddr=127.0.0.1:4')
})

test('a flag with its value in the next argument is replaced whole', () => {
  const args = given('helm-controller', ['--metrics-addr', ':8080', '--log-level', 'debug'])

  expect(args).toEqual(['--log-level', 'debug', '--metrics-addr=127.0.0.1:1', '--health-addr=127.0.0.1:2'])
})

test('a flag that nobody knows is handed on, so that the binary can refuse it', () => {
  expect(given('helm-controller', ['--no-such-flag'])).toContain('--no-such-flag')
})

test.each([
  ['/tmp/.sigstore', '/box/tmp/.sigstore'],
  ['/tmp', '/box/tmp'],
  ['/tmpfile', '/tmpfile'],
  ['/etc/ssl', '/etc/ssl'],
])('the path %s of a container is %s here', (path, expected) => {
  expect(relocate(path, { '/tmp': '/box/tmp', '/data': '/box/data' })).toBe(expected)
})

test('the flux-operator elects no leader, serves no pages, and finds the data of its image in its storage', () => {
  expect(given('flux-operator', [])).toEqual([
    '--metrics-addr=127.0.0.1:1',
    '--health-addr=127.0.0.1:2',
    '--storage-path=/box/data',
    '--web-server-port=0',
    '--enable-leader-election=false',
  ])
})
