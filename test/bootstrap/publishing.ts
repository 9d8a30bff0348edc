// What people do at the forge and in their clones while a bootstrap waits for them.
import { join } from 'node:path'
import type { CliResult } from '../cli/flux-ops.ts'
import type { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'
import { eventually } from '../sandbox/scratch.ts'

export interface Pull {
  readonly number: number
  readonly state: string
  readonly merged: boolean
  readonly title: string
  readonly body: string
}

const REPO = '/repos/sandbox/fleet'

export const pulls = (desk: BootstrapDesk): Promise<Pull[]> => desk.api('GET', `${REPO}/pulls?state=all`)

export const branches = async (desk: BootstrapDesk): Promise<string[]> =>
  (await desk.api<{ name: string }[]>('GET', `${REPO}/branches`)).map(({ name }) => name).sort()

/** The forge first has to find out whether it can be merged: until then it says no. */
export const merge = (desk: BootstrapDesk, number: number, how = 'squash'): Promise<boolean> =>
  eventually(`pull request ${number} to be merged`, async () => {
    await desk.api('POST', `${REPO}/pulls/${number}/merge`, { Do: how, delete_branch_after_merge: true })
    return true
  })

/** A clone of the person's own, with their name. */
export async function ownClone(desk: BootstrapDesk): Promise<{ dir: string; git: (...args: string[]) => Promise<string> }> {
  const dir = join(await desk.folder(), 'fleet')
  await desk.run('git', 'clone', '--quiet', desk.address(), dir)
  const git = (...args: string[]) => desk.run('git', '-C', dir, '-c', 'user.name=Me', '-c', 'user.email=me@example.org', ...args)
  return { dir, git }
}

export const runOf = ({ stdout, stderr }: CliResult): string => /runs (?:resume|abandon) ([\w-]+)/.exec(stdout + stderr)?.[1] ?? ''

export const isReady = (desk: BootstrapDesk): Promise<string> =>
  desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'flux-system', '-o', 'jsonpath={.status.conditions[0].status}')
