// What of the chosen is to be written to.
import { choose, isNamed, type Seen } from '../../src/actions/suspension/choose.ts'
import { isSuspended } from '../../src/flux/conditions.ts'
import { switchOf } from '../../src/flux/suspendable.ts'
import { HELD } from '../../src/flux/suspension.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import type { SuspendInput } from './input.ts'

export interface Chosen {
  /** What the run writes to. One that is named and suspended already gets owner and reason. */
  readonly targets: readonly KubeObject[]
  /** Fit the choice, and are suspended already. */
  readonly already: readonly KubeObject[]
}

export const isHeld = (object: KubeObject): boolean => isSuspended(object) && object.metadata.annotations?.[HELD] !== undefined

export async function chosenOf(ctx: ReadContext, input: SuspendInput, seen: Seen): Promise<Chosen> {
  const objects = await choose(ctx, input, seen)
  if (isNamed(input)) return { targets: objects, already: [] }
  const able = objects.filter((object) => switchOf(object) !== undefined && object.metadata.deletionTimestamp === undefined)
  return { targets: able.filter((object) => !isSuspended(object)), already: able.filter(isSuspended) }
}
