// The clone as the upgrade needs it: where it stands, what it follows, and the text of every YAML and Terraform file in it.
import { messageOf, OpsError } from '../errors.ts'
import type { RepoFile } from '../flux/files.ts'
import type { ReadContext } from '../ports/context.ts'
import type { RemoteBranch } from '../ports/git.ts'
import { sideBySide } from './side-by-side.ts'

export interface RepositorySurvey {
  readonly root: string
  readonly head: string
  readonly branch: string | undefined
  readonly upstream: RemoteBranch | undefined
  readonly files: readonly RepoFile[]
  /** Files that could not be read as text; nothing is known about them. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[]
}

const YAML = /\.ya?ml$/
const TERRAFORM = /\.(?:tf|tofu)$/
/** Terraform only tells who installs Flux: of a repository full of it, the first files by path are enough. */
const TERRAFORM_FILES = 500

/** Copies of modules that Terraform has downloaded are nobody's installation. */
const isTerraform = (path: string): boolean => TERRAFORM.test(path) && !/(?:^|\/)\.terraform\//.test(path)

export async function surveyRepository(ctx: ReadContext, dir: string): Promise<RepositorySurvey> {
  const root = await ctx.git.root(dir)
  const [head, branch, upstream, paths] = await Promise.all([
    ctx.git.head(root),
    ctx.git.branch(root),
    ctx.git.upstream(root),
    ctx.files.walk(root),
  ])
  const { files, unreadable } = await readTexts(ctx, root, [
    ...paths.filter((path) => YAML.test(path)),
    ...paths.filter(isTerraform).slice(0, TERRAFORM_FILES),
  ])
  return { root, head, branch, upstream, files, unreadable }
}

export async function readTexts(
  ctx: ReadContext,
  root: string,
  paths: readonly string[],
): Promise<{ files: RepoFile[]; unreadable: { path: string; why: string }[] }> {
  const files: RepoFile[] = []
  const unreadable: { path: string; why: string }[] = []
  await sideBySide(paths, 16, async (path) => {
    try {
      files.push({ path, text: await ctx.files.readText(`${root}/${path}`) })
    } catch (error) {
      if (!(error instanceof OpsError)) throw error
      unreadable.push({ path, why: messageOf(error) })
    }
  })
  const byPath = (one: { path: string }, other: { path: string }): number => (one.path < other.path ? -1 : 1)
  return { files: files.sort(byPath), unreadable: unreadable.sort(byPath) }
}
