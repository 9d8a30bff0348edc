// What the Gitea adapter sends, and how it takes answers that a well-behaved forge never gives. The real one: test/forge.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createExec } from '../../../src/adapters/exec.ts'
import { createForge } from '../../../src/adapters/forge.ts'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import type { Forge, ForgeRepository } from '../../../src/ports/forge.ts'

let server: Server
let dir: string
let url: string
let seen: { method: string; path: string; authorization: string; body: string }[]
let answer: { status: number; body: string; type?: string }
let answers: Record<string, { status: number; body: string }>

const redactor = createRedactor()
const forgeWith = (env: Record<string, string> = {}): Forge => {
  const all = { PATH: process.env.PATH ?? '', HOME: dir, GIT_CONFIG_GLOBAL: join(dir, 'gitconfig'), GIT_CONFIG_NOSYSTEM: '1', ...env }
  return createForge({ exec: createExec({ env: all, redactor }), env: all, redactor })
}
const repo = (): ForgeRepository => ({ kind: 'gitea', url, path: 'acme/home-ops', dir })
const TOKEN = { FLUX_OPS_FORGE_TOKEN: 'given-token-1' }

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'flux-ops-gitea-'))
  await writeFile(join(dir, 'gitconfig'), '')
  seen = []
  answer = { status: 200, body: '{}' }
  answers = {}
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      seen.push({ method, path, authorization: headers.authorization ?? '', body: Buffer.concat(parts).toString() })
      const given = { ...answer, ...answers[path.replace('/api/v1/repos/acme/home-ops', '')] }
      response.writeHead(given.status, { 'content-type': given.type ?? 'application/json' }).end(given.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(dir, { recursive: true, force: true })
})

describe('who we are', () => {
  test.each([['FLUX_OPS_FORGE_TOKEN'], ['GITEA_TOKEN']])('is a token in %s', async (name) => {
    answer.body = '{"permissions":{"push":true}}'

    expect(await forgeWith({ [name]: 'given-token-1' }).mayPush(repo())).toBe(true)

    expect(seen).toEqual([{ method: 'GET', path: '/api/v1/repos/acme/home-ops', authorization: 'token given-token-1', body: '' }])
  })

  test.each([['given-token-1\nx: y'], ['given token 1'], ['t\u00f6ken-1']])('is never %j: no request is made with it', async (value) => {
    const failure = await forgeWith({ FLUX_OPS_FORGE_TOKEN: value })
      .mayPush(repo())
      .catch((error: unknown) => error)

    expect(failure).toMatchObject({ code: 'forge-token-invalid', exit: 'usage' })
    expect(String(failure)).not.toContain(value)
    expect(seen).toEqual([])
  })

  test('is what git itself would log in with, where there is no token', async () => {
    const file = join(dir, 'credentials')
    await writeFile(file, `http://ops:secret-password-1@127.0.0.1:${new URL(url).port}\n`)
    await writeFile(join(dir, 'gitconfig'), `[credential]\n\thelper = store --file '${file}'\n`)

    await forgeWith().mayPush(repo())

    expect(seen[0]?.authorization).toBe(`Basic ${Buffer.from('ops:secret-password-1').toString('base64')}`)
    expect(redactor.clean('it is secret-password-1')).toBe('it is [redacted]')
  })

  test('is said to be missing, with the variable to set, when there is neither', async () => {
    await expect(forgeWith().mayPush(repo())).rejects.toMatchObject({
      code: 'forge-token-missing',
      exit: 'usage',
      hints: [expect.stringContaining('FLUX_OPS_FORGE_TOKEN')],
    })
    expect(seen).toEqual([])
  })
})

