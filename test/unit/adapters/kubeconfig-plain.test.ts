// What is read without client-node has to be what client-node reads.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig, type User } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isPlain, plainCredentials, plainEntries } from '../../../src/adapters/kubeconfig-plain.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flux-ops-kubeconfig-'))
  await writeFile(join(folder, 'ca.crt'), 'the authority')
  await writeFile(join(folder, 'me.crt'), 'my certificate')
  await writeFile(join(folder, 'me.key'), 'my key')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const config = (user: object, cluster: object = {}, more: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://api.example:6443/', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'prod',
    ...more,
  })

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const withLibrary = (text: string): KubeConfig => {
  const read = new KubeConfig()
  read.loadFromString(text)
  read.makePathsAbsolute(folder)
  return read
}

/** What a request is sent with; the agent is another matter. */
async function asLibrary(text: string): Promise<object> {
  // biome-ignore lint/suspicious/noExplicitAny: client-node fills an https.RequestOptions
  const filled: any = { headers: {} }
  await withLibrary(text).applyToHTTPSOptions(filled)
  const { agent: _agent, headers, ...tls } = filled
  return { headers, tls }
}

async function asPlain(text: string): Promise<object | undefined> {
  const read = plainEntries(text, folder)
  const [cluster, user] = [read?.clusters[0], read?.users[0]]
  return cluster && user && isPlain(cluster, user) ? plainCredentials(cluster, user) : undefined
}

describe('a plain kubeconfig', () => {
  test.each([
    ['a token', config({ token: 'abc' })],
    [
      'certificates in it',
      config({ 'client-certificate-data': base64('x'), 'client-key-data': base64('y') }, { 'certificate-authority-data': base64('z') }),
    ],
    ['certificates beside it', config({ 'client-certificate': 'me.crt', 'client-key': 'me.key' }, { 'certificate-authority': 'ca.crt' })],
    ['a server that is not looked at closely', config({ token: 'abc' }, { 'insecure-skip-tls-verify': true, 'tls-server-name': 'other' })],
    ['nobody', config({})],
    ['YAML', 'clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]\nusers: [{name: u, user: {token: a}}]\ncontexts: []\n'],
  ])('with %s is read as client-node reads it', async (_title, text) => {
    const library = withLibrary(text)
    const plain = plainEntries(text, folder)

    expect(plain?.clusters).toEqual(library.clusters)
    expect(plain?.contexts).toEqual(library.contexts)
    expect(plain?.currentContext).toBe(library.currentContext)
    expect(plain?.users.map(({ name }) => name)).toEqual(library.users.map(({ name }) => name))
    if (library.currentContext !== undefined) expect(await asPlain(text)).toEqual(await asLibrary(text))
  })
})

describe('client-node is asked', () => {
  test.each([
    ['an exec plugin', { exec: { command: 'login' } }, {}],
    ['an auth provider', { 'auth-provider': { name: 'oidc' } }, {}],
    ['a password', { username: 'me', password: 'p' }, {}],
    ['another account to be', { token: 'a', as: 'other' }, {}],
    ['a proxy', { token: 'a' }, { 'proxy-url': 'http://proxy.example' }],
  ])('for credentials of %s', async (_title, user, cluster) => {
    expect(await asPlain(config(user as User, cluster))).toBeUndefined()
  })

  test.each([
    ['a name that is a number', config({}, {}, { contexts: [{ name: 1, context: { cluster: 'c' } }] })],
    ['a cluster without a server', config({}, { server: '' })],
    ['a token in a file', config({ tokenFile: 'token' })],
    ['no users', 'clusters: []\ncontexts: []\n'],
    ['a text that is no mapping', 'just text'],
    ['broken YAML', 'clusters: [\n'],
    ['the same key twice', 'clusters: []\nclusters: []\nusers: []\ncontexts: []\n'],
    ['keys that are merged', 'a: &a {}\nclusters: []\nusers: []\ncontexts: [{<<: *a}]\n'],
    ['nothing', ''],
  ])('about a file that has %s', (_title, text) => {
    expect(plainEntries(text, folder)).toBeUndefined()
  })
})
