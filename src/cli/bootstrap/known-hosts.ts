// Host keys of the git server that a person vouches for: lines of a known_hosts of theirs, or what the server shows where its fingerprint is in the file.
import { hostName, linesOf, type SshPlace, shownKeys, sshPlace } from '../../actions/host-keys.ts'
import type { ClusterFile } from '../../cluster-file/schema.ts'
import { refusal } from '../../errors.ts'
import type { ReadContext } from '../../ports/context.ts'

type Tools = Pick<ReadContext, 'exec' | 'files'>

async function fromFile({ files }: Tools, place: SshPlace, path: string): Promise<string[]> {
  const found = linesOf(await files.readText(path), place)
  if (found.length > 0) return found
  throw refusal(
    'host-unknown',
    `${path} has no key of ${hostName(place)}`,
    `ssh-keyscan -p ${place.port} ${place.host}   shows what answers there: compare it with what the provider publishes before you add it`,
  )
}

async function fromFingerprints(tools: Tools, place: SshPlace, wanted: readonly string[]): Promise<string[]> {
  const shown = await shownKeys(tools, place)
  const known = shown.filter(({ fingerprint }) => wanted.includes(fingerprint))
  if (known.length > 0) return known.map(({ line }) => line)
  throw refusal(
    'host-key-other',
    `${hostName(place)} shows none of the host keys that the file names (git.auth.ssh.hostKeys)`,
    'is it the right server?  somebody may stand between you and it',
    'compare the file with what the provider publishes, and not with what the server shows',
  )
}

/** [] where nothing is fetched over SSH. Throws OpsError (refused) `host-unknown`, `host-key-other`, `host-silent`. */
export async function pinnedHosts(tools: Tools, { git }: Pick<ClusterFile, 'git'>): Promise<string[]> {
  const place = sshPlace(git.url ?? '')
  const ssh = git.auth?.ssh
  if (place === undefined || ssh === undefined) return []
  if (ssh.knownHostsFile !== undefined) return fromFile(tools, place, ssh.knownHostsFile)
  return fromFingerprints(tools, place, ssh.hostKeys ?? [])
}
