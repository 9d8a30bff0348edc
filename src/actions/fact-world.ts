// What the facts of the releases are judged on: the survey that the checks share, and of a few Secrets the names of their keys.
import { messageOf, OpsError } from '../errors.ts'
import type { FactWorld, ReleaseFact, SecretLook } from '../flux/catalogue/facts/index.ts'
import type { RepoFile } from '../flux/files.ts'
import type { KubeReader } from '../ports/kube.ts'
import type { ClusterSurvey } from './cluster-survey.ts'
import { parseId, SECRET } from './resources.ts'
import { sideBySide } from './side-by-side.ts'

const LIMIT = 8

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

export async function factWorld(
  kube: KubeReader,
  { objects, deployments }: ClusterSurvey,
  files: readonly RepoFile[],
  facts: readonly ReleaseFact[],
): Promise<FactWorld> {
  const wanted = [...new Set(facts.flatMap((fact) => fact.secrets?.(objects) ?? []))]
  const looks = await sideBySide(wanted, LIMIT, async (id) => [id, await lookAt(kube, id)] as const)
  return { objects, deployments, files, secrets: new Map(looks) }
}
