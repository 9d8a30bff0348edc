// Helm's record of an operation that was cut short is taken away; a copy stays in the cluster, under a name that Helm does not look at. helm-controller does
// better by itself since Flux 2.2: it marks the release as failed and goes on.
import { SECRET } from '../../../src/actions/resources.ts'
import { refusal } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject, ObjectName } from '../../../src/ports/kube.ts'
import type { Fix } from '../plan-schema.ts'
import { askAfter, askedProof, askLine, wasAsked } from './ask.ts'
import { addressOf, type Doing, type Found, labelAt, nameAt, readAt, verbs } from './remedy.ts'

const KEPT = 'flux-ops-kept.'

const isPending = ({ metadata }: KubeObject): boolean => metadata.labels?.status?.startsWith('pending-') === true

/** Number of a release; 0 where it does not tell. */
const revisionOf = ({ metadata }: KubeObject): number => Number(metadata.labels?.version ?? 0) || 0

/** Source: GetReleaseName and GetStorageNamespace in fluxcd/helm-controller api/v2. */
const releaseOf = ({ metadata, spec, status }: KubeObject): { release: string; namespace: string } => {
  const named = typeof spec?.releaseName === 'string' && spec.releaseName !== '' ? spec.releaseName : undefined
  const release = named ?? [spec?.targetNamespace, metadata.name].filter((part) => typeof part === 'string' && part !== '').join('-')
  return { release, namespace: status?.storageNamespace ?? spec?.storageNamespace ?? metadata.namespace ?? '' }
}

const records = (ctx: ReadContext, namespace: string, release: string): Promise<KubeObject[]> =>
  ctx.kube.list(SECRET, { namespace, labelSelector: `owner=helm,name=${release}`, metadataOnly: true })

async function details(ctx: ReadContext, { fix, object }: Found): Promise<Fix> {
  const { release, namespace } = releaseOf(object)
  const [newest] = (await records(ctx, namespace, release)).sort((a, b) => revisionOf(b) - revisionOf(a))
  if (newest === undefined || !isPending(newest))
    throw refusal(
      'not-pending',
      `the newest record of release ${namespace}/${release} is not pending: nothing is locked`,
      'flux-ops recover',
    )
  return { ...fix, to: addressOf(SECRET, { ...newest, kind: 'Secret' }), keptAs: `${KEPT}${newest.metadata.name}` }
}

const partsOf = ({ to, keptAs }: Fix): { to: NonNullable<Fix['to']>; kept: ObjectName } => {
  if (to === undefined || keptAs === undefined) throw refusal('no-record', 'the plan names no record of Helm', 'flux-ops recover')
  return { to, kept: { name: keptAs, namespace: to.namespace } }
}

const copyOf = (secret: KubeObject, metadata: KubeObject['metadata']): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata,
  type: secret.type,
  data: secret.data,
})

export const dropRelease: Doing = {
  title: (fix) => `take Helm's record ${labelAt(partsOf(fix).to)} away`,
  why: () => 'an operation that nobody is at any more locks the release',
  details,
  preview: (fix, token) => [`copy ${labelAt(partsOf(fix).to)} to ${fix.keptAs}`, `delete ${labelAt(partsOf(fix).to)}`, askLine(fix, token)],
  isDone: async (ctx, fix, token) => (await readAt(ctx, partsOf(fix).to)) === undefined && (await wasAsked(ctx, fix, token)),
  run: async (ctx, fix, token) => {
    const { to, kept } = partsOf(fix)
    const record = await readAt(ctx, to)
    if (record !== undefined) {
      if (!isPending(record))
        throw refusal('not-pending', `${labelAt(to)} is ${record.metadata.labels?.status}: it is left`, 'flux-ops recover')
      // Its labels are what Helm finds it by, so the copy keeps them as an annotation.
      const annotations = { 'flux-ops.dev/labels': JSON.stringify(record.metadata.labels ?? {}) }
      if ((await ctx.kube.get(SECRET, kept, { metadataOnly: true })) === undefined)
        await ctx.kube.create(SECRET, copyOf(record, { ...kept, annotations } as KubeObject['metadata']))
      await ctx.kube.delete(SECRET, nameAt(to))
    }
    await askAfter(ctx, fix, token)
    return { kept: `${kept.namespace}/${kept.name}` }
  },
  undo: async (ctx, fix) => {
    const { to, kept } = partsOf(fix)
    const copy = await ctx.kube.get(SECRET, kept)
    // What has come since counts more than what was kept.
    if (copy === undefined || (await ctx.kube.get(SECRET, nameAt(to), { metadataOnly: true })) !== undefined) return
    const labels = JSON.parse(copy.metadata.annotations?.['flux-ops.dev/labels'] ?? '{}')
    const later = await records(ctx, to.namespace ?? '', labels.name ?? '')
    if (later.some((one) => revisionOf(one) >= Number(labels.version))) return
    await ctx.kube.create(SECRET, copyOf(copy, { ...nameAt(to), labels } as KubeObject['metadata']))
    await ctx.kube.delete(SECRET, kept)
  },
  undoPreview: (fix) => [`copy ${fix.keptAs} back to ${labelAt(partsOf(fix).to)}, unless there is a newer record`],
  needs: (namespace) => verbs({ ...SECRET, namespace }, 'get', 'list', 'create', 'delete'),
  proof: askedProof,
}
