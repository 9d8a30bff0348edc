// The release facts of a plan as lines: what changes, whom it concerns here, what to do.
import type { PlannedFact, UpgradePlan } from './plan-schema.ts'

const MARK = { note: ' ', warning: '⚠', error: '✗' } as const

const SHOWN = 5

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

const objectLines = ({ objects, count }: PlannedFact): string[] => {
  const lines = objects.slice(0, SHOWN).map(({ where, what }) => `     ${where}: ${what}`)
  return count > lines.length ? [...lines, `     and ${count - lines.length} more`] : lines
}

const linesOf = (fact: PlannedFact): string[] => [
  `${MARK[fact.severity]} ${fact.minor}  ${fact.title}`,
  `     ${fact.breaks}`,
  ...objectLines(fact),
  ...(fact.unknown === undefined ? [] : [`   ? ${fact.unknown}`]),
  `   → ${fact.fix}`,
  `     ${fact.source}`,
]

const rest = (count: number): string => `${counted(count, 'more fact')} ${count === 1 ? 'does' : 'do'} not concern this cluster`

/** [] for a plan of before, which has no facts. */
export function factLines({ facts, otherFacts }: Pick<UpgradePlan, 'facts' | 'otherFacts'>): string[] {
  if (facts === undefined) return []
  const objects = facts.reduce((sum, fact) => sum + fact.count, 0)
  const head =
    facts.length === 0
      ? 'no release on the way changes anything for this cluster'
      : `what changes here, ${counted(objects, 'object')} concerned`
  return ['', head, ...facts.flatMap(linesOf), ...(otherFacts === undefined ? [] : [rest(otherFacts)])]
}
