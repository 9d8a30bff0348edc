// What brings the new version from git to Flux is asked again now and then while it is waited for: a controller whose API server was away in the
// middle of an apply pauses for the interval of the object, which may be an hour, and cannot even write down that it failed.
import { OpsError } from '../errors.ts'
import type { Applier } from '../flux/appliers.ts'
import { isSuspended } from '../flux/conditions.ts'
import { appliedRevision } from '../flux/revisions.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import type { Trailer } from './commit-and-push.ts'
import { nameOfApplier } from './hold.ts'
import type { Repository } from './installation.ts'
import { request, requestLine } from './requests.ts'
import { atCommit, readFluxObject } from './sync-source.ts'

export interface Carried {
  readonly appliers: readonly Applier[]
  readonly repo: Repository
  /** Of the commit that is to arrive. */
  readonly trailer: Trailer
  readonly token: string
}

/** A HelmRelease is not asked: helm-controller tries again by itself, and with CancelHealthCheckOnNewRevision a request in the middle fails its upgrade. */
const asked = (appliers: readonly Applier[]): Applier[] => appliers.filter(({ kind }) => kind === 'Kustomization')

/** Whether it is there may have to be asked of the remote; where that does not answer it counts as behind, as one more request harms nothing. */
async function hasArrived(ctx: ReadContext, { repo, trailer }: Carried, object: KubeObject): Promise<boolean> {
  try {
    return await atCommit(ctx, repo, trailer, appliedRevision(object))
  } catch (error) {
    if (error instanceof OpsError) return false
    throw error
  }
}

async function behind(ctx: ReadContext, carried: Carried): Promise<KubeObject[]> {
  const found: KubeObject[] = []
  for (const { kind, id } of asked(carried.appliers)) {
    const object = await readFluxObject(ctx.kube, kind, id)
    if (isSuspended(object) || object.spec?.sourceRef?.kind !== 'GitRepository') continue
    if (!(await hasArrived(ctx, carried, object))) found.push(object)
  }
  return found
}

const PAUSE_MS = 30_000

/** To be called at each look; asks at most every 30 s, and first 30 s after it was made. */
export function askingAgain(ctx: Context, carried: Carried): () => Promise<void> {
  let last = ctx.clock.now().getTime()
  return async () => {
    const now = ctx.clock.now().getTime()
    if (now - last < PAUSE_MS) return
    last = now
    for (const object of await behind(ctx, carried)) await request(ctx.kube, object, `${carried.token}/${now}`)
  }
}

export const askAgainLines = ({ appliers, token }: Pick<Carried, 'appliers' | 'token'>): string[] =>
  asked(appliers).map(
    (each) => `${requestLine(nameOfApplier(each), `${token}/<time>`)}, every ${PAUSE_MS / 1000} s until it has applied the commit`,
  )
