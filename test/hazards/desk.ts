// What the hazard tests have at hand: a cluster on 2.7.3, in style pin where no other is asked for, the built CLI, and the same upgrade by hand, as people do it without us.
import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { environment } from '../../src/sandbox/index.ts'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { runBuilt, type Said } from '../helpers/built-program.ts'
import type { Style } from '../helpers/shared-sandbox.ts'
import { type FaultDesk, FROM, faultDesk, TO, type World } from '../runbooks/upgrade/faults/desk.ts'

export { expectRefused } from '../runbooks/upgrade/faults/expect.ts'
export { FROM, TO }

const FLUX_FILE = 'cluster/flux/config/flux.yaml'

/** path -> what becomes of its text; a file that is not there yet is ''. */
export type Edits = Readonly<Record<string, (text: string) => string>>

export interface HazardDesk extends Pick<FaultDesk, 'paths' | 'kubectl' | 'git' | 'run' | 'apply' | 'within' | 'reset' | 'release'> {
  /** `flux-ops upgrade plan --to 2.9.2`, or to what is asked for, of the built CLI. */
  plan(...more: string[]): Promise<Said>
  world(): Promise<World>
  /** Commits, pushes, and waits until Flux has applied it everywhere. */
  applied(edits: Edits): Promise<void>
  /** Commits and pushes, and asks Flux to fetch it. */
  pushed(edits: Edits, withinSeconds?: number): Promise<void>
  /** Migrate, set the tag, push: what the guides say, without a look at what it meets. Waits until the new controllers run. */
  plainUpgrade(): Promise<void>
  /** `upgrade plan --ci` in a clone of its own at the commit of `edits`, which is pushed to nobody. */
  planOfRequest(edits: Edits): Promise<Said>
  /** What flux says, started in the clone. */
  fluxInClone(...args: string[]): Promise<string>
  /** stderr of a kubectl that has to fail. */
  refused(...args: string[]): Promise<string>
}

const KUSTOMIZATIONS = 'kustomizations.kustomize.toolkit.fluxcd.io'

export const edited =
  (from: string, to: string) =>
  (text: string): string => {
    if (!text.includes(from)) throw new Error(`the fixture has no ${JSON.stringify(from)}`)
    return text.replace(from, () => to)
  }

/** GitRepository of the clone. */
const SOURCES: Readonly<Record<Style, string>> = {
  pin: 'home-cluster',
  bootstrap: 'flux-system',
  operator: 'flux-system',
  'operator-helm': 'home-kubernetes',
  helm: 'flux-system',
}

export async function hazardDesk(style: Style = 'pin'): Promise<HazardDesk> {
  const desk = await faultDesk(style)
  const { paths, kubectl, git, run } = desk
  const state = join(paths.dir, 'evidence', 'hazards')

  const fluxInClone: HazardDesk['fluxInClone'] = async (...args) => {
    const env = environment({ dir: paths.dir })
    const { stdout, stderr } = await promisify(execFile)(join(paths.bin, 'flux'), args, { env, cwd: paths.repo })
    return `${stdout}${stderr}`
  }

  const commit = async (clone: string, edits: Edits): Promise<void> => {
    for (const [path, edit] of Object.entries(edits)) {
      const file = join(clone, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, edit(await readFile(file, 'utf8').catch(() => '')))
    }
    await run('git', '-C', clone, 'add', '--all')
    await run('git', '-C', clone, 'commit', '--quiet', '-m', 'chore: change')
  }

  const planOfRequest: HazardDesk['planOfRequest'] = async (edits) => {
    const clone = join(paths.tmp, 'request')
    await rm(clone, { recursive: true, force: true })
    await run('git', 'clone', '--quiet', (await git('remote', 'get-url', 'origin')).trim(), clone)
    await run('git', '-C', clone, 'checkout', '--quiet', '--detach')
    await commit(clone, edits)
    return runBuilt(paths, ['upgrade', 'plan', '--ci'], { state, cwd: clone })
  }

  const pushed: HazardDesk['pushed'] = async (edits, withinSeconds = 300) => {
    await commit(paths.repo, edits)
    await git('push', '--quiet')
    await run('flux', '-n', 'flux-system', 'reconcile', 'source', 'git', SOURCES[style], `--timeout=${withinSeconds}s`)
  }

  const applied: HazardDesk['applied'] = async (edits) => {
    await pushed(edits)
    const head = (await git('rev-parse', 'HEAD')).trim()
    const everywhere = async (): Promise<boolean> => {
      const { items } = JSON.parse(await kubectl('get', KUSTOMIZATIONS, '-A', '-o', 'json'))
      const ours = (items as KustomizationItem[]).filter((each) => each.spec.sourceRef.kind === 'GitRepository')
      return ours.length > 0 && ours.every((each) => each.status?.lastAppliedRevision?.endsWith(head) === true)
    }
    await waitUntil('Flux to have applied the commit everywhere', everywhere, { withinMs: 300_000 })
  }

  const plainUpgrade = async (): Promise<void> => {
    await run('flux', 'migrate')
    await fluxInClone('migrate', '-f', 'cluster', '--yes')
    await pushed({ [FLUX_FILE]: edited(`tag: v${FROM}`, `tag: v${TO}`) })
    const image = 'jsonpath={.spec.template.spec.containers[0].image} {.status.updatedReplicas} {.status.availableReplicas}'
    const done = async (): Promise<boolean> =>
      (await kubectl('-n', 'flux-system', 'get', 'deployment', 'kustomize-controller', '-o', image)).endsWith(
        'kustomize-controller:v1.9.3 1 1',
      )
    await waitUntil('the new kustomize-controller to run', done, { withinMs: 300_000 })
  }

  const refused = async (...args: string[]): Promise<string> => {
    const failure = await kubectl(...args).then(
      (stdout) => new Error(`it was not refused: ${stdout}`),
      (error: Error & { stderr?: string }) => error,
    )
    if (!('stderr' in failure) || failure.stderr === undefined) throw failure
    return failure.stderr
  }

  return {
    ...desk,
    plan: (...more) => runBuilt(paths, ['upgrade', 'plan', ...(more.includes('--to') ? [] : ['--to', TO]), ...more], { state }),
    planOfRequest,
    pushed,
    applied,
    plainUpgrade,
    fluxInClone,
    refused,
  }
}

interface KustomizationItem {
  spec: { sourceRef: { kind: string } }
  status?: { lastAppliedRevision?: string }
}
