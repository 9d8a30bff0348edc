// The keys that a backup is made of: from Secrets of the cluster, from key files, or from both.
import { basename } from 'node:path'
import { ofKind, surveyCluster } from '../../actions/cluster-survey.ts'
import { type ClusterKeys, readClusterKeys } from '../../actions/keys/cluster-keys.ts'
import { parseId } from '../../actions/resources.ts'
import { OpsError } from '../../errors.ts'
import { fallbackUnknown } from '../../flux/age-backup.ts'
import type { KeyBundle, KeySet } from '../../sops/keys/bundle.ts'
import { parseIdentities } from '../../sops/keys/identities.ts'
import type { KeysWorld } from './open-world.ts'

export interface Collected {
  readonly bundle: KeyBundle
  /** What the Secrets of the cluster hold; [] without a cluster. */
  readonly secrets: readonly ClusterKeys[]
}

const setsOf = (keys: ClusterKeys): KeySet[] =>
  keys.entries.map(({ name, identities }) => {
    const { namespace = '', name: secret } = parseId(keys.id)
    return { source: { kind: 'secret', namespace, name: secret, entry: name }, identities }
  })

/** A backup without a key that could not be read would be taken for whole. */
function assertWhole(secrets: readonly ClusterKeys[], unknown: string | undefined): void {
  const [problem] = [...secrets.flatMap(({ problems }) => problems), ...(unknown === undefined ? [] : [unknown])]
  if (problem !== undefined)
    throw new OpsError({
      code: 'keys-unread',
      message: `not every key of the cluster could be read: ${problem}`,
      hints: ['name the Secrets to back up by --secret namespace/name, or mend this one first'],
      exit: 'checks',
    })
}

export async function collectKeys(
  world: KeysWorld,
  request: { readonly secrets: readonly string[]; readonly keyFiles: readonly string[] },
): Promise<Collected> {
  const taken = world.ctx.clock.now().toISOString()
  const fromFiles = await Promise.all(
    request.keyFiles.map(
      async (path): Promise<KeySet> => ({
        source: { kind: 'file', name: basename(path) },
        identities: await parseIdentities(await world.ctx.files.readText(path), path),
      }),
    ),
  )
  if (world.cluster === undefined) return { bundle: { cluster: undefined, taken, sets: fromFiles }, secrets: [] }
  world.ctx.progress({ waitingFor: 'the cluster' })
  const { kube } = world.cluster.world
  const [{ uid, context }, survey] = await Promise.all([kube.identity(), surveyCluster(kube, world.cluster.target.namespace)])
  const cluster = { objects: ofKind(survey.objects, 'Kustomization'), deployments: survey.deployments }
  const secrets = await readClusterKeys(kube, cluster, request.secrets)
  assertWhole(secrets, request.secrets.length > 0 ? undefined : fallbackUnknown(survey.objects, survey.deployments))
  return { bundle: { cluster: { name: context, uid }, taken, sets: [...secrets.flatMap(setsOf), ...fromFiles] }, secrets }
}
