// The clone and the cluster as the rules about keys look at them. Only files that git knows count: what lies beside them, a key file perhaps, is nobody's
// business.
import { keysWorld, type ReadMetadata } from '../../audit/keys/look.ts'
import type { KeysWorld } from '../../audit/keys/world.ts'
import { messageOf, OpsError } from '../../errors.ts'
import type { RepoFile } from '../../flux/files.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { KubeReader } from '../../ports/kube.ts'
import type { Identity } from '../../sops/keys/identities.ts'
import type { SealedFile } from '../../sops/sealed/model.ts'
import { metadataOf, readSealed } from '../../sops/sealed/read.ts'
import { sideBySide } from '../side-by-side.ts'
import { type AuditedCluster, auditCluster } from './audit-cluster.ts'
import { openForAudit } from './audit-macs.ts'

export interface AuditInput {
  /** A folder in the clone. */
  readonly dir: string
  readonly identities: readonly Identity[]
  /** undefined: it is not asked. */
  readonly cluster: { readonly kube: KubeReader; readonly namespace: string; readonly context: string } | undefined
}

export interface AuditedRepository {
  readonly root: string
  readonly world: KeysWorld
}

type AuditContext = Pick<ReadContext, 'files' | 'git' | 'exec' | 'progress' | 'signal'>

/** Not read to see that they are no text. */
const BINARY = /\.(?:png|jpe?g|gif|webp|ico|pdf|zip|gz|tgz|xz|zst|bz2|7z|tar|woff2?|ttf|otf|mp[34]|mov|exe|so|dylib|jar|wasm)$/i

interface Read {
  readonly files: RepoFile[]
  readonly unreadable: KeysWorld['unreadable'][number][]
}

async function readFiles(ctx: AuditContext, root: string): Promise<Read> {
  const [tracked, walked] = await Promise.all([ctx.git.tracked(root), ctx.files.walk(root)])
  const known = new Set(tracked)
  const files: RepoFile[] = []
  const unreadable: Read['unreadable'] = []
  await sideBySide(
    walked.filter((path) => known.has(path)),
    16,
    async (path) => {
      if (BINARY.test(path)) return void unreadable.push({ path, why: 'it is no text', isBinary: true })
      try {
        files.push({ path, text: await ctx.files.readText(`${root}/${path}`) })
      } catch (error) {
        if (!(error instanceof OpsError)) throw error
        unreadable.push({ path, why: messageOf(error), isBinary: error.code === 'file-binary' })
      }
    },
  )
  return { files, unreadable }
}

async function askCluster(
  ctx: AuditContext,
  remotes: readonly string[],
  cluster: AuditInput['cluster'],
): Promise<AuditedCluster | { unread: string } | undefined> {
  if (cluster === undefined) return undefined
  try {
    ctx.progress({ waitingFor: 'the cluster' })
    return await auditCluster(cluster.kube, { ...cluster, remotes })
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { unread: messageOf(error) }
  }
}

/** Asked only where it matters: most repositories have no post-quantum recipient. */
async function sopsVersion(ctx: AuditContext, files: readonly RepoFile[]): Promise<string | undefined> {
  if (!files.some(({ text }) => text.includes('age1pq1'))) return undefined
  try {
    const { stdout } = await ctx.exec.run({
      tool: 'sops',
      args: ['--disable-version-check', '--version'],
      effect: 'read',
      allowFailure: true,
    })
    return /^sops (\d+\.\d+\.\d+)/.exec(stdout)?.[1]
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return undefined
  }
}

/** Throws OpsError `git-no-repository`; what of the cluster cannot be read is in the world. */
export async function readAuditWorld(ctx: AuditContext, input: AuditInput): Promise<AuditedRepository> {
  const root = await ctx.git.root(input.dir)
  const remotes = (await ctx.git.remotes(root)).map(({ url }) => url)
  ctx.progress({ waitingFor: 'the files of the repository' })
  const [{ files, unreadable }, cluster] = await Promise.all([readFiles(ctx, root), askCluster(ctx, remotes, input.cluster)])
  const sealed = new Map<string, SealedFile>()
  const read: ReadMetadata = (path, text) => {
    const file = readSealed(path, text)
    if (file !== undefined) sealed.set(text, file)
    return file && metadataOf(file)
  }
  const unread = cluster !== undefined && 'unread' in cluster ? cluster.unread : undefined
  const world = keysWorld(files, unreadable, read, {
    remotes,
    macOf: () => ({ status: 'skipped' }),
    keysIn: () => undefined,
    sopsVersion: await sopsVersion(ctx, files),
    cluster: cluster === undefined || 'unread' in cluster ? cluster : cluster.look,
  })
  const identities = [...input.identities, ...(cluster !== undefined && 'identities' in cluster ? cluster.identities : [])]
  const why = unread ?? (cluster === undefined ? undefined : 'the cluster has no key that could be read')
  const opened = await openForAudit(
    ctx,
    world.sealed.flatMap(({ path, text }) => fileOf(sealed, path, text)),
    identities,
    why,
  )
  return { root, world: { ...world, ...opened } }
}

/** A copy has the text of another file, and a name of its own. */
const fileOf = (byText: ReadonlyMap<string, SealedFile>, path: string, text: string): SealedFile[] => {
  const file = byText.get(text)
  return file === undefined ? [] : [{ ...file, path }]
}
