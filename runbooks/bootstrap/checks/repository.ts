// Whether the repository takes what is written into it, and from whom.

import { asFile } from '../../../src/actions/git-credentials.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { sameRepository } from '../../../src/flux/git-urls.ts'
import { INSTANCE_FILE } from '../../../src/flux/operator-move/repository.ts'
import { cleanFolder } from '../../../src/flux/synced-paths.ts'
import { gotkFolder, hasGotkFiles, readRepository } from '../files.ts'
import { gotkVersion, syncOf } from '../gotk-files.ts'
import type { BootstrapInput } from '../input.ts'
import { proposedOn } from '../plan.ts'
import { operatorKept, operatorPathFree } from './operator-files.ts'
import { fail, failOf, pass } from './results.ts'

type BootstrapCheck = Check<BootstrapInput>

const repoOf = ({ repo, remote, file }: BootstrapInput) => ({ root: repo, remote, branch: file.git.branch })

const taken = (items: readonly CheckItem[]) =>
  fail('path-free', 'the folder belongs to something else', ['another folder:  git.path of the file'], items)

export const pathFree: BootstrapCheck = {
  id: 'path-free',
  title: 'the folder is this cluster’s, or nobody’s',
  severity: 'error',
  probe: async (ctx, { repo, file }) => {
    if (file.flux.style === 'operator') return operatorPathFree(await readRepository(ctx, repo), file)
    if (!hasGotkFiles(file)) return { status: 'skip', reason: `style ${file.flux.style} has no files of flux bootstrap` }
    const folder = gotkFolder(file)
    const own = `${folder}/${INSTANCE_FILE}`
    if (await ctx.files.exists(`${repo}/${own}`))
      return taken([{ where: own, what: 'the Flux Operator keeps this cluster: that is style operator' }])
    const path = `${repo}/${folder}/gotk-sync.yaml`
    if (!(await ctx.files.exists(path))) return pass(`${folder} is new`)
    const sync = syncOf(await ctx.files.readText(path))
    const where = `${folder}/gotk-sync.yaml`
    const items: CheckItem[] = []
    if (sync.url === undefined) items.push({ where, what: 'is no file that flux bootstrap has written' })
    else if (!sameRepository(sync.url, file.git.url ?? ''))
      items.push({ where, what: `follows ${sync.url}; the file says ${file.git.url}` })
    if (sync.path !== undefined && cleanFolder(sync.path) !== (file.git.path === '.' ? '' : file.git.path))
      items.push({ where, what: `applies ${sync.path}; the file says ${file.git.path}` })
    if (sync.branch !== undefined && sync.branch !== file.git.branch)
      items.push({ where, what: `follows branch ${sync.branch}; the file says ${file.git.branch}` })
    if (items.length === 0) return pass(`${folder} is there, and this cluster’s`)
    return taken(items)
  },
}

/** What is in git is what Flux makes of itself: bootstrap would take another cluster of the same folder along. */
export const componentsKept: BootstrapCheck = {
  id: 'components-kept',
  title: 'the repository has no other release of Flux in this folder',
  severity: 'error',
  probe: async (ctx, { repo, file }) => {
    if (file.flux.style === 'operator') return operatorKept(await readRepository(ctx, repo), file)
    if (!hasGotkFiles(file)) return { status: 'skip', reason: `style ${file.flux.style} has no files of flux bootstrap` }
    const path = `${gotkFolder(file)}/gotk-components.yaml`
    if (!(await ctx.files.exists(`${repo}/${path}`))) return pass()
    const version = gotkVersion(await ctx.files.readText(`${repo}/${path}`))
    if (version === file.flux.version) return pass(version)
    return fail('components-kept', `${path} is of Flux ${version ?? 'an unknown release'}; the file says ${file.flux.version}`, [
      'to rebuild the cluster as it was:  flux.version of the file is what the repository has',
      'waived, the files of the repository are replaced by those of the file',
    ])
  },
}

