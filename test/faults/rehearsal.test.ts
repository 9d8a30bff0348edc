// Whole rehearsals: of a live cluster in every style, and of a backup without any cluster.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { World } from '../../src/adapters/context.ts'
import type { Command } from '../../src/ports/exec.ts'
import { drive } from '../runbooks/desk.ts'
import { type Fixture, fixture, TO } from '../runbooks/fixture.ts'
import { rehearsed, untouched } from '../runbooks/upgrade/rehearsing.ts'
import { secretsOf } from '../secrets/known-secrets.ts'
import { filesBelow, type Searched, search } from '../secrets/search.ts'

/** Ends a run at its first change of the repository: its backup is there by then. */
const untilRepository = (world: World): World => {
  const run = async (command: Command) => {
    if (command.tool === 'flux' && command.effect === 'write') throw new Error('far enough')
    return world.exec.run(command)
  }
  return { ...world, exec: { run, show: (command) => world.exec.show(command) } }
}

/** What the sandbox of a rehearsal remembers: files that do not come and go while they are searched. */
const isKept = (file: string): boolean => /\/(etcd\/member\/wal|git|repo|secrets|rehearsal-runs)\//.test(file) && !file.endsWith('.tmp')

/** Processes whose command line names the sandbox of a rehearsal. */
async function leftOver(name: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((each) => /^\d+$/.test(each))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(name))
}

const STYLES = ['pin', 'bootstrap', 'operator', 'operator-helm', 'helm'] as const
/** What the operator renders with, and what Helm has recorded, is in no backup. */
const IN_BACKUP: readonly string[] = ['pin', 'bootstrap']

describe.each(STYLES)('a rehearsal in style %s', (style) => {
  let sandbox: Fixture | undefined
  const opened = async (): Promise<Fixture> => {
    sandbox ??= await fixture(style)
    return sandbox
  }
  afterAll(async () => sandbox?.remove())

  test('goes through to the proof, changes nothing outside, lets no secret of the cluster in, and leaves nothing', async () => {
    const { paths, run } = await opened()
    const bare = join(paths.git, 'home-ops.git')
    const [before, secrets] = [await untouched(run, bare), await secretsOf(paths)]
    const searches: Promise<Searched>[] = []
    const seen = (stderr: string, folder: string): void => {
      if (searches.length > 0 || !stderr.includes('"text":"rollout')) return
      searches.push(filesBelow(folder).then((files) => search(files.filter(isKept), secrets)))
    }

    const { code, report, left } = await rehearsed(paths, ['--to', TO], { seen })

    expect(report.rehearsal).toMatchObject({ outcome: 'passed', passedOver: [] })
    expect(report.rehearsal?.steps.at(-1)).toMatchObject({ id: 'report', status: 'done' })
    expect(report.rehearsal?.notRehearsed.map(({ what }) => what)).toEqual(['notification-controller:v1.7.4'])
    expect(code).toBe(0)
    const [searched] = await Promise.all(searches)
    expect(searched?.found).toEqual([])
    expect(searched?.files).toBeGreaterThan(50)
    expect(await untouched(run, bare)).toBe(before)
    expect(left).toEqual([])
  })

  if (!IN_BACKUP.includes(style)) return

  test('is played on a backup alone, with no cluster that could be asked', async () => {
    const { paths } = await opened()
    const input = { to: TO, repo: paths.repo, timeoutSeconds: 120 }
    const { runDir, error } = await drive({ dir: paths.dir, runbook: 'upgrade', input, decorate: untilRepository })
    expect(error?.message).toBe('far enough')

    const { code, report, left } = await rehearsed(paths, ['--to', TO, '--from', runDir], { env: { KUBECONFIG: join(paths.dir, 'none') } })

    expect(report.rehearsal).toMatchObject({ outcome: 'passed', from: '2.7.3', to: TO })
    expect(code).toBe(0)
    expect(left).toEqual([])
  })
})

describe('a rehearsal that is stopped', () => {
  let sandbox: Fixture
  let before: string
  const world = () => untouched(sandbox.run, join(sandbox.paths.git, 'home-ops.git'))
  beforeAll(async () => {
    sandbox = await fixture('pin')
    before = await world()
  })
  afterAll(async () => sandbox?.remove())

  test.each(['sandbox with a copy', 'as it is in the cluster', 'everything reconciled', 'upgrade to', 'rollout'])(
    'at "%s" leaves nothing, and the cluster as it was',
    async (at) => {
      const { code, report, left } = await rehearsed(sandbox.paths, ['--to', TO], { send: { at, signal: 'SIGINT' } })

      expect(report.error?.code).toBe('interrupted')
      expect([code, left]).toEqual([130, []])
      expect(await world()).toBe(before)
    },
  )

  test('by kill -9 is cleared away by the next', async () => {
    const killed = await rehearsed(sandbox.paths, ['--to', TO], { send: { at: 'everything reconciled', signal: 'SIGKILL' } })
    expect(killed.left).toHaveLength(1)

    const { left } = await rehearsed(sandbox.paths, ['--to', TO], { send: { at: 'as it is in the cluster', signal: 'SIGINT' } })

    expect(left).toEqual([])
    expect(await leftOver(killed.left[0] ?? '')).toEqual([])
  })
})
