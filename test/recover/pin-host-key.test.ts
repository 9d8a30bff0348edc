// A host key that has changed is pinned only for somebody who names the fingerprint of the new one, against a real sshd.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RecoverDesk } from './desk.ts'
import type { Place } from './scenario.ts'
import { ssh } from './scenarios/ssh.ts'

const scenario = ssh.find(({ id }) => id === 'ssh-host-key-changed')
if (scenario === undefined) throw new Error('no scenario of a changed host key')

let desk: RecoverDesk
let place: Place

beforeAll(async () => {
  desk = await RecoverDesk.open('2.9.2')
  await desk.startSsh()
  await desk.provoke([scenario])
  await desk.until([scenario.expects(desk.place(scenario))])
  place = desk.place(scenario)
}, 400_000)
afterAll(() => desk?.close())

/** As a provider publishes it. */
const fingerprint = (line: string): string => {
  const blob = Buffer.from(line.trim().split(' ')[2] ?? '', 'base64')
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

const knownHosts = async (): Promise<string> => {
  const data = await desk.kubectl('get', 'secret', 'ssh', '-n', place.namespace, '-o', 'jsonpath={.data.known_hosts}')
  return Buffer.from(data, 'base64').toString()
}

const pin = (...args: string[]) => {
  const typed = `GitRepository/${place.namespace}/src`
  return desk.flux('recover', 'fix', typed, '--with', 'pin-host-key', '--confirm', typed, '--yes', ...args)
}

test('without the fingerprint nothing is pinned, and none is suggested', async () => {
  const before = await knownHosts()

  const { code, text } = await pin()

  expect(text).toContain('only its provider can say')
  expect(text).not.toMatch(/SHA256:[A-Za-z0-9+/]{43}/)
  expect(code).toBe(2)
  expect(await knownHosts()).toBe(before)
})

test('with the fingerprint of another key nothing is pinned', async () => {
  const before = await knownHosts()

  const { code, text } = await pin('--fingerprint', fingerprint(place.ssh.knownHosts))

  expect(text).toContain('shows no key with that fingerprint')
  expect(text).not.toContain(fingerprint(place.moving.knownHosts))
  expect(code).toBe(6)
  expect(await knownHosts()).toBe(before)
})

test('with the fingerprint of the new key that key is pinned, and the source is fetched again', async () => {
  const { code, text } = await pin('--fingerprint', fingerprint(place.moving.knownHosts))

  expect({ code, text }).toMatchObject({ code: 0 })
  expect(await knownHosts()).toBe(place.moving.knownHosts)
  await desk.stands(`GitRepository ${place.namespace}/src`, /^True$/)
})
