// Which Secrets hold the keys that Flux decrypts with, and whether one says that its keys are kept elsewhere as well. The record is an
// annotation, because it has to live with the key: whoever replaces the Secret loses the record with it.
import type { KubeObject } from '../ports/kube.ts'
import { parseArguments, runningControllers } from './controller-args.ts'

/** RFC 3339: when the keys of this Secret were last written to a backup and opened from there. */
export const BACKUP_ANNOTATION = 'flux-ops.dev/age-backup-at'

/** RFC 3339: when a backup was last opened and proven against repository and cluster. */
export const DRILL_ANNOTATION = 'flux-ops.dev/age-drill-at'

export interface KeySecret {
  /** `namespace/name` */
  readonly id: string
  readonly usedBy: readonly string[]
}

/** `namespace/name` that --sops-age-secret of kustomize-controller names. */
export const globalSecret = (deployments: readonly KubeObject[]): string | undefined => {
  for (const deployment of deployments) {
    for (const { component, args } of runningControllers([deployment])) {
      if (component !== 'kustomize-controller') continue
      const name = parseArguments(args).findLast(({ flag }) => flag === 'sops-age-secret')?.value
      if (name) return `${deployment.metadata.namespace ?? ''}/${name}`
    }
  }
  return undefined
}

/** Secrets that Kustomizations decrypt with, and the one that kustomize-controller takes where a Kustomization names none. */
export function keySecrets(objects: readonly KubeObject[], deployments: readonly KubeObject[]): KeySecret[] {
  const byId = new Map<string, string[]>()
  const fallback = globalSecret(deployments)
  for (const { kind, metadata, spec } of objects) {
    if (kind !== 'Kustomization' || spec?.decryption?.provider !== 'sops') continue
    const name = spec.decryption.secretRef?.name
    const id = typeof name === 'string' ? `${metadata.namespace ?? ''}/${name}` : fallback
    if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), `Kustomization ${metadata.namespace ?? ''}/${metadata.name}`])
  }
  return [...byId].map(([id, usedBy]) => ({ id, usedBy }))
}

/**
 * Why it is not known whether there is a Secret more: Kustomizations that name none take the one of kustomize-controller, and no such controller is
 * among the Deployments. Undefined when it is known.
 */
export function fallbackUnknown(objects: readonly KubeObject[], deployments: readonly KubeObject[]): string | undefined {
  const without = objects.find(
    ({ kind, spec }) =>
      kind === 'Kustomization' && spec?.decryption?.provider === 'sops' && typeof spec.decryption.secretRef?.name !== 'string',
  )
  if (without === undefined || runningControllers(deployments).some(({ component }) => component === 'kustomize-controller'))
    return undefined
  return `Kustomization ${without.metadata.namespace ?? ''}/${without.metadata.name} decrypts with what kustomize-controller is started with, and that was not found: name its namespace by --namespace`
}

/** When somebody last wrote to the data of a Secret, from its metadata alone; undefined where managedFields do not tell. */
function dataWrittenAt({ metadata }: KubeObject): number | undefined {
  const times = (metadata.managedFields ?? [])
    .filter((entry) => Object.keys((entry.fieldsV1 ?? {}) as object).some((field) => field === 'f:data' || field === 'f:stringData'))
    .map((entry) => Date.parse(entry.time ?? ''))
    .filter((time) => !Number.isNaN(time))
  return times.length === 0 ? undefined : Math.max(...times)
}

/** Clocks of the machines that write the record and that read it may differ by so much. */
const CLOCK_SKEW_MS = 5 * 60_000

/** Why there is no fresh backup on record; undefined when there is one. Takes the metadata of a Secret, never its data. */
export function backupGap(secret: KubeObject, now: Date): string | undefined {
  const recorded = secret.metadata.annotations?.[BACKUP_ANNOTATION]
  if (recorded === undefined) return 'nothing on record says that its keys are kept anywhere else'
  const at = Date.parse(recorded)
  if (Number.isNaN(at)) return `its record of a backup cannot be read: ${recorded}`
  // A date to come would outlive every change of the keys.
  if (at > now.getTime() + CLOCK_SKEW_MS) return `its record of a backup is of a time to come: ${recorded}`
  const written = dataWrittenAt(secret)
  return written !== undefined && written > at ? `its keys were changed after the backup of ${recorded}` : undefined
}

/** Older than this a drill proves little: files and keys were added since. */
const DRILL_DAYS = 90
const DAY_MS = 86_400_000

/** What is to be said of the keys in a Secret: that no backup has them, or that none was drilled for long; undefined when all is well. */
export function keyWarning(secret: KubeObject, now: Date): string | undefined {
  const gap = backupGap(secret, now)
  if (gap !== undefined) return gap
  const drilled = Date.parse(secret.metadata.annotations?.[DRILL_ANNOTATION] ?? '')
  if (Number.isNaN(drilled)) return 'no backup of its keys was ever drilled'
  const days = Math.floor((now.getTime() - drilled) / DAY_MS)
  return days > DRILL_DAYS ? `the last drill of its backup was ${days} days ago` : undefined
}
