// What follows from a cluster and a clone together: how Flux is installed, and what of the clone the cluster applies.
import { refusal } from '../errors.ts'
import { detectStyle, type Style, type SyncedPath, syncedPaths } from '../flux/styles.ts'
import { type ClusterSurvey, clusterEvidence } from './cluster-survey.ts'
import type { RepositorySurvey } from './repository-survey.ts'

const remotesOf = ({ upstream }: RepositorySurvey): string[] => (upstream === undefined ? [] : [upstream.url])

/** The version that runs. Throws OpsError (refused) `flux-version-unclear`. */
export function liveVersion({ installed }: ClusterSurvey): string {
  if (installed.status === 'found') return installed.version
  throw refusal('flux-version-unclear', 'the cluster does not run one version of Flux', 'flux check')
}

export const styleOf = (cluster: ClusterSurvey, repository: RepositorySurvey): Style =>
  detectStyle(clusterEvidence(cluster), { files: repository.files, remotes: remotesOf(repository) })

/** What the cluster applies of this clone: of the branch that is checked out, where it follows that one. Otherwise check repository-branch says so. */
export function syncedOf(cluster: ClusterSurvey, repository: RepositorySurvey): SyncedPath[] {
  const all = syncedPaths(clusterEvidence(cluster), remotesOf(repository))
  const ours = all.filter((each) => each.branch === undefined || each.branch === repository.upstream?.branch)
  return ours.length > 0 ? ours : all
}