/** The branch of a pull request has the id of the run behind it. */
const PROPOSED = 'flux-ops/bootstrap'

export const pushAllowed: BootstrapCheck = {
  id: 'push-allowed',
  title: 'the credentials may push to the branch',
  severity: 'error',
  probe: async (ctx, input) => {
    const repo = repoOf(input)
    if (input.file.git.publish === 'none') return { status: 'skip', reason: 'you push it yourself' }
    if (input.forge?.absent) return pass('the repository is made')
    const { git } = await asFile(ctx, input)
    if ((await git.remoteHead(repo.root, repo.remote, repo.branch)) === undefined) return pass('an empty repository')
    try {
      await git.tryPush(repo.root, repo.remote, input.file.git.publish === 'pr' ? PROPOSED : repo.branch)
      return pass('what a hook of the server says is known only when something is pushed')
    } catch (error) {
      if (!(error instanceof OpsError) || error.code === 'git-unreachable') throw error
      return fail('push-allowed', error.message, error.hints)
    }
  },
}

/** Answers that say nothing about us: the forge may take the pull request, or not. */
const NO_ANSWER = new Set(['forge-unreachable', 'forge-failed', 'tool-timeout', 'interrupted'])

export const forgeReady: BootstrapCheck = {
  id: 'forge-ready',
  title: 'the forge lets you push a branch and open a pull request',
  severity: 'error',
  probe: async (plain, input) => {
    if (input.file.git.publish !== 'pr') return { status: 'skip', reason: 'nothing is proposed' }
    const { root, remote, branch } = repoOf(input)
    try {
      const ctx = await asFile(plain, input)
      if ((await ctx.git.remoteHead(root, remote, branch)) === undefined)
        return fail('forge-ready', 'the repository is empty: it has no branch that a pull request could go to', [
          'publish: push   for the first commit',
          `or push a first commit to ${branch} yourself`,
        ])
      const repo = await proposedOn(ctx, input)
      const may = repo && (await ctx.forge.mayPush(repo))
      if (repo === undefined || may === undefined) return { status: 'unknown', cause: 'the forge does not say what you may do there' }
      if (may) return pass(`${repo.kind}, ${repo.url}/${repo.path}`)
      return fail('forge-ready', `you may not push branches to ${repo.url}/${repo.path}`, ['another token:  export FLUX_OPS_FORGE_TOKEN=…'])
    } catch (error) {
      if (error instanceof OpsError && NO_ANSWER.has(error.code)) throw error
      return failOf('forge-ready', error)
    }
  },
}

export const cloneFits: BootstrapCheck = {
  id: 'clone-fits',
  title: 'your clone is clean, and at the head of the branch',
  severity: 'error',
  probe: async (plain, input) => {
    if (!input.named) return { status: 'skip', reason: 'the clone is of the tool’s own' }
    const { root, remote, branch } = repoOf(input)
    const ctx = await asFile(plain, input)
    const [{ entries, inProgress }, head, theirs] = await Promise.all([
      ctx.git.status(root),
      ctx.git.head(root).catch(() => undefined),
      ctx.git.remoteHead(root, remote, branch),
    ])
    if (inProgress !== undefined) return fail('clone-fits', `a ${inProgress} is under way in ${root}`, [`git -C ${root} status`])
    const items = entries.slice(0, 20).map(({ path }): CheckItem => ({ where: path, what: 'is changed and not committed' }))
    if (items.length > 0) return fail('clone-fits', `${root} has changes of its own`, [`git -C ${root} stash`], items)
    if (head === theirs) return pass(theirs === undefined ? 'both are empty' : `${root} at ${theirs.slice(0, 10)}`)
    return fail(
      'clone-fits',
      `${root} is at ${head?.slice(0, 10) ?? 'no commit'}, and ${remote}/${branch} is at ${theirs?.slice(0, 10) ?? 'none'}`,
      [`git -C ${root} fetch ${remote} && git -C ${root} switch --detach ${remote}/${branch}`],
    )
  },
}