describe('an answer of the forge', () => {
  test.each([
    [401, 'forge-auth'],
    [403, 'forge-auth'],
    [404, 'forge-missing'],
    [409, 'forge-exists'],
    [500, 'forge-failed'],
  ])('of status %i is error %s with its own words', async (status, code) => {
    answer = { status, body: '{"message":"own words"}' }

    const opening = forgeWith(TOKEN).open(repo(), { head: 'h', base: 'main', title: 't', body: 'b' })

    await expect(opening).rejects.toMatchObject({ code, message: expect.stringContaining('own words') })
  })

  const sound = { number: 7, html_url: 'https://git.test/acme/x/pulls/7', state: 'open', merged: false, merge_commit_sha: null }
  const ends = { head: { label: 'one', repo_id: 1 }, base: { label: 'main', repo_id: 1 } }

  test.each([
    ['is no pull request', {}],
    ['is null', null],
    ['has no number', { ...sound, ...ends, number: 'seven' }],
    ['has a state that nobody knows', { ...sound, ...ends, state: 'gone' }],
    ['does not say whether it is merged', { ...sound, ...ends, merged: undefined }],
    ['has an address that is none', { ...sound, ...ends, html_url: 'javascript:alert(1)' }],
  ])('that %s is an error of ours to explain', async (_what, body) => {
    answer.body = JSON.stringify(body)

    await expect(forgeWith(TOKEN).get(repo(), 7)).rejects.toMatchObject({ code: 'forge-failed', message: expect.stringContaining(url) })
  })

  test.each([['--output=x'], ['b'], [5], [{ toString: 'x' }]])('that names %j as the merge names none: it would reach git', async (sha) => {
    answer.body = JSON.stringify({ ...sound, ...ends, state: 'closed', merged: true, merge_commit_sha: sha })

    expect(await forgeWith(TOKEN).get(repo(), 7)).toEqual({ number: 7, url: sound.html_url, state: 'merged' })
  })

  test.each([
    ['asks for the rights', (forge: Forge) => forge.mayPush(repo())],
    ['lists', (forge: Forge) => forge.find(repo(), { head: 'h', base: 'main' })],
    ['closes', (forge: Forge) => forge.close(repo(), 7)],
  ])('that is the page of a log-in in front of it is an error for who %s', async (_who, call) => {
    answer = { status: 200, body: '<html>Sign in</html>', type: 'text/html' }

    await expect(call(forgeWith(TOKEN))).rejects.toMatchObject({ code: 'forge-failed' })
  })

  test('that has no end is not read to its end', async () => {
    answer.body = `[${' '.repeat(33 * 2 ** 20)}]`

    await expect(forgeWith(TOKEN).get(repo(), 7)).rejects.toMatchObject({
      code: 'forge-unreachable',
      message: expect.stringContaining('more than 32 MiB'),
    })
  })

  test('that does not come at all says where to look', async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))

    await expect(forgeWith(TOKEN).get(repo(), 7)).rejects.toMatchObject({
      code: 'forge-unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })
})

describe('the pull request between two branches', () => {
  const pull = (number: number, head: object, base: object = { label: 'main', repo_id: 1 }) => ({
    number,
    html_url: `${url}/acme/home-ops/pulls/${number}`,
    state: 'closed',
    merged: true,
    merge_commit_sha: 'b'.repeat(40),
    head,
    base,
  })

  test('is found by their names, also when it is merged and its branch is gone, and never that of a fork', async () => {
    answer.body = JSON.stringify([
      pull(9, { label: 'one', repo_id: 2 }),
      pull(8, { label: 'one', repo_id: 1 }, { label: 'other', repo_id: 1 }),
      pull(7, { label: 'one', ref: 'refs/pull/7/head', repo_id: 1 }),
    ])

    expect(await forgeWith(TOKEN).find(repo(), { head: 'one', base: 'main' })).toMatchObject({
      number: 7,
      state: 'merged',
      commit: 'b'.repeat(40),
    })
    expect(await forgeWith(TOKEN).find(repo(), { head: 'two', base: 'main' })).toBeUndefined()
  })

  test('is asked for by both names, so that it is found behind any number of newer ones', async () => {
    const head = 'flux-ops/upgrade-1'
    answers['/pulls/main/flux-ops%2Fupgrade-1'] = { status: 200, body: JSON.stringify(pull(7, { label: head, repo_id: 1 })) }
    answers['/pulls?state=all&limit=50'] = { status: 200, body: '[]' }

    expect(await forgeWith(TOKEN).find(repo(), { head, base: 'main' })).toMatchObject({ number: 7 })
  })

  test('is looked for in the list where the forge does not know the question', async () => {
    answers['/pulls/main/one'] = { status: 404, body: '{"message":"not found"}' }
    answers['/pulls?state=all&limit=50'] = { status: 200, body: JSON.stringify([null, pull(7, { label: 'one', repo_id: 1 })]) }

    expect(await forgeWith(TOKEN).find(repo(), { head: 'one', base: 'main' })).toMatchObject({ number: 7 })
  })
})

describe('which forge it is', () => {
  test('is told by the version', async () => {
    answer.body = '{"version":"11.0.1+gitea-1.22.0"}'

    expect(await forgeWith().detect(url)).toBe('gitea')
    expect(seen[0]).toMatchObject({ path: '/api/v1/version', authorization: '' })
  })

  test('is not known of a server that knows no such page', async () => {
    answer = { status: 404, body: '{"error":"404 Not Found"}' }

    expect(await forgeWith().detect(url)).toBeUndefined()
  })
})
