// What an audit of keys takes from a cluster: the Kustomizations that apply this repository, and of the Secrets with keys the names of their entries and
// the recipients of what is in them. Private keys are handed on apart, for those who open files with them.
import type { ClusterLook, KeyEntry, KeySecretLook } from '../../audit/keys/world.ts'
import { messageOf, OpsError } from '../../errors.ts'
import { fallbackUnknown, globalSecret, keySecrets } from '../../flux/age-backup.ts'
import { controllersOf } from '../../flux/installed.ts'
import { keyOf, syncedPaths } from '../../flux/synced-paths.ts'
import type { KubeObject, KubeReader } from '../../ports/kube.ts'
import { type Identity, parseIdentities } from '../../sops/keys/identities.ts'
import { ofKind, readCrds, readDeployments, readObjects } from '../cluster-survey.ts'
import { parseId, SECRET } from '../resources.ts'
import { sideBySide } from '../side-by-side.ts'

export interface AuditedCluster {
  readonly look: ClusterLook
  /** Every key that was found, under whatever name: to see whether files are whole, any will do. */
  readonly identities: readonly Identity[]
}

interface ReadSecret {
  readonly look: KeySecretLook['look']
  readonly identities: readonly Identity[]
}

async function readEntry(id: string, name: string, value: string): Promise<{ entry: KeyEntry; identities: readonly Identity[] }> {
  try {
    const identities = await parseIdentities(Buffer.from(value, 'base64').toString('utf8'), `Secret ${id}, entry ${name}`)
    const recipients = identities.flatMap(({ recipient }) => recipient ?? [])
    return {
      entry: { name, recipients: identities.length === 0 ? undefined : recipients },
      identities,
    }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { entry: { name, recipients: undefined }, identities: [] }
  }
}

async function elsewhereOf(kube: KubeReader, id: string): Promise<string[]> {
  try {
    const found = await kube.list(SECRET, { metadataOnly: true, fieldSelector: `metadata.name=${parseId(id).name}` })
    return found.map(keyOf)
  } catch (error) {
    // Who may not list Secrets is told that it is missing, and not where else it is.
    if (!(error instanceof OpsError)) throw error
    return []
  }
}

async function readSecret(kube: KubeReader, id: string): Promise<ReadSecret> {
  try {
    const secret = await kube.get(SECRET, parseId(id))
    if (secret === undefined) return { look: { status: 'missing', elsewhere: await elsewhereOf(kube, id) }, identities: [] }
    const data = Object.entries((secret.data ?? {}) as Record<string, string>).sort(([one], [other]) => (one < other ? -1 : 1))
    const read = await Promise.all(data.map(([name, value]) => readEntry(id, name, value)))
    return { look: { status: 'found', entries: read.map(({ entry }) => entry) }, identities: read.flatMap(({ identities }) => identities) }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { look: { status: 'unread', why: messageOf(error) }, identities: [] }
  }
}

const KINDS = ['Kustomization', 'GitRepository']

async function readFlux(kube: KubeReader): Promise<KubeObject[]> {
  const { crds } = await readCrds(kube)
  return await readObjects(
    kube,
    crds.filter(({ kind, group }) => KINDS.includes(kind) && group.endsWith('.toolkit.fluxcd.io')),
  )
}

/** `remotes`: addresses of the clone. Throws OpsError where the cluster cannot be read; a single Secret that cannot be read is in the look. */
export async function auditCluster(
  kube: KubeReader,
  of: { readonly namespace: string; readonly context: string; readonly remotes: readonly string[] },
): Promise<AuditedCluster> {
  const [objects, deployments] = await Promise.all([readFlux(kube), readDeployments(kube, of.namespace)])
  const kustomizations = ofKind(objects, 'Kustomization')
  const byKey = new Map(kustomizations.map((object) => [keyOf(object), object]))
  const paths = syncedPaths({ kustomizations, gitRepositories: ofKind(objects, 'GitRepository') }, of.remotes)
  const fallback = globalSecret(deployments)
  const secrets = await sideBySide(keySecrets(objects, deployments), 8, async ({ id, usedBy }) => ({
    id,
    usedBy,
    ...(await readSecret(kube, id)),
  }))
  return {
    look: {
      context: of.context,
      applied: paths.map(({ kustomization, path }) => ({ kustomization: byKey.get(kustomization) as KubeObject, folder: path })),
      kustomizations: kustomizations.map(({ metadata }) => metadata.name),
      keySecrets: secrets.map(({ id, usedBy, look }) => ({ id, usedBy, isGlobal: id === fallback, look })),
      globalSecret: fallback,
      fallbackUnknown: fallbackUnknown(objects, deployments),
      kustomizeController: controllersOf(deployments).find(({ component }) => component === 'kustomize-controller')?.tag,
    },
    identities: secrets.flatMap(({ identities }) => identities),
  }
}
