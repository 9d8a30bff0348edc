// Sets status.storedVersions to the storage version, but only of the very CRD whose objects were rewritten.
import { OpsError } from '../../errors.ts'
import type { Context } from '../../ports/context.ts'
import { CRD } from '../resources.ts'
import { type Kind, movedUnderWay, readKind } from './kind.ts'

const ATTEMPTS = 5

/**
 * `changed`: the CRD was written since it was read; it stores the same version now, but may have stored another in between. Throws
 * `storage-version-moved` when it stores another, or is another.
 */
export async function trimStoredVersions(ctx: Context, kind: Kind): Promise<'trimmed' | 'nothing' | 'changed'> {
  const { crd, state } = kind
  for (let attempt = 1; ; attempt++) {
    const now = await readKind(ctx, crd.name)
    if (now?.state.to !== state.to)
      throw movedUnderWay(`${crd.name} changed its storage version from ${state.to} to ${now?.state.to ?? 'nothing'}`)
    if (now.state.uid !== state.uid) throw movedUnderWay(`${crd.name} was deleted and made anew`)
    if (now.state.generation !== state.generation) return 'changed'
    if (now.drops.length === 0) return 'nothing'
    try {
      const status = { ...now.object.status, storedVersions: [state.to] }
      await ctx.kube.replace(CRD, { ...now.object, status }, { subresource: 'status' })
      return 'trimmed'
    } catch (error) {
      if (!(error instanceof OpsError && error.code === 'kube-conflict') || attempt >= ATTEMPTS) throw error
    }
  }
}
