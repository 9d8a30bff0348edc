// Whether a run of letters and digits was drawn by lot, as keys and tokens are, and not written by anybody.

const classOf = (character: string): number => (/[a-z]/.test(character) ? 1 : /[A-Z]/.test(character) ? 2 : /[0-9]/.test(character) ? 4 : 8)

/** Names and paths seldom change between capitals, small letters and digits; what was drawn does at every second letter. */
const CHANGES = 0.3

/** Of one alphabet alone (a hash in hex, a uuid) nothing is drawn: they are names in a cluster. */
export function looksDrawn(run: string): boolean {
  let [seen, changes, before] = [0, 0, 0]
  for (const character of run.slice(0, 400)) {
    const now = classOf(character)
    seen |= now
    if (before !== 0 && now !== before) changes++
    before = now
  }
  return (seen & 7) === 7 && changes / Math.min(run.length, 400) >= CHANGES
}
