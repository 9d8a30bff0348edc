// A run whose process ends just after an effect is taken up again: the end is that of a run that never ended, and nothing is done twice.
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { World } from '../../src/adapters/context.ts'
import { drive } from '../runbooks/desk.ts'
import { type Fixture, fixture, TO } from '../runbooks/fixture.ts'

/** Stands for the death of the process: the call has its effect, and nothing after it happens. */
class Died extends Error {}

const dieAfter =
  (port: 'git' | 'exec', method: string, matches: (args: unknown[]) => boolean) =>
  (world: World): World => {
    const target = world[port] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
    const wrapped = async (...args: unknown[]): Promise<unknown> => {
      const result = await (target[method] as (...args: unknown[]) => Promise<unknown>).apply(target, args)
      if (matches(args)) throw new Died('died')
      return result
    }
    return { ...world, [port]: { ...bound(target), [method]: wrapped } }
  }

const bound = (target: Record<string, (...args: unknown[]) => Promise<unknown>>): object =>
  Object.fromEntries(Object.entries(target).map(([name, method]) => [name, method.bind(target)]))

const kubectlApply = (args: unknown[]): boolean => {
  const command = args[0] as { tool: string; effect: string }
  return command.tool === 'kubectl' && command.effect === 'write'
}

describe('an upgrade that died', () => {
  let sandbox: Fixture
  beforeAll(async () => {
    sandbox = await fixture('bootstrap')
  })
  beforeEach(async () => sandbox.reset())
  afterAll(async () => sandbox?.remove())

  test.each([
    ['commit', dieAfter('git', 'commit', () => true)],
    ['push', dieAfter('git', 'push', () => true)],
    ['apply', dieAfter('exec', 'run', kubectlApply)],
  ])('just after its %s ends with one commit and one push when it is taken up', async (_what, decorate) => {
    const input = { to: TO, repo: sandbox.paths.repo, timeoutSeconds: 120 }
    const dead = await drive({ dir: sandbox.paths.dir, runbook: 'upgrade', input, decorate })

    const resumed = await drive({ dir: sandbox.paths.dir, runbook: 'upgrade', resume: dead.runId })

    expect(dead.outcome).not.toBe('done')
    expect(resumed.error?.message).toBeUndefined()
    expect(resumed.outcome).toBe('done')
    const commits = await sandbox.git('log', '--format=%H', `--grep=Flux-Ops-Run: ${dead.runId}`, 'origin/main')
    expect(commits.trim().split('\n')).toHaveLength(1)
    const pushes = await sandbox.run('git', '-C', join(sandbox.paths.git, 'home-ops.git'), 'reflog', 'show', '--format=%H', 'main')
    expect(pushes.trim().split('\n')).toHaveLength(1)
  })
})
