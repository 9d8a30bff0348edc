// The move as lines for a person: first what would be different, under one line a step with what it touches.
import { NO_RETURN, subject } from './plan-facts.ts'
import type { MovePlan, Overruled, PlannedDifference } from './plan-schema.ts'
import { moveSteps } from './steps.ts'

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

const LONGEST = 100

const short = (value: string | null): string => {
  if (value === null) return 'not there'
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value
}

const TITLES: Readonly<Record<PlannedDifference['reason'], string>> = {
  asked: 'asked for by a flag:',
  lost: 'would be another under the operator:',
  kept: 'no patch in git explains it; a patch of the FluxInstance keeps it:',
  operator: 'written by the operator in other words, or added by it; Flux does the same:',
}

/** What is the same for several objects stands there once. */
function grouped(differences: readonly PlannedDifference[]): { readonly objects: string; readonly first: PlannedDifference }[] {
  const groups = new Map<string, PlannedDifference[]>()
  for (const each of differences) {
    const key = JSON.stringify([each.path, each.now, each.under, each.object.split(' ')[0]])
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const names = group.map(({ object }) => object.slice(object.lastIndexOf('/') + 1)).join(', ')
    return [{ objects: `${first.object.split(' ')[0]} ${names}`, first }]
  })
}

function differenceLines(differences: readonly PlannedDifference[]): string[] {
  return (['asked', 'lost', 'kept', 'operator'] as const).flatMap((reason) => {
    const own = grouped(differences.filter((each) => each.reason === reason))
    if (own.length === 0) return []
    const lines = own.flatMap(({ objects, first: { path, now, under } }) => [
      `    ${path}: ${reason === 'kept' ? short(now) : `${short(now)} → ${short(under)}`}`,
      `      ${objects}`,
    ])
    return [`  ${TITLES[reason]}`, ...lines]
  })
}

function overruledLines(overruled: readonly Overruled[]): string[] {
  if (overruled.length === 0) return []
  const both = overruled.map(({ object, path, patch, flag }) => ({ object, path, now: patch, under: flag, reason: 'asked' as const }))
  const lines = grouped(both).flatMap(({ objects, first: { path, now, under } }) => [
    `    ${path}: ${short(now)}; the flag: ${short(under)}`,
    `      ${objects}`,
  ])
  return ['  a patch of the repository says another; it is carried as well, and the flag counts:', ...lines]
}

/** What runs now against what the operator would apply. */
export function effectLines({ differences, overruled, carried, dropped, comparedWith }: MovePlan): string[] {
  const count = (wanted: PlannedDifference['reason']): number => differences.filter(({ reason }) => reason === wanted).length
  const asked = count('asked') === 0 ? [] : [`${counted(count('asked'), 'field')} as flags ask for it`]
  const lost = count('lost') === 0 ? [] : [`${counted(count('lost'), 'field')} would change`]
  const head = [...asked, ...lost].join(', ') || 'no setting of a controller changes'
  return [
    `Deployments now, and as the operator would apply them: ${head}`,
    ...differenceLines(differences),
    ...overruledLines(overruled),
    `  rendered from ${comparedWith}; compared once more when the operator has taken over, before git changes`,
    '  every image gets the digest of its release besides: pods are replaced once',
    ...(carried.length === 0 ? [] : [`  ${counted(carried.length, 'patch', 'patches')} carried: ${carried.join(', ')}`]),
    ...(dropped.length === 0
      ? []
      : [`  ${counted(dropped.length, 'patch', 'patches')} left out, for nothing that the operator makes: ${dropped.join(', ')}`]),
  ]
}

const DETAILS: Readonly<Record<string, (plan: MovePlan) => readonly string[]>> = {
  record: () => ['uids of workloads and of the objects of Flux'],
  'install-operator': ({ operator }) => [
    `HelmRelease flux-operator ${operator.version}${operator.monitors ? ', with a ServiceMonitor' : ''}`,
    operator.chart,
  ],
  hold: ({ owner }) => [`Kustomization ${owner} is suspended until its file leaves git`],
  'write-instance': ({ instance }) => [`FluxInstance ${instance.id}; all of it:  --dry-run`],
  takeover: ({ old, owner }) => [`${counted(old.length, 'object')} of Kustomization ${owner}: one owner each`],
  'write-files': ({ files }) => files.map(({ path, text }) => `${text === null ? '-' : '±'} ${path}`),
  commit: () => [`"${subject}", with your git identity and hooks`],
  push: ({ repo }) => [`${repo.remote}/${repo.branch}, never forced`],
  sync: ({ repo }) => [`GitRepository ${repo.source} to the commit`],
  reconcile: ({ baseline }) => [`${counted(baseline.length, 'object')}, sources first, then by dependsOn`],
  verify: () => ['uids as before, pods replaced once at most, one owner each, everything ready that was'],
  report: () => ['report.md in the folder of the run'],
}

export function describePlan(plan: MovePlan): string[] {
  const steps = moveSteps(plan)
  const width = Math.max(...steps.map(({ id }) => id.length))
  const from = plan.style === 'bootstrap' ? 'flux bootstrap' : 'kustomize pin and OCI self-management'
  const lines = [`Flux ${plan.version}: from ${from} to the Flux Operator, ${steps.length} steps, 1 commit`, ...effectLines(plan)]
  steps.forEach((step, index) => {
    if (step.id === 'push') lines.push(`▲ from here on: ${NO_RETURN}`)
    const [head = step.title, ...more] = DETAILS[step.id]?.(plan) ?? []
    lines.push(
      `${String(index + 1).padStart(2)} ${step.id.padEnd(width)} ${head}`,
      ...more.map((line) => `${' '.repeat(width + 4)}${line}`),
    )
  })
  return lines
}
