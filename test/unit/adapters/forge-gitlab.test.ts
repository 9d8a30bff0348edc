// The exact calls of glab. Paths, parameters and fields as in https://docs.gitlab.com/api/merge_requests/ and https://docs.gitlab.com/cli/api/.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ForgeRepository } from '../../../src/ports/forge.ts'
import { type StandIn, standIn } from './forge-stand-in.ts'

const HEAD = 'flux-ops/upgrade-flux-2.9.2-run-1'
const PROJECT = 'projects/group%2Fsub%2Fhome-ops'
const URL = 'https://gitlab.com/group/sub/home-ops/-/merge_requests/7'
const opened = {
  iid: 7,
  web_url: URL,
  state: 'opened',
  sha: 'a'.repeat(40),
  merge_commit_sha: null,
  squash_commit_sha: null,
  source_project_id: 1,
  target_project_id: 1,
}
const host = ['api', '--hostname', 'gitlab.com']
const write = (method: string): string[] => [...host, '--method', method, '--header', 'Content-Type: application/json', '--input', '-']

let glab: StandIn
let repo: ForgeRepository
const begin = async (env: Record<string, string> = {}): Promise<void> => {
  glab = await standIn('glab', env)
  repo = { kind: 'gitlab', url: 'https://gitlab.com', path: 'group/sub/home-ops', dir: glab.dir }
}
beforeEach(() => begin())
afterEach(() => glab.remove())

describe('a merge request on GitLab', () => {
  test('is opened with everything by stdin', async () => {
    await glab.answer({ when: ['api', '--method'], stdout: JSON.stringify(opened) })

    const made = await glab.forge.open(repo, { head: HEAD, base: 'main', title: 'Upgrade Flux', body: 'line 1\nline "2"\n' })

    expect(made).toEqual({ number: 7, url: URL, state: 'open' })
    const [call] = await glab.calls()
    expect(call?.argv).toEqual([...write('POST'), `${PROJECT}/merge_requests`])
    expect(JSON.parse(call?.stdin ?? '')).toEqual({
      source_branch: HEAD,
      target_branch: 'main',
      title: 'Upgrade Flux',
      description: 'line 1\nline "2"\n',
    })
  })

  test('is found by its branches, the newest first', async () => {
    await glab.answer({ when: ['api'], stdout: JSON.stringify([opened]) })

    expect(await glab.forge.find(repo, { head: HEAD, base: 'main' })).toEqual({ number: 7, url: URL, state: 'open' })
    const query = 'source_branch=flux-ops%2Fupgrade-flux-2.9.2-run-1&target_branch=main&state=all&order_by=created_at&per_page=20'
    expect((await glab.calls())[0]?.argv).toEqual([...host, `${PROJECT}/merge_requests?${query}`])
  })

  test('of a fork with a branch of the same name is not taken for ours', async () => {
    const fork = { ...opened, iid: 8, source_project_id: 2, target_project_id: 1 }
    await glab.answer({ when: ['api'], stdout: JSON.stringify([fork]) })

    expect(await glab.forge.find(repo, { head: HEAD, base: 'main' })).toBeUndefined()
  })

  test.each([
    ['a merge commit', { merge_commit_sha: 'b'.repeat(40) }, 'b'],
    ['a squash and a merge commit', { squash_commit_sha: 'c'.repeat(40), merge_commit_sha: 'b'.repeat(40) }, 'c'],
    ['a fast-forward', {}, 'a'],
  ])('that was merged by %s names the commit that holds the change', async (_how, shas, letter) => {
    await glab.answer({ when: ['api'], stdout: JSON.stringify({ ...opened, state: 'merged', ...shas }) })

    expect(await glab.forge.get(repo, 7)).toEqual({ number: 7, url: URL, state: 'merged', commit: letter.repeat(40) })
    expect((await glab.calls())[0]?.argv).toEqual([...host, `${PROJECT}/merge_requests/7`])
  })

  test('that is being merged right now counts as open', async () => {
    await glab.answer({ when: ['api'], stdout: JSON.stringify({ ...opened, state: 'locked' }) })

    expect(await glab.forge.get(repo, 7)).toMatchObject({ state: 'open' })
  })

  test('is closed while it is open', async () => {
    await glab.answer({ when: ['--method', 'PUT'], stdout: '{}' }, { when: ['api'], stdout: JSON.stringify(opened) })

    await glab.forge.close(repo, 7)

    const call = (await glab.calls())[1]
    expect(call?.argv).toEqual([...write('PUT'), `${PROJECT}/merge_requests/7`])
    expect(JSON.parse(call?.stdin ?? '')).toEqual({ state_event: 'close' })
  })

  test.each([
    ['null', (of: StandIn) => of.forge.find(repo, { head: HEAD, base: 'main' })],
    [JSON.stringify({ ...opened, state: 'gone' }), (of: StandIn) => of.forge.get(repo, 7)],
    ['"yes"', (of: StandIn) => of.forge.mayPush(repo)],
  ])('is none when glab answers %s', async (stdout, call) => {
    await glab.answer({ when: ['api'], stdout })

    await expect(call(glab)).rejects.toMatchObject({ code: 'forge-failed', message: expect.stringContaining('glab ') })
  })

  test('whose merge is told as something that is no commit has none', async () => {
    const json = { ...opened, state: 'merged', sha: '--exec=x', merge_commit_sha: 7 }
    await glab.answer({ when: ['api'], stdout: JSON.stringify(json) })

    expect(await glab.forge.get(repo, 7)).toEqual({ number: 7, url: URL, state: 'merged' })
  })

  test('that was opened meanwhile is told from other failures', async () => {
    const message = 'Another open merge request already exists for this source branch: !7'
    await glab.answer({
      when: ['api'],
      stdout: JSON.stringify({ message: [message] }),
      stderr: `glab: map[message:[${message}]]+\n`,
      code: 1,
    })

    const opening = glab.forge.open(repo, { head: HEAD, base: 'main', title: 't', body: 'b' })

    await expect(opening).rejects.toMatchObject({ code: 'forge-exists' })
  })
})

