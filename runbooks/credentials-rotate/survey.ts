// What checks and plan read: which Secret is meant, what reads it, and what lies in it.
import { type ClusterSurvey, ofKind, surveyCluster } from '../../src/actions/cluster-survey.ts'
import { once } from '../../src/actions/once.ts'
import { idOf, parseId, SECRET } from '../../src/actions/resources.ts'
import { refusal } from '../../src/errors.ts'
import { secretUses } from '../../src/flux/secret-users.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import { type Data, type Kind, kindOf } from './credential.ts'
import type { CredentialsInput } from './input.ts'

export const clusterOf = (ctx: ReadContext): Promise<ClusterSurvey> =>
  once(ctx, 'cluster', () => surveyCluster(ctx.kube, ctx.target.namespace))

/** `namespace/name` of the Secret that a source reads. */
const secretOfSource = ({ metadata, spec }: KubeObject): string | undefined =>
  typeof spec?.secretRef?.name === 'string' ? `${metadata.namespace}/${spec.secretRef.name}` : undefined

const FLUX_LABEL = 'kustomize.toolkit.fluxcd.io'

/** Applied by nobody but itself: the first of what the cluster follows. */
function isRoot({ metadata }: KubeObject): boolean {
  const name = metadata.labels?.[`${FLUX_LABEL}/name`]
  return name === undefined || (name === metadata.name && metadata.labels?.[`${FLUX_LABEL}/namespace`] === metadata.namespace)
}

const secretsOf = (sources: readonly KubeObject[]): string[] =>
  [...new Set(sources.flatMap((source) => secretOfSource(source) ?? []))].sort()

function sourcesOfRoots(kustomizations: readonly KubeObject[], sources: readonly KubeObject[]): KubeObject[] {
  const followed = new Set(
    kustomizations
      .filter((object) => isRoot(object) && object.spec?.sourceRef?.kind === 'GitRepository')
      .map(({ metadata, spec }) => `${spec.sourceRef.namespace ?? metadata.namespace}/${spec.sourceRef.name}`),
  )
  return sources.filter((source) => followed.has(idOf(source)))
}

const list = (sources: readonly KubeObject[]): string[] =>
  sources.map((source) => `GitRepository ${idOf(source)} reads ${secretOfSource(source) ?? 'no Secret'}`).slice(0, 10)

/** Pure. Throws OpsError (refused) `source-unknown`, `secret-unread`, `secret-several`. */
export function chooseSecret(
  { source, secret }: Pick<CredentialsInput, 'source' | 'secret'>,
  world: { readonly sources: readonly KubeObject[]; readonly kustomizations: readonly KubeObject[]; readonly namespace: string },
): string {
  const { sources, kustomizations, namespace } = world
  const read = secretsOf(sources)
  if (secret !== undefined) {
    if (read.includes(secret)) return secret
    throw refusal('secret-unread', `no GitRepository reads Secret ${secret}: nothing could be proven`, ...list(sources))
  }
  if (source !== undefined) {
    const named = sources.find((each) => idOf(each) === source)
    const found = named && secretOfSource(named)
    if (found !== undefined) return found
    throw refusal(
      'source-unknown',
      named ? `GitRepository ${source} reads no Secret` : `there is no GitRepository ${source}`,
      ...list(sources),
    )
  }
  if (read.length === 1 && read[0] !== undefined) return read[0]
  const ofRoots = secretsOf(sourcesOfRoots(kustomizations, sources))
  const usual = `${namespace}/flux-system`
  const [only] = ofRoots.includes(usual) ? [usual] : ofRoots.length === 1 ? ofRoots : []
  if (only !== undefined) return only
  if (read.length === 0) throw refusal('source-unknown', 'no GitRepository of this cluster reads a Secret', 'flux get sources git -A')
  throw refusal('secret-several', 'more than one Secret may be meant', ...list(sources), 'name it:  --source NAMESPACE/NAME, or --secret')
}

