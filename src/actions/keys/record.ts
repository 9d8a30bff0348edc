// What the cluster remembers of a backup or a drill: on the Secret itself, because the record has to live with the keys it is about.
import { messageOf, OpsError } from '../../errors.ts'
import { BACKUP_ANNOTATION, DRILL_ANNOTATION } from '../../flux/age-backup.ts'
import type { Context } from '../../ports/context.ts'
import { parseId, SECRET } from '../resources.ts'
import type { ClusterKeys } from './cluster-keys.ts'
import type { DrillReport } from './drill-report.ts'

export interface Recorded {
  /** Ids of the Secrets that remember it. */
  readonly ids: readonly string[]
  /** Why others do not. */
  readonly problems: readonly string[]
}

/** Not the manager that restores keys: one entry of managedFields has one time, and a record would look like a change of the keys. */
const FIELD_MANAGER = 'flux-ops-record'

async function annotate(
  { kube }: Pick<Context, 'kube'>,
  all: readonly ClusterKeys[],
  annotations: Record<string, string>,
): Promise<Recorded> {
  const [ids, problems]: [string[], string[]] = [[], []]
  for (const { id, object } of all) {
    // Of the Secret that was read, and of no later state of it.
    const metadata = { annotations, resourceVersion: object?.metadata.resourceVersion }
    try {
      await kube.patch(SECRET, parseId(id), 'merge', { metadata }, { fieldManager: FIELD_MANAGER, metadataOnly: true })
      ids.push(id)
    } catch (error) {
      if (!(error instanceof OpsError)) throw error
      problems.push(messageOf(error))
    }
  }
  return { ids, problems }
}

/** Only called for a backup that was opened again. `at`: RFC 3339, when the keys were read: what was written to a Secret since is not in it. */
export const recordBackup = (ctx: Pick<Context, 'kube'>, secrets: readonly ClusterKeys[], at: string): Promise<Recorded> =>
  annotate(
    ctx,
    secrets.filter(({ entries }) => entries.some(({ identities }) => identities.length > 0)),
    { [BACKUP_ANNOTATION]: at },
  )

/** On Secrets all of whose keys the backup has. Only called for a drill that passed. `secrets`: as the drill read them. */
export function recordDrill(ctx: Pick<Context, 'kube'>, { at, cluster }: DrillReport, secrets: readonly ClusterKeys[]): Promise<Recorded> {
  const proven = (cluster?.secrets ?? []).filter(({ recipients, notBackedUp }) => recipients.length > 0 && notBackedUp.length === 0)
  return annotate(
    ctx,
    secrets.filter(({ id }) => proven.some((one) => one.id === id)),
    { [BACKUP_ANNOTATION]: at, [DRILL_ANNOTATION]: at },
  )
}
