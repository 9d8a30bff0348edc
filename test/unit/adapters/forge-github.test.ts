// The exact calls of gh. Flags and fields as in its manual: https://cli.github.com/manual/gh_pr_create, gh_pr_list, gh_pr_view, gh_pr_close.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ForgeRepository } from '../../../src/ports/forge.ts'
import { type StandIn, standIn } from './forge-stand-in.ts'

const HEAD = 'flux-ops/upgrade-flux-2.9.2-run-1'
const BODY = 'Upgrades Flux\n\n- `a.yaml:1`: "v2.7.3" $(id)\n'
const URL = 'https://github.com/acme/home-ops/pull/7'
const FIELDS = 'number,url,state,mergeCommit,isCrossRepository'
const open = { number: 7, url: URL, state: 'OPEN', mergeCommit: null, isCrossRepository: false }
const merged = { ...open, state: 'MERGED', mergeCommit: { oid: 'b'.repeat(40) } }

let gh: StandIn
let repo: ForgeRepository
const begin = async (env: Record<string, string> = {}, url = 'https://github.com'): Promise<void> => {
  gh = await standIn('gh', env)
  repo = { kind: 'github', url, path: 'acme/home-ops', dir: gh.dir }
}
beforeEach(() => begin())
afterEach(() => gh.remove())

const list = ['pr', 'list', '--repo', 'github.com/acme/home-ops', '--head', HEAD, '--base', 'main', '--state', 'all', '--limit', '20']

describe('a pull request on GitHub', () => {
  test('is opened with its text by stdin and its title as one argument', async () => {
    await gh.answer({ when: ['pr', 'create'], stdout: `${URL}\n` }, { when: ['pr', 'list'], stdout: JSON.stringify([open]) })

    const opened = await gh.forge.open(repo, { head: HEAD, base: 'main', title: 'Upgrade Flux from 2.7.3 to 2.9.2', body: BODY })

    expect(opened).toEqual({ number: 7, url: URL, state: 'open' })
    const [create, found] = await gh.calls()
    const where = ['--repo', 'github.com/acme/home-ops', '--head', HEAD, '--base', 'main']
    expect(create?.argv).toEqual(['pr', 'create', ...where, '--title', 'Upgrade Flux from 2.7.3 to 2.9.2', '--body-file', '-'])
    expect(create?.stdin).toBe(BODY)
    expect(found?.argv).toEqual([...list, '--json', FIELDS])
  })

  test('is found by its branches, whatever became of it', async () => {
    await gh.answer({ when: ['pr', 'list'], stdout: JSON.stringify([merged]) })

    const found = await gh.forge.find(repo, { head: HEAD, base: 'main' })

    expect(found).toEqual({ number: 7, url: URL, state: 'merged', commit: 'b'.repeat(40) })
    expect((await gh.calls()).map((call) => call.argv)).toEqual([[...list, '--json', FIELDS]])
  })

  test('of a fork with a branch of the same name is not taken for ours', async () => {
    await gh.answer({ when: ['pr', 'list'], stdout: JSON.stringify([{ ...open, number: 8, isCrossRepository: true }, open]) })

    expect(await gh.forge.find(repo, { head: HEAD, base: 'main' })).toMatchObject({ number: 7 })
  })

  test('that is not there is not found', async () => {
    await gh.answer({ when: ['pr', 'list'], stdout: '[]' })

    expect(await gh.forge.find(repo, { head: HEAD, base: 'main' })).toBeUndefined()
  })

  test('is read by its number', async () => {
    await gh.answer({ when: ['pr', 'view'], stdout: JSON.stringify({ ...open, state: 'CLOSED' }) })

    expect(await gh.forge.get(repo, 7)).toEqual({ number: 7, url: URL, state: 'closed' })
    expect((await gh.calls())[0]?.argv).toEqual(['pr', 'view', '7', '--repo', 'github.com/acme/home-ops', '--json', FIELDS])
  })

  test('is closed while it is open', async () => {
    await gh.answer({ when: ['pr', 'view'], stdout: JSON.stringify(open) }, { when: ['pr', 'close'] })

    await gh.forge.close(repo, 7)

    expect((await gh.calls())[1]?.argv).toEqual(['pr', 'close', '7', '--repo', 'github.com/acme/home-ops'])
  })

  test('that is merged is not closed', async () => {
    await gh.answer({ when: ['pr', 'view'], stdout: JSON.stringify(merged) })

    await gh.forge.close(repo, 7)

    expect(await gh.calls()).toHaveLength(1)
  })

  test.each([
    ['null', 'pr', 'list', (of: StandIn) => of.forge.find(repo, { head: HEAD, base: 'main' })],
    ['[{"number":7}]', 'pr', 'list', (of: StandIn) => of.forge.find(repo, { head: HEAD, base: 'main' })],
    [JSON.stringify({ ...open, state: 'GONE' }), 'pr', 'view', (of: StandIn) => of.forge.get(repo, 7)],
    ['7', 'repo', 'view', (of: StandIn) => of.forge.mayPush(repo)],
  ])('is none when gh answers %s', async (stdout, noun, verb, call) => {
    await gh.answer({ when: [noun, verb], stdout })

    await expect(call(gh)).rejects.toMatchObject({ code: 'forge-failed', message: expect.stringContaining('gh ') })
  })

  test('whose merge is told as something that is no commit has none', async () => {
    await gh.answer({ when: ['pr', 'view'], stdout: JSON.stringify({ ...merged, mergeCommit: { oid: '--exec=x' } }) })

    expect(await gh.forge.get(repo, 7)).toEqual({ number: 7, url: URL, state: 'merged' })
  })

  test('that was opened meanwhile is told from other failures', async () => {
    const stderr = `a pull request for branch "${HEAD}" into branch "main" already exists:\n${URL}\n`
    await gh.answer({ when: ['pr', 'create'], stderr, code: 1 })

    await expect(gh.forge.open(repo, { head: HEAD, base: 'main', title: 't', body: BODY })).rejects.toMatchObject({ code: 'forge-exists' })
  })
})

