// Whether the repository takes what is written into it, and from whom.

import { reaching } from '../../../src/actions/git-credentials.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { sameRepository } from '../../../src/flux/git-urls.ts'
import { INSTANCE_FILE } from '../../../src/flux/operator-move/repository.ts'
import { cleanFolder } from '../../../src/flux/synced-paths.ts'
import { gotkFolder, readRepository } from '../files.ts'
import { gotkVersion, syncOf } from '../gotk-files.ts'
import type { BootstrapInput } from '../input.ts'
import { REMOTE } from '../plan.ts'
import { operatorKept, operatorPathFree } from './operator-files.ts'
import { fail, pass } from './results.ts'

type BootstrapCheck = Check<BootstrapInput>

const repoOf = ({ repo, file }: BootstrapInput) => ({ root: repo, remote: REMOTE, branch: file.git.branch })

const taken = (items: readonly CheckItem[]) =>
  fail('path-free', 'the folder belongs to something else', ['another folder:  git.path of the file'], items)

export const pathFree: BootstrapCheck = {
  id: 'path-free',
  title: 'the folder is this cluster’s, or nobody’s',
  severity: 'error',
  probe: async (ctx, { repo, file }) => {
    if (file.flux.style === 'operator') return operatorPathFree(await readRepository(ctx, repo), file)
    if (file.flux.style !== 'git') return { status: 'skip', reason: `style ${file.flux.style} has no files of flux bootstrap` }
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
    if (file.flux.style !== 'git') return { status: 'skip', reason: `style ${file.flux.style} has no files of flux bootstrap` }
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

export const pushAllowed: BootstrapCheck = {
  id: 'push-allowed',
  title: 'the credentials may push to the branch',
  severity: 'error',
  probe: async (ctx, input) => {
    const repo = repoOf(input)
    const { git } = await reaching(ctx, { access: input.access, repo })
    if ((await git.remoteHead(repo.root, repo.remote, repo.branch)) === undefined) return pass('an empty repository')
    try {
      await git.tryPush(repo.root, repo.remote, repo.branch)
      return pass('what a hook of the server says is known only when something is pushed')
    } catch (error) {
      if (!(error instanceof OpsError) || error.code === 'git-unreachable') throw error
      return fail('push-allowed', error.message, error.hints)
    }
  },
}
