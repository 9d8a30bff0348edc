// Post-quantum recipients (age1pq1…) are newer than many installations: what does not know them cannot open the file.
import semver from 'semver'
import { isPostQuantum } from '../../sops/rules/age-recipient.ts'
import { recipientsOf } from '../../sops/rules/rule-for.ts'
import { foundOnly, type Looked, NOTHING, together } from '../model.ts'
import { ageOf, counted, type KeysRule, type KeysWorld, NO_CLUSTER, ruleFiles, sealedFiles } from './world.ts'

/** kustomize-controller of Flux 2.9. */
const FIRST_CONTROLLER = '1.9.0'
const FIRST_SOPS = '3.12.0'

const isBelow = (version: string, first: string): boolean => {
  const parsed = semver.coerce(version)
  return parsed !== null && semver.lt(parsed, first)
}

interface Use {
  readonly path: string
  readonly line?: number
}

function usesOf(world: KeysWorld): Use[] {
  const rules = ruleFiles(world).flatMap(({ path, rules: all = [] }) =>
    all.filter((rule) => recipientsOf(rule).some(isPostQuantum)).map(({ line }) => ({ path, line })),
  )
  return [
    ...rules,
    ...sealedFiles(world)
      .filter((file) => ageOf(file).some(isPostQuantum))
      .map(({ path }) => ({ path })),
  ]
}

function ofController(world: KeysWorld, uses: readonly Use[]): Looked {
  const { cluster } = world
  const because = (cause: string): Looked => ({
    found: [],
    unknown: [{ cause: `${counted(uses.length, 'place')} with post-quantum recipients, and ${cause}` }],
  })
  if (cluster === undefined) return { ...NO_CLUSTER, skipped: 'no cluster was asked for its version of Flux' }
  if ('unread' in cluster) return because(cluster.unread)
  const running = cluster.kustomizeController
  if (running === undefined) return because('no kustomize-controller was found')
  if (!isBelow(running, FIRST_CONTROLLER)) return NOTHING
  const only = sealedFiles(world).filter((file) => ageOf(file).every(isPostQuantum))
  const what = `kustomize-controller ${running} cannot open what is sealed to a post-quantum recipient: ${counted(uses.length, 'place')} name one`
  const blocked = only.length > 0 ? `, and ${counted(only.length, 'file')} nothing else` : ''
  const where = uses[0] as Use
  return foundOnly([{ where, what: what + blocked, severity: only.length > 0 ? 'error' : 'warning' }])
}

export const postQuantumSupported: KeysRule = {
  id: 'post-quantum-supported',
  title: 'what opens sealed files knows their recipients',
  severity: 'error',
  reason: 'post-quantum recipients came with sops 3.12 and Flux 2.9; before, the file cannot be opened',
  fix: 'upgrade Flux to 2.9 first (flux-ops upgrade --to 2.9.2), or keep a classical recipient beside it until then',
  source: 'changelogs of sops 3.12.0 and kustomize-controller 1.9.0',
  find: (world) => {
    const uses = usesOf(world)
    const [first] = uses
    if (first === undefined) return NOTHING
    const controller = ofController(world, uses)
    const { sopsVersion } = world
    if (sopsVersion === undefined || !isBelow(sopsVersion, FIRST_SOPS)) return controller
    const what = `sops ${sopsVersion} of this machine does not know post-quantum recipients`
    return together([controller, foundOnly([{ where: first, what, severity: 'warning', fix: 'install sops 3.12 or newer' }])])
  },
}
