// What stands between a pull request that changes the pins and its merge: from then on Flux upgrades itself, and asks nobody.
import { migrationLines } from '../../src/actions/storage-migration.ts'
import type { ReviewPart } from '../../src/engine/model.ts'
import { names, release } from '../../src/flux/catalogue/index.ts'
import { hopsOfPlan } from './plan-facts.ts'
import type { UpgradePlan } from './plan-schema.ts'

/** As a shell takes it: paths are the repository's, and the command is there to be copied. */
const word = (path: string): string => (/^[\w./@%+:-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)

type Need = UpgradePlan['storage'][number]

/** Versions that objects are stored or managed in and that the release does not have. */
const lost = (need: Need, to: string): string[] => {
  const target = release(to).crds.find((crd) => crd.name === need.crd)
  return target ? [...need.drops, ...need.stale].filter((version) => !names(target.versions).includes(version)) : []
}

function stop(plan: UpgradePlan): ReviewPart[] {
  const [first, second] = hopsOfPlan(plan)
  if (!first || !second) return []
  return [
    {
      title: `a stop at Flux ${first.to}`,
      says: [first.why],
      lines: [`flux-ops upgrade --to ${first.to}`],
    },
  ]
}

function storage(plan: UpgradePlan): ReviewPart[] {
  const to = hopsOfPlan(plan)[0]?.to ?? plan.to
  const needs = plan.storage.filter((need) => lost(need, to).length > 0)
  if (needs.length === 0) return []
  return [
    {
      title: 'rewrite what the cluster stores in old API versions',
      says: ['the API server refuses the new CRDs while anything is stored in a version that they do not have'],
      lines: [...migrationLines(needs), 'flux migrate'],
    },
  ]
}

function files(plan: UpgradePlan): ReviewPart[] {
  const { changes } = plan.migrate
  if (changes.length === 0) return []
  const lines = changes.map((each) => `${each.file}:${each.line}   ${each.kind} ${each.from} → ${each.to}`)
  const commands = plan.migrate.paths.map((path) => `flux migrate -f ${path === '' ? '.' : word(path)} --yes`)
  const says = ['best in a request of its own that is merged first: until then Flux writes the old version into all that it applies']
  return [{ title: 'API versions in files', says, lines: [...lines, ...commands] }]
}

/** In the order in which it is done; [] when the request may be merged now. */
export const beforeMerge = (plan: UpgradePlan): ReviewPart[] => [...stop(plan), ...files(plan), ...storage(plan)]