describe('gh', () => {
  test.each([
    ['ADMIN', true],
    ['WRITE', true],
    ['TRIAGE', false],
    ['READ', false],
    ['', undefined],
  ])('says with permission %j whether a branch may be pushed: %s', async (viewerPermission, may) => {
    await gh.answer({ when: ['repo', 'view'], stdout: JSON.stringify({ viewerPermission }) })

    expect(await gh.forge.mayPush(repo)).toBe(may)
    expect((await gh.calls())[0]?.argv).toEqual(['repo', 'view', 'github.com/acme/home-ops', '--json', 'viewerPermission'])
  })

  test('that nobody is logged in with says how to log in', async () => {
    await gh.answer({ when: ['repo'], stderr: 'To get started with GitHub CLI, please run:  gh auth login\n', code: 4 })

    await expect(gh.forge.mayPush(repo)).rejects.toMatchObject({
      code: 'forge-auth',
      hints: expect.arrayContaining(['gh auth login --hostname github.com']),
    })
  })

  test('that sees no such repository says so', async () => {
    const stderr = "GraphQL: Could not resolve to a Repository with the name 'acme/home-ops'. (repository)\n"
    await gh.answer({ when: ['repo'], stderr, code: 1 })

    await expect(gh.forge.mayPush(repo)).rejects.toMatchObject({ code: 'forge-missing' })
  })

  test.each([
    ['https://github.com', 'GH_TOKEN', 'github.com/acme/home-ops'],
    ['https://github.example.org', 'GH_ENTERPRISE_TOKEN', 'github.example.org/acme/home-ops'],
  ])('gets a token that was given for %s in %s, and never as an argument', async (url, name, full) => {
    await gh.remove()
    await begin({ FLUX_OPS_FORGE_TOKEN: 'given-token-1' }, url)
    await gh.answer({ when: ['repo', 'view', full], stdout: '{"viewerPermission":"WRITE"}' })

    await gh.forge.mayPush(repo)

    const [call] = await gh.calls()
    expect(call?.env).toEqual({ [name]: 'given-token-1' })
    expect(call?.argv.join(' ')).not.toContain('given-token-1')
  })
})
