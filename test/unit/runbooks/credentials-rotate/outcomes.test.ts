// What each check says: where all is well, where it is not, and where it cannot be known.
import { expect, test } from 'vitest'
import { checks } from '../../../../runbooks/credentials-rotate/checks.ts'
import type { CheckResult } from '../../../../src/engine/model.ts'
import { OpsError } from '../../../../src/errors.ts'
import {
  failedStatus,
  input,
  KNOWN,
  OVER_HTTPS,
  OVER_SSH,
  object,
  oldKey,
  type Parts,
  secretOf,
  source,
  URL_HTTPS,
  world,
} from './a-world.ts'

const ask = async (id: string, parts: Parts, more: object): Promise<CheckResult> => {
  const check = checks.find((each) => each.id === id)
  if (check === undefined) throw new Error(`no check ${id}`)
  return check.probe(world(parts), input(more))
}

const refused = async () => ({ answer: 'refused', said: 'Permission denied' }) as const
const readOnly: NonNullable<Parts['admits']> = async (_url, _login, { write }) =>
  write ? { answer: 'read-only', said: 'marked as read only' } : { answer: 'in', said: '' }
const away = async (): Promise<never> => {
  throw new OpsError({ code: 'git-unreachable', message: 'cannot be reached', hints: ['a VPN?'] })
}
const otherKey = async (): Promise<never> => {
  throw new OpsError({ code: 'git-host-key', message: 'another host key', hints: ['compare'] })
}

const overHttps: Parts = { objects: [source('home', { url: URL_HTTPS })], secret: secretOf(OVER_HTTPS) }
const token = { next: { how: 'token', env: 'NEW', file: null, username: null } }
const keyFile = { next: { how: 'key-file', path: '/new', passphraseEnv: null } }
const automation = object('ImageUpdateAutomation', 'bump', { sourceRef: { kind: 'GitRepository', name: 'home' } })
const applied = { labels: { 'kustomize.toolkit.fluxcd.io/name': 'cluster', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } }
const run = { name: 'flux-ops-1', labels: { 'flux-ops.dev/run': '1' }, annotations: { 'flux-ops.dev/rotates': 'flux-system/key' } }
const clone: Parts['git'] = {
  root: async () => '/clone',
  head: async () => 'a'.repeat(40),
  upstream: async () => ({ remote: 'origin', branch: 'main', url: 'https://git.example/home.git' }),
  remotes: async () => [{ name: 'origin', url: 'https://git.example/home.git' }],
  holding: async () => [],
}
const CLEAR = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: key\nstringData:\n  identity: x\n'

type Scenario = [id: string, what: string, parts: Parts, more: object, status: CheckResult['status']]