export interface Rotated {
  readonly id: string
  readonly kind: Kind
  readonly object: KubeObject
  readonly data: Data
  readonly sources: readonly KubeObject[]
}

const addressOf = ({ spec }: KubeObject): string => String(spec?.url ?? '')

/** Throws OpsError (refused) as chooseSecret, `secret-missing`, `credential-unknown`, `source-address`, and those of a Secret that may not be read. */
export const rotatedOf = (ctx: ReadContext, input: CredentialsInput): Promise<Rotated> =>
  once(ctx, 'secret', async () => {
    const { objects } = await clusterOf(ctx)
    const all = ofKind(objects, 'GitRepository')
    const kustomizations = ofKind(objects, 'Kustomization')
    const id = chooseSecret(input, { sources: all, kustomizations, namespace: ctx.target.namespace })
    const object = await ctx.kube.get(SECRET, parseId(id))
    if (object === undefined)
      throw refusal('secret-missing', `Secret ${id} is not there`, 'flux create secret git --help   makes it', 'flux-ops recover')
    const sources = all.filter((source) => secretOfSource(source) === id)
    const odd = sources.find((source) => !/^(ssh|https?):\/\/\S+$/.test(addressOf(source)))
    if (odd !== undefined)
      throw refusal(
        'source-address',
        `GitRepository ${idOf(odd)} has an address that is neither SSH nor HTTPS: ${addressOf(odd)}`,
        'flux get sources git -A',
      )
    const data = (object.data ?? {}) as Data
    const kind = kindOf(data, sources.map(addressOf))
    if (typeof kind === 'string') return { id, kind, object, data, sources }
    throw refusal('credential-unknown', `Secret ${id} ${kind.problem}`, ...hintsFor(kind.problem))
  })

const hintsFor = (problem: string): string[] => {
  if (problem.includes('GitHub App'))
    return ['make a new key on the page of the app, put it into the Secret, then delete the old one there']
  if (problem.includes('others over HTTPS')) return ['give each sort a Secret of its own first: spec.secretRef']
  return ['kubectl get secret -o yaml shows its entries', 'credentials of clouds, provider azure or aws, are rotated where they come from']
}

export interface Users {
  /** Automations that push with it, and the address that they push to. */
  readonly pushing: readonly { readonly where: string; readonly url: string }[]
  /** Whatever else names the Secret. `breaks`: it would lose its credential with the rotation, or get another one. */
  readonly others: readonly { readonly where: string; readonly path: string; readonly breaks: boolean }[]
}

/** A FluxInstance hands the name on to the source that it makes. */
const handsOn = (kind: string, path: string): boolean => kind === 'FluxInstance' && path === 'spec.sync.pullSecret'

export async function usersOf(ctx: ReadContext, input: CredentialsInput): Promise<Users> {
  const [{ objects, fluxInstances }, { id, sources }] = await Promise.all([clusterOf(ctx), rotatedOf(ctx, input)])
  const instances = fluxInstances.map((each) => ({ ...each, kind: 'FluxInstance' }))
  const uses = secretUses(id, [...objects, ...instances]).filter(
    ({ object, path }) => object.kind !== 'GitRepository' || path !== 'spec.secretRef',
  )
  const pushing = ofKind(objects, 'ImageUpdateAutomation').flatMap((object) => {
    const { kind = 'GitRepository', name, namespace = object.metadata.namespace } = object.spec?.sourceRef ?? {}
    const source = sources.find((each) => kind === 'GitRepository' && idOf(each) === `${namespace}/${name}`)
    return source === undefined ? [] : [{ where: `ImageUpdateAutomation ${idOf(object)}`, url: addressOf(source) }]
  })
  const others = uses.map(({ object, where, path }) => ({ where, path, breaks: !handsOn(object.kind, path) }))
  return { pushing, others }
}

export const sourcesOf = ({ sources }: Rotated): { id: string; url: string; suspended: boolean }[] =>
  sources.map((source) => ({ id: idOf(source), url: addressOf(source), suspended: source.spec?.suspend === true }))
