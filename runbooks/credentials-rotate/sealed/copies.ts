// The Secret where it lies in git: sealed files of the clone, one of whose documents is that Secret and holds the very credential. Clusters that share a
// repository have Secrets of one name: what holds another credential is another one's.
import { ofKind } from '../../../src/actions/cluster-survey.ts'
import { importedIdentities, readClusterKeys } from '../../../src/actions/keys/cluster-keys.ts'
import { once } from '../../../src/actions/once.ts'
import { idOf } from '../../../src/actions/resources.ts'
import { messageOf, OpsError } from '../../../src/errors.ts'
import { sameRepository } from '../../../src/flux/git-urls.ts'
import { isYamlPath } from '../../../src/flux/yaml-objects.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { RemoteBranch } from '../../../src/ports/git.ts'
import { Secret } from '../../../src/ports/secret.ts'
import { changeTo, credentialOf, type Data, encoded, holds, MAIN } from '../credential.ts'
import type { CredentialsInput } from '../input.ts'
import { clusterOf, type Rotated, rotatedOf } from '../survey.ts'
import { isSecret, openCopy, parsed, withValues } from './file.ts'

export interface Clone {
  readonly root: string
  readonly head: string
  readonly upstream: RemoteBranch | undefined
  /** GitRepository that fetches this very repository. */
  readonly source: string
}

/** undefined: no clone of anything that the cluster fetches. */
export const cloneOf = (ctx: ReadContext, { repo }: CredentialsInput): Promise<Clone | undefined> =>
  once(ctx, `clone ${repo}`, async () => {
    const root = await ctx.git.root(repo).catch((error: unknown) => {
      if (error instanceof OpsError && ['git-no-repository', 'file-missing'].includes(error.code)) return undefined
      throw error
    })
    if (root === undefined) return undefined
    const remotes = await ctx.git.remotes(root)
    const { objects } = await clusterOf(ctx)
    const source = ofKind(objects, 'GitRepository').find(({ spec }) =>
      remotes.some(({ url }) => sameRepository(url, String(spec?.url ?? ''))),
    )
    if (source === undefined) return undefined
    return { root, head: await ctx.git.head(root), upstream: await ctx.git.upstream(root), source: idOf(source) }
  })

/** Keys of the cluster beside those that the person's sops finds by itself. */
export const sopsEnv = async (ctx: ReadContext): Promise<Record<string, Secret>> => {
  const { objects, deployments } = await clusterOf(ctx)
  const keys = await readClusterKeys(ctx.kube, { objects: ofKind(objects, 'Kustomization'), deployments })
  const own = ctx.env.secret('SOPS_AGE_KEY')
  const texts = [...keys.flatMap(importedIdentities).map(({ secret }) => secret.reveal()), ...(own === undefined ? [] : [own.reveal()])]
  return texts.length === 0 ? {} : { SOPS_AGE_KEY: new Secret(texts.join('\n')) }
}

export interface Copies {
  /** Sealed, opened, and with the credential that the cluster has. */
  readonly files: readonly string[]
  /** Of that name, with another credential. */
  readonly others: readonly string[]
  /** Not sealed. */
  readonly inClear: readonly string[]
  /** Of that name, and why nothing is known of them. */
  readonly problems: readonly { readonly path: string; readonly what: string }[]
}

/** Manifests of Flux itself are large, and most files only speak of the name. */
const SECRET_KIND = /^kind:\s*["']?Secret\b/m

const TRIAL = 'a-value-that-is-only-tried-out'

type Standing = { readonly is: 'copy' | 'other' | 'clear' } | { readonly is: 'closed'; readonly what: string } | undefined

async function standingOf(ctx: ReadContext, root: string, path: string, rotated: Rotated): Promise<Standing> {
  const { id, kind, data } = rotated
  // A link that leads out, or what is no text, is no manifest of this repository.
  const text = await ctx.files
    .inside(root, `${root}/${path}`)
    .then((real) => ctx.files.readText(real))
    .catch(() => '')
  if (!SECRET_KIND.test(text)) return undefined
  const documents = parsed(text)
  const at = documents.findIndex((document) => isSecret(document, id))
  const found = documents[at] as { sops?: unknown; data?: Data } | undefined
  if (found === undefined) return undefined
  if (found.sops === undefined) return { is: 'clear' }
  if (documents.length > 1) return { is: 'closed', what: 'holds more than one document: sops changes the first alone' }
  const sealed = { path, text, env: await sopsEnv(ctx) }
  if (!holds(kind, await openCopy(ctx, sealed), data)) return { is: 'other' }
  // Tried with a value that is none, on a copy: whether it can be sealed anew shows here and not in the middle of the run.
  await withValues(ctx, sealed, kind, changeTo(kind, { ...credentialOf(kind, data), [MAIN[kind]]: encoded(TRIAL) }))
  return { is: 'copy' }
}

const closed = (error: unknown): Standing => {
  if (!(error instanceof OpsError)) throw error
  return { is: 'closed', what: messageOf(error).slice(0, 600) }
}

/** Of what is committed. */
export const copiesOf = (ctx: ReadContext, input: CredentialsInput): Promise<Copies | undefined> =>
  once(ctx, 'copies', async () => {
    const clone = await cloneOf(ctx, input)
    if (clone === undefined) return undefined
    const rotated = await rotatedOf(ctx, input)
    const name = rotated.id.split('/')[1] ?? ''
    const paths = (await ctx.git.holding(clone.root, clone.head, name)).filter((path) => isYamlPath(path))
    const told: { path: string; standing: NonNullable<Standing> }[] = []
    for (const path of paths) {
      const standing = await standingOf(ctx, clone.root, path, rotated).catch(closed)
      if (standing !== undefined) told.push({ path, standing })
    }
    const of = (is: string): string[] => told.filter(({ standing }) => standing.is === is).map(({ path }) => path)
    const problems = told.flatMap(({ path, standing }) => (standing.is === 'closed' ? [{ path, what: standing.what }] : []))
    return { files: of('copy'), others: of('other'), inClear: of('clear'), problems }
  })
