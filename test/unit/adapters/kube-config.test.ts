import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadAccess } from '../../../src/adapters/kube-config.ts'
import type { OpsError } from '../../../src/errors.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'flux-ops-kubeconfig-'))
})

afterEach(() => rm(home, { recursive: true, force: true }))

const config = (name: string, extra: { current?: string; user?: string; server?: string } = {}): string =>
  `apiVersion: v1
kind: Config
${extra.current ? `current-context: ${extra.current}` : ''}
clusters: [{name: ${name}, cluster: {server: "${extra.server ?? `https://${name}:6443/`}", certificate-authority: ca.pem}}]
users: [{name: ${name}, user: ${extra.user ?? `{token: token-of-${name}}`}}]
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}}}]
`

const put = async (file: string, text: string): Promise<string> => {
  await writeFile(join(home, 'ca.pem'), 'a certificate')
  await writeFile(join(home, file), text)
  return join(home, file)
}

const failureOf = (promise: Promise<unknown>): Promise<OpsError> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: OpsError) => error,
  )

test('the files of KUBECONFIG are merged: the first to say something wins, and a missing one is left out', async () => {
  const first = await put('first', config('a', { current: 'a' }))
  const second = await put(
    'second',
    config('b', { current: 'b' }) +
      config('a')
        .replaceAll(/^apiVersion.*\nkind.*\n/gm, '')
        .replaceAll(/^(clusters|users|contexts)/gm, 'x-$1'),
  )
  const env = { KUBECONFIG: `${join(home, 'nope')}:${first}:${second}` }

  const current = await loadAccess({ env })
  const other = await loadAccess({ env, context: 'b' })

  expect([current.context, current.server]).toEqual(['a', 'https://a:6443'])
  expect(other.context).toBe('b')
})

test('an entry that two files have is taken from the first', async () => {
  const first = await put('first', config('a', { current: 'a' }))
  const second = await put('second', config('a', { server: 'https://evil:6443' }))

  expect((await loadAccess({ env: { KUBECONFIG: `${first}:${second}` } })).server).toBe('https://a:6443')
})

test('--kubeconfig wins over KUBECONFIG, which wins over the file at home', async () => {
  const flag = await put('flag', config('flag', { current: 'flag' }))
  const env = await put('env', config('env', { current: 'env' }))
  await mkdir(join(home, '.kube'))
  await writeFile(join(home, '.kube', 'config'), config('home', { current: 'home' }))

  expect((await loadAccess({ kubeconfig: flag, env: { KUBECONFIG: env, HOME: home } })).context).toBe('flag')
  expect((await loadAccess({ env: { KUBECONFIG: env, HOME: home } })).context).toBe('env')
  expect((await loadAccess({ env: { HOME: home } })).context).toBe('home')
})

test('token and certificate authority come from the file, paths relative to it', async () => {
  const file = await put('one', config('a', { current: 'a' }))

  const access = await loadAccess({ kubeconfig: file, env: {} })
  const { headers, tls } = await access.credentials()

  expect(headers.Authorization).toBe('Bearer token-of-a')
  expect(String(tls.ca)).toBe('a certificate')
  expect(access.secrets).toEqual(['token-of-a'])
})

test('an exec plugin is found relative to its file, is told who asks, and is run once for requests side by side', async () => {
  const user = '{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: Never}}'
  const file = await put('one', config('a', { current: 'a', user }))
  const answer = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}'
  await writeFile(join(home, 'plugin'), `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> ${join(home, 'asked')}\necho '${answer}'\n`)
  await chmod(join(home, 'plugin'), 0o755)

  const access = await loadAccess({ kubeconfig: file, env: {} })
  const [one] = await Promise.all([access.credentials(), access.credentials(), access.credentials()])

  expect(one.headers.Authorization).toBe('Bearer from-plugin')
  expect((await readFile(join(home, 'asked'), 'utf8')).trim().split('\n')).toHaveLength(1)
  expect(JSON.parse(await readFile(join(home, 'asked'), 'utf8'))).toMatchObject({
    kind: 'ExecCredential',
    apiVersion: 'client.authentication.k8s.io/v1',
  })
})

test('an exec plugin is run once more, and not once for each request, where the server refuses requests side by side', async () => {
  const user = '{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: Never}}'
  const file = await put('one', config('a', { current: 'a', user }))
  const answer = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}'
  await writeFile(join(home, 'plugin'), `#!/bin/sh\necho asked >> ${join(home, 'asked')}\necho '${answer}'\n`)
  await chmod(join(home, 'plugin'), 0o755)
  const access = await loadAccess({ kubeconfig: file, env: {} })
  await access.credentials()

  const again = async (): Promise<unknown> => access.forget().then(access.credentials)
  await Promise.all([again(), again(), again(), again(), again()])

  expect(await readFile(join(home, 'asked'), 'utf8')).toBe('asked\nasked\n')
})

test('a context that is not there is told together with those that are', async () => {
  const file = await put('one', config('a', { current: 'gone' }))

  const error = await failureOf(loadAccess({ kubeconfig: file, env: {} }))

  expect([error.code, error.exit, error.hints]).toEqual(['context-unknown', 'usage', ['known contexts: a']])
})

test('no current context asks for one', async () => {
  const file = await put('one', config('a'))

  expect((await failureOf(loadAccess({ kubeconfig: file, env: {} }))).code).toBe('context-missing')
})

test('no kubeconfig at all says where it was looked for', async () => {
  const error = await failureOf(loadAccess({ env: { HOME: home } }))

  expect(error.code).toBe('kubeconfig-missing')
  expect(error.message).toContain(join(home, '.kube', 'config'))
})