describe('glab', () => {
  test.each([
    ['a developer of the project', { project_access: { access_level: 30 }, group_access: null }, true],
    [
      'a reporter of the project and an owner of the group',
      { project_access: { access_level: 20 }, group_access: { access_level: 50 } },
      true,
    ],
    ['a reporter', { project_access: { access_level: 20 }, group_access: null }, false],
    ['somebody of whom the project says nothing', { project_access: null, group_access: null }, undefined],
  ])('tells of %s whether a branch may be pushed', async (_who, permissions, may) => {
    await glab.answer({ when: ['api'], stdout: JSON.stringify({ permissions }) })

    expect(await glab.forge.mayPush(repo)).toBe(may)
    expect((await glab.calls())[0]?.argv).toEqual([...host, PROJECT])
  })

  test('that nobody is logged in with says how to log in', async () => {
    await glab.answer({ when: ['api'], stdout: '{"message":"401 Unauthorized"}', stderr: 'glab: 401 Unauthorized (HTTP 401)\n', code: 1 })

    await expect(glab.forge.mayPush(repo)).rejects.toMatchObject({
      code: 'forge-auth',
      hints: expect.arrayContaining(['glab auth login --hostname gitlab.com']),
    })
  })

  test('gets a token that was given in its environment, and never as an argument', async () => {
    await glab.remove()
    await begin({ FLUX_OPS_FORGE_TOKEN: 'given-token-1' })
    await glab.answer({ when: ['api'], stdout: '{}' })

    await glab.forge.mayPush(repo)

    const [call] = await glab.calls()
    expect(call?.env).toEqual({ GITLAB_TOKEN: 'given-token-1' })
    expect(call?.argv.join(' ')).not.toContain('given-token-1')
  })
})
