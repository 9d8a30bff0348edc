import { readFile, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pushAsSomeoneElse } from '../../../src/sandbox/services/bare-repository.ts'
import { GIT_USER } from '../../../src/sandbox/services/git-service.ts'
import { eventually } from '../scratch.ts'
import { type GitWorld, gitWorld } from './git-world.ts'

describe('the git server of a sandbox', () => {
  let world: GitWorld
  let before: string
  let mine: string
  let turn = 0

  beforeAll(async () => {
    world = await gitWorld()
  })
  afterAll(async () => await world.end())
  beforeEach(async () => {
    await world.faults({ push: null })
    await world.git('-C', world.clone, 'fetch', '--quiet')
    await world.git('-C', world.clone, 'reset', '--quiet', '--hard', 'origin/main')
    before = await world.remoteHead()
    turn += 1
    mine = await world.commit(`file-${turn}`, 'text\n')
  })

  const push = () => world.git('-C', world.clone, 'push', 'origin', 'HEAD:main')

  test('takes a push with the credentials of the sandbox', async () => {
    const { code } = await push()

    expect(code).toBe(0)
    expect(await world.remoteHead()).toBe(mine)
  })

  test.each([
    ['no credentials', undefined],
    ['another password', `Basic ${Buffer.from('sandbox:wrong').toString('base64')}`],
    ['another scheme', 'Bearer sandbox'],
  ])('answers 401 to a request with %s', async (_what, authorization) => {
    const headers = authorization === undefined ? {} : { authorization }

    const response = await fetch(`${world.url}/info/refs?service=git-upload-pack`, { headers })

    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('Basic')
  })

  test.each([
    ['reject', 'pre-receive hook declined'],
    ['protected', 'GH006: Protected branch update failed'],
    ['unauthorised', '403'],
  ])('refuses a push while the fault %s is on, and says so', async (fault, words) => {
    await world.faults({ push: fault })

    const { code, out } = await push()

    expect(code).not.toBe(0)
    expect(out).toContain(words)
    expect(await world.remoteHead()).toBe(before)
  })

  test('stores nothing of a push that is cut in mid-pack', async () => {
    await world.faults({ push: 'cut' })

    const { code } = await push()

    expect(code).not.toBe(0)
    expect(await world.remoteHead()).toBe(before)
  })

  test('leaves no process of a client that goes away in mid-pack, which would read for ever', async () => {
    const head = `POST /home-ops.git/git-receive-pack HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Basic ${btoa(`${GIT_USER}:${world.password}`)}\r\n`
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1')
    socket.write(`${head}Content-Type: application/x-git-receive-pack-request\r\nContent-Length: 1000\r\n\r\nhalf of it`)
    await eventually('a backend reads', async () => (await world.backends()).length > 0)

    socket.destroy()

    await eventually('the backends of the server have ended', async () => (await world.backends()).length === 0)
  })

  test('stores a push that is cut after it, though git reports a failure', async () => {
    await world.faults({ push: 'cut-after' })

    const { code } = await push()

    expect(code).not.toBe(0)
    expect(await world.remoteHead()).toBe(mine)
  })

  test('holds a slow push back and then takes it', async () => {
    await world.faults({ push: 'slow', pushDelayMs: 700 })
    const start = performance.now()

    const { code } = await push()

    expect(code).toBe(0)
    expect(performance.now() - start).toBeGreaterThan(700)
    expect(await world.remoteHead()).toBe(mine)
  })

  test.each(['{"push": "sometimes"}', 'no json', '{"push": "slow", "pushDelayMs": -1}'])(
    'takes no push while the faults file says %s',
    async (text) => {
      await world.faults(text)

      const { code, out } = await push()

      expect(code).not.toBe(0)
      expect(out).toContain('500')
      expect(await world.remoteHead()).toBe(before)
    },
  )

  test('lets reads pass whatever is wrong with pushes', async () => {
    await world.faults({ push: 'unauthorised' })

    const { code } = await world.git('-C', world.clone, 'fetch', 'origin')

    expect(code).toBe(0)
  })

  test('refuses a push that lost the race against someone else', async () => {
    const theirs = await pushAsSomeoneElse(world.ctx, { 'theirs/deep.txt': 'theirs\n' })

    const { code, out } = await push()

    expect(code).not.toBe(0)
    expect(out).toContain('rejected')
    expect(await world.remoteHead()).toBe(theirs)
  })

  test('never moves its branch backwards, not even by force', async () => {
    await push()
    await world.git('-C', world.clone, 'reset', '--quiet', '--hard', before)

    const { code, out } = await world.git('-C', world.clone, 'push', '--force', 'origin', 'HEAD:main')

    expect(code).not.toBe(0)
    expect(out).toContain('non-fast-forward')
    expect(await world.remoteHead()).toBe(mine)
  })

  test.each(['%2e%2e/%2e%2e/etc', '..%2f..%2fetc', '%2e%2e%2fsecrets'])('reaches nothing outside its folder by %s', async (path) => {
    const authorization = `Basic ${Buffer.from(`sandbox:${world.password}`).toString('base64')}`
    const base = new URL(world.url).origin

    const response = await fetch(`${base}/${path}/info/refs?service=git-upload-pack`, { headers: { authorization } })

    expect(response.status).toBeGreaterThanOrEqual(400)
  })

  test('keeps the password out of the git configuration, the clone and other people’s reach', async () => {
    const files = [world.ctx.paths.gitconfig, join(world.clone, '.git', 'config')]

    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
    const modes = await Promise.all(['git-password', 'git-credentials'].map((name) => stat(join(world.ctx.paths.secrets, name))))

    expect(texts.join()).not.toContain(world.password)
    expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o600])
  })
})
