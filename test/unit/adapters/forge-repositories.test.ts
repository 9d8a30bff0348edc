// Repositories and deploy keys, as each kind of forge is asked for them.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createExec } from '../../../src/adapters/exec.ts'
import { createForge } from '../../../src/adapters/forge.ts'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import type { Forge, ForgeKind, ForgeRepository } from '../../../src/ports/forge.ts'
import { Secret } from '../../../src/ports/secret.ts'

let server: Server
let url: string
let seen: { what: string; headers: Record<string, unknown>; body: string }[]
let answers: Record<string, { status: number; body: unknown }>

const forge = (): Forge => {
  const redactor = createRedactor()
  const env = { PATH: process.env.PATH ?? '' }
  return createForge({ exec: createExec({ env, redactor }), env, redactor }).as({ token: new Secret('token-of-a-test') })
}
const repo = (kind: ForgeKind, path = 'acme/fleet'): ForgeRepository => ({ kind, url, path, dir: '/' })
const KEY = { title: 'flux', key: 'ssh-ed25519 AAAA flux', readOnly: true }

beforeEach(async () => {
  seen = []
  answers = {}
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      const what = `${request.method} ${request.url}`
      seen.push({ what, headers: request.headers, body: Buffer.concat(parts).toString() })
      const { status, body } = answers[what] ?? { status: 200, body: {} }
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

describe.each([
  ['github', '/api/v3/repos/acme/fleet', 'authorization', 'Bearer token-of-a-test'],
  ['gitea', '/api/v1/repos/acme/fleet', 'authorization', 'token token-of-a-test'],
  ['gitlab', '/api/v4/projects/acme%2Ffleet', 'private-token', 'token-of-a-test'],
] as const)('%s', (kind, path, header, value) => {
  test('says whether a repository is there, to whom the token belongs', async () => {
    expect(await forge().exists(repo(kind))).toBe(true)

    expect(seen[0]).toMatchObject({ what: `GET ${path}`, headers: { [header]: value } })
    answers[`GET ${path}`] = { status: 404, body: { message: 'Not Found' } }
    expect(await forge().exists(repo(kind))).toBe(false)
  })

  test('a token that is not let in is an error, and no repository that is missing', async () => {
    answers[`GET ${path}`] = { status: 401, body: { message: 'Bad credentials' } }

    await expect(forge().exists(repo(kind))).rejects.toMatchObject({
      code: 'forge-auth',
      message: expect.stringContaining('Bad credentials'),
    })
  })
})

test('a deploy key that only reads is asked for as each forge has it', async () => {
  for (const kind of ['github', 'gitea', 'gitlab'] as const) await forge().addDeployKey(repo(kind), KEY)

  expect(seen.map(({ body }) => JSON.parse(body))).toEqual([
    { title: 'flux', key: KEY.key, read_only: true },
    { title: 'flux', key: KEY.key, read_only: true },
    { title: 'flux', key: KEY.key, can_push: false },
  ])
})

test('a repository of a group in a group is made in that group, as nobody’s but its members’', async () => {
  answers['GET /api/v4/groups/platform%2Fclusters?with_projects=false'] = { status: 200, body: { id: 7 } }

  await forge().create(repo('gitlab', 'platform/clusters/fleet'), { personal: false, visibility: 'internal', branch: 'main' })

  expect(seen.at(-1)?.what).toBe('POST /api/v4/projects')
  expect(JSON.parse(seen.at(-1)?.body ?? '')).toMatchObject({ name: 'fleet', namespace_id: 7, visibility: 'internal' })
})

test('a repository of a user is made as theirs, and is private unless it is to be public', async () => {
  await forge().create(repo('github'), { personal: true, visibility: 'private', branch: 'main' })
  await forge().create(repo('github'), { personal: false, visibility: 'public', branch: 'main' })

  expect(seen.map(({ what }) => what)).toEqual(['POST /api/v3/user/repos', 'POST /api/v3/orgs/acme/repos'])
  expect(seen.map(({ body }) => JSON.parse(body).private)).toEqual([true, false])
})

test('what has not the shape of a list of keys is no answer', async () => {
  answers['GET /api/v1/repos/acme/fleet/keys?per_page=50&limit=50&page=1'] = { status: 200, body: { keys: 'none' } }

  await expect(forge().deployKeys(repo('gitea'))).rejects.toMatchObject({ code: 'forge-failed' })
})

test('a deploy key that is gone already is removed', async () => {
  answers['DELETE /api/v1/repos/acme/fleet/keys/3'] = { status: 404, body: {} }

  await forge().removeDeployKey(repo('gitea'), 3)

  expect(seen).toHaveLength(1)
})
