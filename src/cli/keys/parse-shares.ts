// K/N of the flag --shares, for a backup and for the one of a rotation.
import { usageError } from '../../errors.ts'

const MOST_SHARES = 255

/** Throws OpsError (usage) `shares-invalid`. */
export function parseShares(text: string): { readonly how: 'shares'; readonly threshold: number; readonly count: number } {
  const [threshold = 0, count = 0] = (/^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? []).slice(1).map(Number)
  const no = (why: string) => usageError('shares-invalid', `--shares ${text} ${why}`, '--shares 3/5: any 3 of 5 recover')
  if (count === 0) throw no('is not K/N')
  if (threshold < 2 || threshold > count || count > MOST_SHARES)
    throw no(`cannot be: K is 2 at least and no more than N, N ${MOST_SHARES} at most`)
  return { how: 'shares', threshold, count }
}
