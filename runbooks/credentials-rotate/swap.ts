// The exchange in the Secret that Flux reads: one patch of the credential's entries, in the state that the Secret was read in. Host keys, authorities and
// whatever else lies in it stay as they are.
import { parseId, SECRET } from '../../src/actions/resources.ts'
import { OpsError } from '../../src/errors.ts'
import type { Context, ReadContext } from '../../src/ports/context.ts'
import { changeTo, clear, credentialOf, type Data, holds, MAIN } from './credential.ts'
import { needKept, readKept, readLive } from './own-secret.ts'
import { type CredentialsView, what } from './plan-facts.ts'

const ATTEMPTS = 5

export const FIELD_MANAGER = 'flux-ops'

const moved = ({ plan }: CredentialsView): OpsError =>
  new OpsError({
    code: 'secret-moved',
    message: `Secret ${plan.secret} holds neither the old ${what(plan)} nor the one of this run: somebody else has changed it, and it was left as it is`,
    hints: [
      `who:  kubectl -n ${plan.secret.split('/')[0]} get secret ${plan.secret.split('/')[1]} --show-managed-fields -o yaml`,
      'is theirs to stay, take this run back:  flux-ops runs abandon',
    ],
  })

/** What `to` says, where the Secret holds `from`. Throws OpsError `secret-moved` where it holds neither. */
async function exchange(ctx: Context, view: CredentialsView, from: Data, to: Data): Promise<void> {
  const { kind, secret } = view.plan
  for (let attempt = 1; ; attempt++) {
    const { data, resourceVersion } = await readLive(ctx, view)
    if (holds(kind, data, to)) return
    if (!holds(kind, data, from)) throw moved(view)
    const body = { metadata: { resourceVersion }, data: changeTo(kind, to) }
    try {
      await ctx.kube.patch(SECRET, parseId(secret), 'merge', body, { fieldManager: FIELD_MANAGER, metadataOnly: true })
      return
    } catch (error) {
      if (!(error instanceof OpsError) || error.code !== 'kube-conflict' || attempt === ATTEMPTS) throw error
    }
  }
}

export async function swapIn(ctx: Context, view: CredentialsView): Promise<void> {
  const { next, old } = await needKept(ctx, view)
  await exchange(ctx, view, old, next)
}

/** Nothing to do where the old one is there. */
export async function swapBack(ctx: Context, view: CredentialsView): Promise<void> {
  const kept = await readKept(ctx, view)
  if (kept !== undefined) await exchange(ctx, view, kept.next, kept.old)
}

/** `next`, `old`, or what somebody else has put into it. */
export async function standing(ctx: Pick<ReadContext, 'kube'>, view: CredentialsView): Promise<'next' | 'old' | 'other'> {
  const [kept, { data }] = [await readKept(ctx, view), await readLive(ctx, view)]
  if (kept === undefined) return 'other'
  return holds(view.plan.kind, data, kept.next) ? 'next' : holds(view.plan.kind, data, kept.old) ? 'old' : 'other'
}

/** Behind the proof: what it was made for has to be in place still. */
export async function assertSwapped(ctx: Pick<ReadContext, 'kube'>, view: CredentialsView): Promise<void> {
  if ((await standing(ctx, view)) === 'next') return
  throw new OpsError({
    code: 'secret-moved',
    message: `Secret ${view.plan.secret} does not hold the new ${what(view.plan)} any more: somebody else writes to it`,
    hints: [
      `who:  kubectl -n ${view.plan.secret.split('/')[0]} get secret ${view.plan.secret.split('/')[1]} --show-managed-fields -o yaml`,
      'then:  flux-ops runs resume, which puts it in again',
    ],
  })
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** `kubectl apply` leaves a copy of what it applied in an annotation: it goes where it holds the old credential. */
export async function forgetOld(ctx: Context, view: CredentialsView): Promise<void> {
  const [kept, { annotations, resourceVersion }] = [await readKept(ctx, view), await readLive(ctx, view)]
  const text = annotations[LAST_APPLIED] ?? ''
  const old = kept && credentialOf(view.plan.kind, kept.old)
  const main = MAIN[view.plan.kind]
  const plain = old && clear(old, main)
  if (plain === undefined || plain === '' || old === undefined) return
  const remembered = [
    old[main] ?? plain,
    plain,
    JSON.stringify(plain).slice(1, -1),
    JSON.stringify(JSON.stringify(plain).slice(1, -1)).slice(1, -1),
  ]
  if (!remembered.some((each) => text.includes(each))) return
  const body = { metadata: { resourceVersion, annotations: { [LAST_APPLIED]: null } } }
  await ctx.kube.patch(SECRET, parseId(view.plan.secret), 'merge', body, { fieldManager: FIELD_MANAGER, metadataOnly: true })
}