const SCENARIOS: readonly Scenario[] = [
  ['secret-known', 'one Secret is read', {}, {}, 'pass'],
  ['secret-known', 'it is not there', { secret: secretOf(OVER_SSH, { name: 'other' }) }, {}, 'fail'],
  ['secret-known', 'it holds nothing for git', { secret: secretOf({ token: 'x' }) }, {}, 'fail'],
  ['secret-known', 'nothing reads a Secret', { objects: [] }, {}, 'fail'],
  ['git-alone', 'only sources read it', { objects: [source(), automation] }, {}, 'pass'],
  [
    'git-alone',
    'a HelmRepository reads it',
    { objects: [source(), object('HelmRepository', 'charts', { secretRef: { name: 'key' } })] },
    {},
    'fail',
  ],
  ['secret-ours', 'nobody keeps it', {}, {}, 'pass'],
  ['secret-ours', 'it is immutable', { secret: secretOf(OVER_SSH, {}, { immutable: true }) }, {}, 'fail'],
  ['secret-ours', 'Flux applies it, and there is no clone', { secret: secretOf(OVER_SSH, applied) }, {}, 'fail'],
  [
    'secret-ours',
    'a SealedSecret owns it',
    { secret: secretOf(OVER_SSH, { ownerReferences: [{ kind: 'SealedSecret', name: 'key', uid: '1' }] }) },
    {},
    'fail',
  ],
  ['no-other-rotation', 'there is none', {}, {}, 'pass'],
  ['no-other-rotation', 'another one waits', { others: [secretOf({}, run)] }, {}, 'fail'],
  ['copies-known', 'a clone has none', { git: clone }, {}, 'pass'],
  ['copies-known', 'there is no clone', {}, {}, 'unknown'],
  ['copies-known', 'what was named is no clone', {}, { repoNamed: true }, 'fail'],
  ['copies-open', 'a clone has none', { git: clone }, {}, 'pass'],
  [
    'copies-open',
    'one lies in clear',
    { git: { ...clone, holding: async () => ['a.yaml'] }, files: { '/clone/a.yaml': CLEAR } },
    {},
    'fail',
  ],
  ['repository-clean', 'nothing is changed in it', {}, {}, 'skip'],
  ['repository-pushed', 'nothing is changed in it', {}, {}, 'skip'],
  ['push-allowed', 'nothing is changed in it', {}, {}, 'skip'],
  ['sources-ready', 'they are', {}, {}, 'pass'],
  ['sources-ready', 'one fails', { objects: [source(), source('other', {}, failedStatus)] }, {}, 'fail'],
  ['sources-ready', 'all are suspended', { objects: [source('home', { suspend: true })] }, {}, 'fail'],
  ['none-suspended', 'none is', {}, {}, 'pass'],
  ['none-suspended', 'one is', { objects: [source(), source('other', { suspend: true })] }, {}, 'fail'],
  ['host-keys-pinned', 'it is', {}, {}, 'pass'],
  ['host-keys-pinned', 'another host is', { secret: secretOf({ ...OVER_SSH, known_hosts: KNOWN.replace('git.', 'gut.') }) }, {}, 'fail'],
  ['host-keys-pinned', 'there are none', { secret: secretOf({ identity: oldKey.identity }) }, {}, 'fail'],
  [
    'host-keys-pinned',
    'a pattern may name it',
    { secret: secretOf({ ...OVER_SSH, known_hosts: `*.example ${oldKey.line}\n` }) },
    {},
    'unknown',
  ],
  ['host-keys-pinned', 'it is over HTTPS', overHttps, {}, 'skip'],
  ['server-reached', 'it lets us in', {}, {}, 'pass'],
  ['server-reached', 'it refuses', { admits: refused }, {}, 'fail'],
  ['server-reached', 'it lets us read, and an automation writes', { objects: [source(), automation], admits: readOnly }, {}, 'fail'],
  ['server-reached', 'it lets us read, and nobody writes', { admits: readOnly }, {}, 'pass'],
  ['server-reached', 'it is away', { admits: away }, {}, 'unknown'],
  ['server-reached', 'it shows another host key', { admits: otherKey }, {}, 'fail'],
  ['new-credential', 'a key is made', {}, {}, 'pass'],
  ['new-credential', 'a token is let in', { ...overHttps, env: { NEW: 'new-token' } }, token, 'pass'],
  ['new-credential', 'a token is refused', { ...overHttps, env: { NEW: 'new-token' }, admits: refused }, token, 'fail'],
  ['new-credential', 'the server of a token is away', { ...overHttps, env: { NEW: 'new-token' }, admits: away }, token, 'unknown'],
  ['new-credential', 'the token is the old one', { ...overHttps, env: { NEW: 'old-token' } }, token, 'fail'],
  ['new-credential', 'the variable is empty', overHttps, token, 'fail'],
  ['new-credential', 'a token is given for SSH', { env: { NEW: 'new-token' } }, token, 'fail'],
  ['new-credential', 'a key is made for HTTPS', overHttps, {}, 'fail'],
  ['new-credential', 'the file holds no key', { files: { '/new': 'ssh-ed25519 AAAA' } }, keyFile, 'fail'],
  ['new-credential', 'the file holds the old key', { files: { '/new': oldKey.identity } }, keyFile, 'fail'],
  ['permissions', 'everything is allowed', {}, {}, 'pass'],
  ['permissions', 'nothing is', { allowed: false }, {}, 'fail'],
]

test.each(SCENARIOS)('%s, where %s', async (id, _what, parts, more, status) => {
  const said = await ask(id, parts, more)

  expect(said).toMatchObject({ status })
  if (said.status === 'fail') expect(said.hints).toContain(`runbooks/credentials-rotate/README.md#${id}`)
  expect(JSON.stringify(said)).not.toMatch(/old-token|new-token|PRIVATE KEY/)
})

test('every check has a scenario', () => {
  expect(new Set(SCENARIOS.map(([id]) => id))).toEqual(new Set(checks.map(({ id }) => id)))
})
