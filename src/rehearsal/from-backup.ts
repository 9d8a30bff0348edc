// The same that is read of a live cluster, out of the backup that a run has made: what was in the cluster when the run began. No cluster is asked.
import { parseAllDocuments } from 'yaml'
import { type BackupIndex, intact, readIndex } from '../actions/backup.ts'
import { NAMESPACE, NAMESPACE_KINDS } from '../actions/resources.ts'
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, OWN_TO_KUBERNETES } from '../actions/system-objects.ts'
import { OpsError, usageError } from '../errors.ts'
import type { Kept } from '../flux/installation/content.ts'
import { secretsNamedBy } from '../flux/installation/references.ts'
import type { ReadContext } from '../ports/context.ts'
import type { KubeObject, Resource } from '../ports/kube.ts'
import type { Captured } from './captured.ts'

export interface BackedUp {
  readonly captured: Captured
  /** Of the repository, when the backup was made. */
  readonly commit: string
}

const MANIFESTS = 'manifests/old.yaml'
const CRDS = 'backup/crds.json'
const OBJECTS = 'backup/flux-objects.json'
const OF_NAMESPACE = 'backup/namespace.json'

type Reader = Pick<ReadContext, 'files'>

async function indexIn(ctx: Reader, dir: string): Promise<BackupIndex> {
  const index = await readIndex(ctx, dir)
  if (index === undefined)
    throw usageError(
      'backup-missing',
      `${dir} holds no backup of a run`,
      'flux-ops runs list',
      'give the folder of a run: it has backup/index.json',
    )
  for (const path of [CRDS, OBJECTS, OF_NAMESPACE, MANIFESTS]) {
    if (!(await intact(ctx, dir, index, path)))
      throw new OpsError({
        code: 'backup-broken',
        message: `${dir}/${path} is not what the backup's index says`,
        hints: ['take another backup: flux-ops runs list'],
        exit: 'usage',
      })
  }
  return index
}

async function itemsOf(ctx: Reader, path: string): Promise<KubeObject[]> {
  const text = await ctx.files.readText(path)
  return (JSON.parse(text) as { items: KubeObject[] }).items
}

const found = (objects: readonly KubeObject[], resources: readonly Resource[]): Kept[] =>
  objects.flatMap((object) => {
    const resource = resources.find(({ kind }) => kind === object.kind)
    return resource === undefined || OWN_TO_KUBERNETES.has(`${object.kind} ${object.metadata.name}`) ? [] : [{ resource, object }]
  })

/** `dir`: folder of a run, or `backup` in it. Throws OpsError (usage) where there is no backup, or one that was changed. */
export async function readBackup(ctx: Reader, given: string): Promise<BackedUp> {
  const dir = given.replace(/\/+$/, '').replace(/\/backup$/, '')
  const { namespace, commit } = await indexIn(ctx, dir)
  const [crds, objects, system, manifests] = await Promise.all([
    itemsOf(ctx, `${dir}/${CRDS}`),
    itemsOf(ctx, `${dir}/${OBJECTS}`),
    itemsOf(ctx, `${dir}/${OF_NAMESPACE}`),
    ctx.files.readText(`${dir}/${MANIFESTS}`),
  ])
  // Roles are of no namespace: they are taken from what was applied.
  const rendered = parseAllDocuments(manifests).map((document) => document.toJS() as KubeObject | null)
  const roles = found(
    rendered.filter((object) => object !== null),
    [CLUSTER_ROLE, CLUSTER_ROLE_BINDING],
  )
  const own = found(system, [NAMESPACE, ...NAMESPACE_KINDS]).filter(({ resource }) => resource !== NAMESPACE)
  const secrets = secretsNamedBy(objects).map(({ namespace, name }) => ({ namespace, name, type: 'Opaque', keys: undefined }))
  return { captured: { namespace, crds, objects, system: [...own, ...roles], secrets }, commit }
}
