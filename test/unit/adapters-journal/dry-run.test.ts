import { describe, expect, test } from 'vitest'
import { dryRunContext } from '../../../src/adapters/dry-run.ts'
import type { Context } from '../../../src/ports/context.ts'

const PODS = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true }
const FORGE = { kind: 'gitea', url: 'https://git.test', path: 'a/b', dir: '/r' } as const
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' } }

/** Every method of every port notes its own name. */
const spyContext = () => {
  const called: string[] = []
  const port = (name: string) =>
    new Proxy(
      {},
      {
        get: (_target, method) =>
          method === 'show' && name === 'exec' ? () => 'kubectl apply' : async () => void called.push(`${name}.${String(method)}`),
      },
    )
  const ctx = {
    kube: port('kube'),
    exec: port('exec'),
    git: port('git'),
    files: port('files'),
    forge: port('forge'),
    progress: () => undefined,
  } as unknown as Context
  return { ctx, called }
}

const WRITES: readonly [string, (ctx: Context) => Promise<unknown>][] = [
  ['kube.create', ({ kube }) => kube.create(PODS, pod)],
  ['kube.replace', ({ kube }) => kube.replace(PODS, pod)],
  ['kube.delete', ({ kube }) => kube.delete(PODS, { name: 'p' })],
  ['exec.run', ({ exec }) => exec.run({ tool: 'kubectl', args: ['apply'], effect: 'write' })],
  ['git.commit', ({ git }) => git.commit('/r', 'Upgrade', ['a'])],
  ['git.push', ({ git }) => git.push('/r', 'origin', 'abc', 'main')],
  ['git.rebase', ({ git }) => git.rebase('/r', 'abc')],
  ['git.revert', ({ git }) => git.revert('/r', 'abc', 'm')],
  ['git.restore', ({ git }) => git.restore('/r', ['a'])],
  ['git.dropTo', ({ git }) => git.dropTo('/r', 'abc')],
  ['git.addWorktree', ({ git }) => git.addWorktree('/r', '/w', 'abc')],
  ['git.removeWorktree', ({ git }) => git.removeWorktree('/r', '/w')],
  ['git.checkout', ({ git }) => git.checkout('/w', 'abc')],
  ['git.fastForward', ({ git }) => git.fastForward('/r', 'abc')],
  ['git.deleteRemoteBranch', ({ git }) => git.deleteRemoteBranch('/r', 'origin', 'one')],
  ['forge.open', ({ forge }) => forge.open(FORGE, { head: 'one', base: 'main', title: 't', body: 'b' })],
  ['forge.close', ({ forge }) => forge.close(FORGE, 7)],
  ['files.writeText', ({ files }) => files.writeText('/f', 't')],
  ['files.replaceText', ({ files }) => files.replaceText('/f', 't')],
  ['files.swapText', ({ files }) => files.swapText('/f', '0', 't')],
  ['files.makeDir', ({ files }) => files.makeDir('/f')],
  ['files.remove', ({ files }) => files.remove('/f')],
]

describe('a dry-run context', () => {
  test.each(WRITES)('says %s and does not do it', async (_name, write) => {
    const { ctx, called } = spyContext()
    const said: string[] = []

    await write(dryRunContext(ctx, (line) => said.push(line)))

    expect(called).toEqual([])
    expect(said.length).toBe(1)
  })

  test('says a patch and gives the object as it is', async () => {
    const { ctx, called } = spyContext()
    const said: string[] = []

    await dryRunContext(ctx, (line) => said.push(line)).kube.patch(PODS, { name: 'p', namespace: 'n' }, 'merge', { a: 1 })

    expect(said).toEqual(['merge patch Pod n/p {"a":1}'])
    expect(called).toEqual(['kube.get'])
  })

  test('asks the remote for its head instead of fetching', async () => {
    const { ctx, called } = spyContext()

    await dryRunContext(ctx, () => undefined).git.fetch('/r', 'origin', 'main')

    expect(called).toEqual(['git.remoteHead'])
  })

  test('lets reads pass, and the API server’s own dry run', async () => {
    const { ctx, called } = spyContext()
    const dry = dryRunContext(ctx, () => undefined)

    await dry.kube.get(PODS, { name: 'p' })
    await dry.kube.patch(PODS, { name: 'p' }, 'merge', {}, { dryRun: true })
    await dry.exec.run({ tool: 'kubectl', args: ['get'], effect: 'read' })
    await dry.git.status('/r')
    await dry.files.readText('/f')

    expect(called).toEqual(['kube.get', 'kube.patch', 'exec.run', 'git.status', 'files.readText'])
  })
})
