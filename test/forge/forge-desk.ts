// A sandbox whose repository lives on a real Gitea, and what people do there by its pages.
import { withSandbox } from '../../src/sandbox/index.ts'
import { pushAsSomeoneElse } from '../../src/sandbox/services/bare-repository.ts'
import { forgeCall } from '../../src/sandbox/services/forge/repository.ts'
import { FORGE_ADMIN } from '../../src/sandbox/services/forge/service.ts'
import type { Style } from '../helpers/shared-sandbox.ts'
import { type DriveInput, type Driven, drive } from '../runbooks/desk.ts'
import { type Fixture, FROM, fixture, TO } from '../runbooks/fixture.ts'
import { eventually } from '../sandbox/scratch.ts'

export interface Pull {
  readonly number: number
  readonly state: string
  readonly merged: boolean
  readonly title: string
  readonly body: string
  readonly head: { readonly label: string }
}

export interface ForgeDesk extends Fixture {
  pulls(): Promise<Pull[]>
  /** Names of the branches on the forge, sorted. */
  branches(): Promise<string[]>
  merge(number: number, how: 'merge' | 'squash' | 'rebase'): Promise<void>
  close(number: number): Promise<void>
  /** From now on nobody may push to main. */
  guardMain(): Promise<void>
  someoneElse(files: Readonly<Record<string, string>>): Promise<string>
  upgrade(more?: Partial<DriveInput>): Promise<Driven>
  again(how: 'resume' | 'abandon', run: string, more?: Partial<DriveInput>): Promise<Driven>
  remoteHead(branch?: string): Promise<string>
}

const REPO = '/repos/sandbox/home-ops'

export async function forgeDesk(style: Style): Promise<ForgeDesk> {
  const sandbox = await fixture(style, FROM, { forge: true })
  const api = async <T>(method: string, path: string, json?: object): Promise<T> => {
    const { status, body } = await withSandbox(sandbox.ref, (ctx) => forgeCall(ctx, FORGE_ADMIN, method, `${REPO}${path}`, json))
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`)
    return body as T
  }
  const { dir } = sandbox.paths
  return {
    ...sandbox,
    pulls: () => api('GET', '/pulls?state=all'),
    branches: async () => (await api<{ name: string }[]>('GET', '/branches')).map((each) => each.name).sort(),
    // The forge first has to find out whether it can be merged: until then it says no.
    merge: (number, how) =>
      eventually(`pull request ${number} to be merged`, async () => {
        await api('POST', `/pulls/${number}/merge`, { Do: how, delete_branch_after_merge: true })
        return true
      }).then(() => undefined),
    close: async (number) => void (await api('PATCH', `/pulls/${number}`, { state: 'closed' })),
    guardMain: () => api('POST', '/branch_protections', { rule_name: 'main', enable_push: false }),
    someoneElse: (files) => withSandbox(sandbox.ref, (ctx) => pushAsSomeoneElse(ctx, files)),
    upgrade: (more = {}) =>
      drive({ dir, runbook: 'upgrade', input: { to: TO, repo: sandbox.paths.repo, timeoutSeconds: 120, pullRequest: {} }, ...more }),
    again: (how, run, more = {}) => drive({ dir, runbook: 'upgrade', [how]: run, ...more }),
    remoteHead: async (branch = 'main') => (await sandbox.git('ls-remote', 'origin', `refs/heads/${branch}`)).split('\t')[0] ?? '',
  }
}

/** The clone of the person: commit, branch, changes. */
export const cloneOf = async (desk: ForgeDesk): Promise<string[]> =>
  Promise.all([desk.git('rev-parse', 'HEAD'), desk.git('branch', '--show-current'), desk.git('status', '--porcelain')])
