// What of the chosen is suspended, and may be let go.
import { choose, type Seen, type Selection } from '../../src/actions/suspension/choose.ts'
import { isSuspended } from '../../src/flux/conditions.ts'
import { HELD, suspensionOf } from '../../src/flux/suspension.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import type { ResumeInput } from './input.ts'

export interface Chosen {
  readonly targets: readonly KubeObject[]
  /** A run of flux-ops has suspended it for a while, and lets it go itself. */
  readonly held: readonly KubeObject[]
  /** Named, and not suspended. */
  readonly going: readonly KubeObject[]
}

/** `--expired` and `--owner` choose by themselves. */
const selectionOf = (input: ResumeInput): Selection =>
  input.objects.length === 0 && (input.expired || input.owner !== undefined) ? { ...input, all: true } : input

export const runOf = ({ metadata }: KubeObject): string => metadata.annotations?.[HELD] ?? ''

export async function chosenOf(ctx: ReadContext, input: ResumeInput, seen: Seen): Promise<Chosen> {
  const now = ctx.clock.now().toISOString()
  const objects = await choose(ctx, selectionOf(input), seen)
  const suspended = objects.filter((object) => isSuspended(object) && object.metadata.deletionTimestamp === undefined)
  const meant = suspended.filter((object) => {
    const suspension = suspensionOf(object, now)
    return (!input.expired || suspension?.expired === true) && (input.owner === undefined || suspension?.by === input.owner)
  })
  return {
    targets: meant.filter((object) => runOf(object) === ''),
    held: meant.filter((object) => runOf(object) !== ''),
    going: input.objects.length === 0 ? [] : objects.filter((object) => !isSuspended(object)),
  }
}
