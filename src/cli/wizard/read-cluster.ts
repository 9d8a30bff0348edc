// What answers behind a context: which cluster, and whether a Flux is there and what it follows. Reads only.
import { DEPLOYMENT, idOf } from '../../actions/resources.ts'
import { messageOf, OpsError } from '../../errors.ts'
import { controllersOf, installedFlux } from '../../flux/installed.ts'
import { keptBy } from '../../flux/kept-by.ts'
import type { KubeObject, KubeReader } from '../../ports/kube.ts'
import type { ClusterFacts, FluxFacts } from './facts.ts'

export type ClusterReader = Pick<KubeReader, 'identity' | 'list' | 'kinds'>

const GROUPS = ['kustomize.toolkit.fluxcd.io', 'source.toolkit.fluxcd.io']
const KINDS = ['Kustomization', 'GitRepository']
const APPLIED_BY = 'kustomize.toolkit.fluxcd.io/name'
const MOST = 500
const MOST_TOLD = 3

const folder = (path: unknown): string => (typeof path === 'string' ? path.replace(/^(\.?\/)+/, '').replace(/\/+$/, '') || '.' : '.')

/** Applied from outside, or by itself: where what Flux follows begins. */
const isRoot = ({ metadata, spec }: KubeObject): boolean => {
  const by = metadata.labels?.[APPLIED_BY]
  return spec?.sourceRef?.kind === 'GitRepository' && (by === undefined || by === metadata.name)
}

function follows(root: KubeObject, objects: readonly KubeObject[]): string {
  const { name, namespace = root.metadata.namespace } = root.spec.sourceRef
  const source = objects.find((each) => each.kind === 'GitRepository' && idOf(each) === `${namespace}/${name}`)
  const url = typeof source?.spec?.url === 'string' ? source.spec.url : `GitRepository ${name}`
  return `follows ${folder(root.spec?.path)} of ${url} (${idOf(root)})`
}

async function fluxObjects(kube: ClusterReader, namespaces: readonly string[]): Promise<KubeObject[]> {
  const kinds = (await kube.kinds(GROUPS)).filter(({ kind }) => KINDS.includes(kind))
  const lists = await Promise.all(
    kinds.flatMap((kind) =>
      namespaces.map(async (namespace) => {
        const objects = await kube.list(kind, { namespace, atMost: MOST })
        return objects.map((each) => ({ ...each, kind: kind.kind, apiVersion: `${kind.group}/${kind.version}` }))
      }),
    ),
  )
  return lists.flat()
}

async function readFlux(kube: ClusterReader, namespace: string): Promise<FluxFacts> {
  const labelled = await kube.list(DEPLOYMENT, { labelSelector: 'app.kubernetes.io/part-of=flux', atMost: MOST })
  const usual = labelled.length > 0 ? [] : await kube.list(DEPLOYMENT, { namespace, atMost: MOST })
  const deployments = [...labelled, ...usual]
  const controllers = controllersOf(deployments)
  if (controllers.length === 0) return { status: 'none' }
  const namespaces = [...new Set(controllers.map(({ namespace }) => namespace))]
  const { objects, unread } = await fluxObjects(kube, namespaces).then(
    (found) => ({ objects: found, unread: undefined }),
    (error: unknown) => {
      if (!(error instanceof OpsError)) throw error
      return { objects: [], unread: messageOf(error) }
    },
  )
  const installed = installedFlux(deployments, [])
  const roots = objects.filter((each) => each.kind === 'Kustomization' && isRoot(each))
  const paths = [...new Set(roots.map(({ spec }) => folder(spec?.path)))]
  return {
    status: 'there',
    says: [
      `${installed.status === 'found' ? `Flux ${installed.version}` : 'a Flux of no one release'} in ${namespaces.join(', ')}`,
      ...(unread === undefined ? [keptBy(objects, deployments).says] : [`? what it follows could not be read: ${unread}`]),
      ...roots.slice(0, MOST_TOLD).map((root) => follows(root, objects)),
    ],
    path: paths.length === 1 ? paths[0] : undefined,
  }
}

/** Never throws an OpsError: what could not be had is `unknown`. */
export async function readCluster(kube: ClusterReader, context: string, namespace = 'flux-system'): Promise<ClusterFacts> {
  try {
    const { server, version, uid } = await kube.identity()
    const flux = await readFlux(kube, namespace).catch((error: unknown): FluxFacts => {
      if (!(error instanceof OpsError)) throw error
      return { status: 'unknown', why: messageOf(error) }
    })
    return { status: 'seen', context, server, version, uid, flux }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { status: 'unknown', context, why: messageOf(error) }
  }
}
