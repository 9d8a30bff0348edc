// Whether a commit that somebody else has made or merged is what this run can go on with. A reviewer may change patches; what Flux is and follows may not differ.
import { sameRepository } from '../../../src/flux/git-urls.ts'
import { cleanFolder } from '../../../src/flux/synced-paths.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { gotkFolder, hasGotkFiles } from '../files.ts'
import { gotkVersion, syncOf } from '../gotk-files.ts'
import { pathsOf } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'

const FEW = 5

const some = (paths: readonly string[]): string =>
  `${paths.slice(0, FEW).join(', ')}${paths.length > FEW ? ` and ${paths.length - FEW} more` : ''}`

/** `text`: of a file of the commit; undefined where it is not there. */
function otherFlux({ file }: BootstrapPlan, text: (path: string) => string | undefined): string[] {
  if (!hasGotkFiles(file)) return []
  const folder = gotkFolder(file)
  const version = gotkVersion(text(`${folder}/gotk-components.yaml`) ?? '')
  const { url, branch, path } = syncOf(text(`${folder}/gotk-sync.yaml`) ?? '')
  const wanted = file.git.path === '.' ? '' : file.git.path
  return [
    ...(version === file.flux.version ? [] : [`gotk-components.yaml is of Flux ${version ?? 'an unknown release'}`]),
    ...(url !== undefined && (url === file.git.url || sameRepository(url, file.git.url ?? ''))
      ? []
      : [`gotk-sync.yaml follows ${url ?? 'nothing'}`]),
    ...(branch === file.git.branch ? [] : [`gotk-sync.yaml follows branch ${branch ?? 'none'}`]),
    ...(path !== undefined && cleanFolder(path) === wanted ? [] : [`gotk-sync.yaml applies ${path ?? 'nothing'}`]),
  ]
}

/** What the commit lacks of the plan; [] where the run can go on with it. */
export async function lackingAt({ git }: Pick<ReadContext, 'git'>, plan: BootstrapPlan, commit: string): Promise<string[]> {
  const { root } = plan.repo
  const there = new Set(await git.filesAt(root, commit))
  const missing = pathsOf(plan).filter((path) => !there.has(path))
  if (missing.length > 0) return [`${missing.length} files are not there: ${some(missing)}`]
  const texts = new Map<string, string | undefined>()
  for (const path of [...there].filter((one) => one.startsWith(`${gotkFolder(plan.file)}/gotk-`)))
    texts.set(path, await git.show(root, commit, path))
  return otherFlux(plan, (path) => texts.get(path))
}
