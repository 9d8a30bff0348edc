// What the facts of the releases are judged on: the survey that the checks share, of a few Secrets the names of their keys, and of
// releases what their charts bring twice.
import { messageOf, OpsError } from '../errors.ts'
import type { FactWorld, RecordLook, ReleaseFact, SecretLook } from '../flux/catalogue/facts/index.ts'
import type { RepoFile } from '../flux/files.ts'
import { broughtTwice } from '../flux/release-hooks.ts'
import type { KubeObject, KubeReader } from '../ports/kube.ts'
import type { ClusterSurvey } from './cluster-survey.ts'
import { recordOf } from './helm-release.ts'
import { idOf, parseId, SECRET } from './resources.ts'
import { sideBySide } from './side-by-side.ts'

const LIMIT = 8
/** A record is up to a MiB, and some ten times that when it is read. */
const RECORDS_LIMIT = 4

async function lookAt(kube: KubeReader, id: string): Promise<SecretLook> {
  try {
    const secret = await kube.get(SECRET, parseId(id))
    return secret === undefined ? { missing: true } : { keys: Object.keys(secret.data ?? {}) }
  } catch (error) {
    // Not to be read is an answer for one fact and not a failure of all the others.
    if (!(error instanceof OpsError)) throw error
    return { unread: messageOf(error) }
  }
}

async function lookThrough(kube: KubeReader, release: KubeObject): Promise<RecordLook> {
  // Helm keeps it where it installs.
  if (release.spec?.kubeConfig !== undefined) return { unread: 'it is kept in another cluster' }
  try {
    return { twice: broughtTwice(await recordOf(kube, release)) }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { unread: messageOf(error) }
  }
}

export async function factWorld(
  kube: KubeReader,
  { objects, deployments }: ClusterSurvey,
  files: readonly RepoFile[],
  facts: readonly ReleaseFact[],
): Promise<FactWorld> {
  const wanted = [...new Set(facts.flatMap((fact) => fact.secrets?.(objects) ?? []))]
  const looks = await sideBySide(wanted, LIMIT, async (id) => [id, await lookAt(kube, id)] as const)
  const releases = [...new Set(facts.flatMap((fact) => fact.records?.(objects) ?? []))]
  const records = await sideBySide(releases, RECORDS_LIMIT, async (release) => [idOf(release), await lookThrough(kube, release)] as const)
  return { objects, deployments, files, secrets: new Map(looks), records: new Map(records) }
}
