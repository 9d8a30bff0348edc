// What the cluster remembers of a drill: on the Secret itself, because the record has to live with the keys it is about.
import { BACKUP_ANNOTATION, DRILL_ANNOTATION } from '../../flux/age-backup.ts'
import type { Context } from '../../ports/context.ts'
import { parseId, SECRET } from '../resources.ts'
import type { DrillReport } from './drill.ts'

const annotate = async (
  { kube }: Pick<Context, 'kube'>,
  ids: readonly string[],
  annotations: Record<string, string>,
): Promise<string[]> => {
  for (const id of ids)
    await kube.patch(SECRET, parseId(id), 'merge', { metadata: { annotations } }, { fieldManager: 'flux-ops', metadataOnly: true })
  return [...ids]
}

/** Only called for a backup that was opened again. `at`: RFC 3339, when the keys were read: what was written to a Secret since is not in it. */
export const recordBackup = (ctx: Pick<Context, 'kube'>, ids: readonly string[], at: string): Promise<string[]> =>
  annotate(ctx, ids, { [BACKUP_ANNOTATION]: at })

/** Ids of the Secrets that were annotated: those all of whose identities the backup has. Only called for a drill that passed. */
export async function recordDrill(ctx: Pick<Context, 'kube'>, { at, cluster }: DrillReport): Promise<string[]> {
  const proven = (cluster?.secrets ?? []).filter(({ recipients, notBackedUp }) => recipients.length > 0 && notBackedUp.length === 0)
  return annotate(
    ctx,
    proven.map(({ id }) => id),
    { [BACKUP_ANNOTATION]: at, [DRILL_ANNOTATION]: at },
  )
}
