// Who applies what is sealed to the old key: this cluster, another one whose Kustomizations the repository declares, or nobody that can be seen.
import { ofKind } from '../../src/actions/cluster-survey.ts'
import { modulesOf } from '../../src/actions/keys/applied-files.ts'
import { type AppliedTree, appliedTrees } from '../../src/actions/keys/applied-trees.ts'
import { once } from '../../src/actions/once.ts'
import { readTexts } from '../../src/actions/repository-survey.ts'
import { idOf } from '../../src/actions/resources.ts'
import { cleanFolder, type SyncedPath } from '../../src/flux/synced-paths.ts'
import { objectsThatMention, textAt } from '../../src/flux/yaml-objects.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { SealedFile } from '../../src/sops/sealed/model.ts'
import { ageRecipients, isSealedTo } from '../../src/sops/sealed/sealed-to.ts'
import type { RotateInput } from './input.ts'
import { clusterOf, oldKeyOf, sealedOf, syncedOf, usersOf } from './survey.ts'

export interface Appliers {
  /** Files that another cluster seems to open with the old key, and why. */
  readonly others: readonly { readonly path: string; readonly by: string }[]
  /** Files that nobody applies, as far as can be seen. */
  readonly nobody: readonly string[]
  /** Kustomizations (`namespace/name`) that decrypt with the old key and apply another source than this clone. */
  readonly elsewhere: readonly string[]
  /** Why it is not known whether this is all. */
  readonly unknown: readonly string[]
  /** What Flux fetches of submodules, and nobody has looked at. */
  readonly modules: readonly string[]
}

interface Declared {
  readonly name: string
  readonly path: string
  /** File that declares it. */
  readonly by: string
}

const FLUX = 'kustomize.toolkit.fluxcd.io/'

/** Kustomizations that files of the repository declare. */
async function declared(ctx: ReadContext, root: string, head: string): Promise<Declared[]> {
  const paths = (await ctx.git.holding(root, head, FLUX)).filter((path) => /\.ya?ml$/.test(path))
  const { files } = await readTexts(ctx, root, paths)
  return objectsThatMention(files, /kustomize\.toolkit\.fluxcd\.io\//).flatMap((object): Declared[] => {
    const [name, path] = [textAt(object, ['metadata', 'name']), textAt(object, ['spec', 'path'])]
    if (textAt(object, ['kind']) !== 'Kustomization' || textAt(object, ['apiVersion'])?.startsWith(FLUX) !== true) return []
    if (name === undefined || path === undefined || (textAt(object, ['spec', 'sourceRef', 'kind']) ?? 'GitRepository') !== 'GitRepository')
      return []
    return [{ name, path: cleanFolder(path), by: object.part.file.path }]
  })
}

type Here = SyncedPath & { readonly paths: ReadonlySet<string> }

/** Clusters may apply the same folder under the same name: then the one that a file applied here declares is ours, and each other is not. */
function foreignOf(all: readonly Declared[], here: readonly Here[]): Declared[] {
  const applied = ({ by }: Declared): boolean => here.some(({ paths }) => paths.has(by))
  const alike = (one: Declared): Declared[] => all.filter(({ name, path }) => name === one.name && path === one.path)
  return all.filter((one) => {
    if (!here.some(({ kustomization, path }) => path === one.path && kustomization.endsWith(`/${one.name}`))) return true
    return !applied(one) && alike(one).some(applied)
  })
}

const pathsOf = (
  trees: readonly AppliedTree[],
  of: { readonly path: string; readonly components?: readonly string[] },
): ReadonlySet<string> => new Set(trees.flatMap((tree) => tree(of as SyncedPath).paths))

/** What another cluster applies, it opens: with a key of its own where something that it alone applies is sealed to one. */
function needing(files: readonly SealedFile[], old: string, there: ReadonlySet<string>): SealedFile[] {
  const applied = files.filter(({ path }) => there.has(path))
  const theirs = new Set(applied.filter((file) => !isSealedTo(file, old)).flatMap(ageRecipients))
  return applied.filter((file) => isSealedTo(file, old) && !ageRecipients(file).some((one) => theirs.has(one)))
}

export const appliersOf = (ctx: ReadContext, input: RotateInput): Promise<Appliers> =>
  once(ctx, `appliers ${input.repo}`, async () => {
    const [{ objects }, survey, old, synced] = await Promise.all([
      clusterOf(ctx),
      sealedOf(ctx, input),
      oldKeyOf(ctx, input),
      syncedOf(ctx, input),
    ])
    const trees = await appliedTrees(ctx, survey)
    const here = synced.map((one) => ({ ...one, paths: pathsOf(trees.now, one) }))
    const foreign = foreignOf(await declared(ctx, survey.root, survey.head), here).map((one) => ({
      ...one,
      paths: pathsOf(trees.now, one),
    }))
    const isHere = (path: string): boolean => here.some(({ paths }) => paths.has(path))
    const others = foreign.flatMap(({ name, by, paths }) =>
      needing(survey.files, old.recipient, paths).map(({ path }) => ({ path, by: `${by}: Kustomization ${name}` })),
    )
    const users = new Set(usersOf(old))
    const known = new Set(synced.map(({ kustomization }) => kustomization))
    return {
      others: [...new Map(others.map((one) => [one.path, one])).values()],
      nobody: old.files.map(({ path }) => path).filter((path) => !isHere(path) && !foreign.some(({ paths }) => paths.has(path))),
      elsewhere: ofKind(objects, 'Kustomization')
        .map(idOf)
        .filter((id) => users.has(id) && !known.has(id)),
      modules: modulesOf({ gitRepositories: ofKind(objects, 'GitRepository') }, survey, synced),
      unknown: [...new Set(synced.flatMap((one) => trees.now.flatMap((tree) => tree(one).unknown)))],
    }
  })
