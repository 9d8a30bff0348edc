// Chance that is the same for the same seed.

export type Roll = (below: number) => number

/** mulberry32: small, and the same everywhere. */
export function dice(seed: number): Roll {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export const pick = <T>(roll: Roll, from: readonly T[]): T => from[roll(from.length)] as T
