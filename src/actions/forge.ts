// Which forge a clone's remote lives on, and under which name.
import { usageError } from '../errors.ts'
import { forgePlace, knownForge, placeAt } from '../flux/forge-places.ts'
import type { ReadContext } from '../ports/context.ts'
import type { ForgeKind, ForgeRepository } from '../ports/forge.ts'

export const FORGES = ['gitea', 'github', 'gitlab'] as const satisfies readonly ForgeKind[]

export interface AskedForge {
  readonly kind?: ForgeKind | undefined
  /** Of its pages, where the remote's address does not tell. */
  readonly url?: string | undefined
}

/** Throws OpsError `forge-unknown` (usage) or `forge-unreachable`. */
export async function findForge(
  ctx: ReadContext,
  clone: { readonly root: string; readonly url: string },
  asked: AskedForge,
): Promise<ForgeRepository> {
  const found = forgePlace(clone.url)
  if (!found)
    throw usageError('forge-unknown', `${clone.url} is not the address of a repository on a forge`, 'without --pr the commit is pushed')
  const place = asked.url === undefined ? found : placeAt(found, asked.url)
  const kind = asked.kind ?? knownForge(place.host) ?? (await ctx.forge.detect(place.url))
  if (kind !== undefined) return { kind, url: place.url, path: place.path, dir: clone.root }
  throw usageError(
    'forge-unknown',
    `${place.url} does not say which forge it is`,
    FORGES.map((each) => `--forge ${each}`).join(', or '),
    'its pages are elsewhere:  --forge-url URL',
  )
}
