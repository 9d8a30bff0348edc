// What decrypts in the cluster, and with which Secret, as it is now: a run may wait for weeks, and others go on.
import { readDeployments } from '../../../src/actions/cluster-survey.ts'
import { type ClusterKeys, importedIdentities, readClusterKeys } from '../../../src/actions/keys/cluster-keys.ts'
import { idOf, parseId, resourceOfObject, SECRET } from '../../../src/actions/resources.ts'
import { readFluxObject } from '../../../src/actions/sync-source.ts'
import { OpsError } from '../../../src/errors.ts'
import { type KeySecret, keySecrets } from '../../../src/flux/age-backup.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import type { RotateView } from '../plan-facts.ts'
import type { RotatePlan } from '../plan-schema.ts'
import { holds, type KeysAtHand } from './key-secrets.ts'

interface Decryption {
  readonly kustomizations: readonly KubeObject[]
  readonly deployments: readonly KubeObject[]
  readonly secrets: readonly KeySecret[]
}

async function versionOf(ctx: ReadContext, { kustomizations: [first] }: RotatePlan): Promise<string> {
  if (first !== undefined)
    try {
      return (await readFluxObject(ctx.kube, 'Kustomization', first)).apiVersion
    } catch (error) {
      if (!(error instanceof OpsError) || error.code !== 'object-missing') throw error
    }
  return 'kustomize.toolkit.fluxcd.io/v1'
}

export async function decryption(ctx: ReadContext, plan: RotatePlan): Promise<Decryption> {
  const apiVersion = await versionOf(ctx, plan)
  const resource = resourceOfObject({ apiVersion, kind: 'Kustomization', metadata: { name: '' } })
  const [listed, deployments] = await Promise.all([ctx.kube.list(resource), readDeployments(ctx.kube, plan.namespace)])
  const kustomizations = listed.map((object) => ({ ...object, apiVersion, kind: 'Kustomization' }))
  return { kustomizations, deployments, secrets: keySecrets(kustomizations, deployments) }
}

/** `namespace/name` of the GitRepository that a Kustomization applies; empty for any other source. */
export const sourceOf = ({ metadata, spec }: KubeObject): string => {
  const { kind, name, namespace = metadata.namespace } = spec?.sourceRef ?? {}
  return kind === 'GitRepository' ? `${namespace}/${name}` : ''
}

/** Secrets with the old key and without the new one. */
async function secretsOf(ctx: ReadContext, { plan }: RotateView, { next }: KeysAtHand, now: Decryption): Promise<string[]> {
  const others = now.secrets.filter(({ id }) => !plan.secrets.includes(id)).map(({ id }) => id)
  if (others.length === 0) return []
  const read = await readClusterKeys(ctx.kube, { objects: now.kustomizations, deployments: now.deployments }, others)
  // By its recipient: somebody may have taken it out of the Secrets that were planned.
  const holdsOld = (secret: ClusterKeys): boolean => importedIdentities(secret).some(({ recipient }) => recipient === plan.old)
  const lines: string[] = []
  for (const secret of read) {
    const [problem] = secret.problems
    // One that is not there opens nothing, with or without a rotation.
    if (problem !== undefined && (secret.object !== undefined || (await ctx.kube.get(SECRET, parseId(secret.id))) !== undefined))
      lines.push(`${problem}; whether it holds the old key is not known`)
    else if (holdsOld(secret) && !(next !== undefined && holds(secret, next)))
      lines.push(`Secret ${secret.id} holds the old key alone, and ${secret.usedBy.join(', ')} decrypts with it`)
  }
  return lines
}

/** What decrypts with one of the Secrets and applies another repository, whose files nobody has seen. */
function usersOf({ plan }: RotateView, { kustomizations, secrets }: Decryption): string[] {
  const known = new Set(plan.kustomizations)
  const byId = new Map(kustomizations.map((object) => [`Kustomization ${idOf(object)}`, object]))
  return secrets
    .filter(({ id }) => plan.secrets.includes(id))
    .flatMap(({ id, usedBy }) =>
      usedBy
        .flatMap((user) => byId.get(user) ?? [])
        .filter((object) => !known.has(idOf(object)) && !plan.sources.includes(sourceOf(object)))
        .map((object) => `Kustomization ${idOf(object)} decrypts with Secret ${id}, and applies another source`),
    )
}

/** Who needs the old key and was not there when the rotation was planned, a line each. */
export async function latecomers(ctx: ReadContext, view: RotateView, keys: KeysAtHand): Promise<string[]> {
  const now = await decryption(ctx, view.plan)
  return [...(await secretsOf(ctx, view, keys, now)), ...usersOf(view, now)]
}
