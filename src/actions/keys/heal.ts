// After keys are back: what decrypts with them and was not Ready is asked to reconcile, and waited for.

import { OpsError } from '../../errors.ts'
import { verdict } from '../../flux/conditions.ts'
import { resourceOf } from '../../flux/kinds.ts'
import type { Context } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import { request, requested } from '../requests.ts'
import { idOf, nameOf } from '../resources.ts'
import { waitFor } from '../wait-for.ts'

export interface Healed {
  /** `namespace/name` of the Kustomization. */
  readonly id: string
  readonly ready: boolean
  /** What it says of itself. */
  readonly message: string
}

const answered = (object: KubeObject, token: string): boolean => object.status?.lastHandledReconcileAt === token

async function look(ctx: Context, object: KubeObject): Promise<KubeObject | undefined> {
  const now = await ctx.kube.get(resourceOf(object.kind, object.apiVersion.slice(object.apiVersion.indexOf('/') + 1)), nameOf(object))
  return now === undefined ? undefined : { ...now, kind: object.kind, apiVersion: object.apiVersion }
}

const settled = (object: KubeObject, token: string): boolean => answered(object, token) && verdict(object).state !== 'progressing'

/** `objects`: the Kustomizations that decrypt with the Secret. Those that are well, or that somebody suspended, are left alone. */
export async function heal(
  ctx: Context,
  objects: readonly KubeObject[],
  options: { readonly token: string; readonly timeoutMs: number },
): Promise<Healed[]> {
  const ill = objects.filter((object) => !['ready', 'suspended', 'static', 'terminating'].includes(verdict(object).state))
  for (const object of ill) if (!requested(object, options.token)) await request(ctx.kube, object, options.token)
  let last: KubeObject[] = [...ill]
  const probe = async () => {
    last = (await Promise.all(ill.map((object) => look(ctx, object)))).filter((object) => object !== undefined)
    const waiting = last.filter((object) => !settled(object, options.token))
    return waiting.length === 0
      ? ({ done: true, value: undefined } as const)
      : ({ done: false, lastSeen: waiting.map(idOf).join(', ') } as const)
  }
  try {
    if (ill.length > 0) await waitFor(ctx, { waitingFor: 'Kustomizations to reconcile with the keys', timeoutMs: options.timeoutMs, probe })
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'wait-timeout') throw error
  }
  return last.map((object) => {
    const { state, message } = verdict(object)
    return { id: idOf(object), ready: state === 'ready' && answered(object, options.token), message }
  })
}
