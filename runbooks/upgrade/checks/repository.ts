// What must hold in the clone, on its remote, and between both and the cluster.
import { cleanClone, foundClone, pushedClone } from '../../../src/actions/checks/clone.ts'
import { ofKind } from '../../../src/actions/cluster-survey.ts'
import { nameOfApplier } from '../../../src/actions/hold.ts'
import { idOf } from '../../../src/actions/resources.ts'
import { below, syncedTree } from '../../../src/actions/synced-files.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { isSuspended, verdict } from '../../../src/flux/conditions.ts'
import type { ManifestFinding } from '../../../src/flux/manifests.ts'
import { appliedRevision, artifactRevision, commitOf } from '../../../src/flux/revisions.ts'
import { helmSteps } from '../../../src/flux/style-helm.ts'
import { terraformSteps } from '../../../src/flux/style-terraform.ts'
import type { HelmByHand, HelmStyle, Style, TerraformStyle } from '../../../src/flux/styles.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { blockedCarriers } from '../carriers.ts'
import { chartFor } from '../chart.ts'
import type { UpgradeInput } from '../input.ts'
import {
  clusterOf,
  knownHops,
  liveVersion,
  removedApisOf,
  repositoryOf,
  sourceOf,
  styleOf,
  supported,
  syncedOf,
  targetOf,
} from '../inspect.ts'
import { pinsOf } from '../plan.ts'
import { answers, counted, fail, failOf, failOn, pass } from './results.ts'

type Probe = Check<UpgradeInput>['probe']

const short = (commit: string | undefined): string => commit?.slice(0, 10) ?? 'nothing'

export const repositoryFound: Check<UpgradeInput> = {
  id: 'repository-found',
  title: 'the clone is the repository that the cluster syncs',
  severity: 'gate',
  probe: async (ctx, input) => {
    try {
      const [repository, cluster] = [await repositoryOf(ctx, input), await clusterOf(ctx)]
      return foundClone(answers, repository, { synced: syncedOf(cluster, repository), objects: cluster.objects })
    } catch (error) {
      return failOf('repository-found', error)
    }
  },
}

/** What a person does where nothing here may. */
function instead(style: HelmByHand | TerraformStyle, to: string): string[] {
  const version = to === '' ? 'VERSION' : to.replace(/^v/, '')
  return style.style === 'terraform' ? terraformSteps(style, version) : helmSteps(style, version)
}

export const installStyleKnown: Check<UpgradeInput> = {
  id: 'install-style-known',
  title: 'how Flux is installed is known, and upgrade can change it',
  severity: 'gate',
  probe: async (ctx, input) => {
    const id = 'install-style-known'
    const [cluster, repository] = [await clusterOf(ctx), await repositoryOf(ctx, input)]
    let style: Style
    try {
      style = styleOf(cluster, repository)
    } catch (error) {
      // A file that seems to hold a pin and is no YAML.
      return failOf(id, error)
    }
    switch (style.style) {
      case 'bootstrap':
        return pass(`flux bootstrap, ${style.folder}`)
      case 'pin':
        return pass(`kustomize pin (${style.bases.join(', ')})${style.self ? ` + OCI self-managed (${style.self.source})` : ''}`)
      case 'operator':
        return pass(`Flux Operator (FluxInstance ${style.instance}, applied by ${style.appliers.map(nameOfApplier).join(', by ')})`)
      case 'helm':
        return pass(`Helm chart (HelmRelease ${style.release}, applied by ${style.appliers.slice(1).map(nameOfApplier).join(', by ')})`)
      case 'mixed': {
        const sides = [
          ...style.cluster.map((what) => ({ where: 'cluster', what })),
          ...style.repository.map((what) => ({ where: 'repository', what })),
        ]
        return fail(id, 'the evidence does not agree on how Flux is installed', { items: sides, hints: style.hints })
      }
      case 'none':
        return fail(id, style.why, { hints: style.hints })
      default: {
        const items = style.evidence.map((what) => ({ where: style.style, what }))
        return fail(id, style.why, { items, hints: [...instead(style, input.to), ...style.hints] })
      }
    }
  },
}

export const repositoryClean: Check<UpgradeInput> = {
  id: 'repository-clean',
  title: 'the clone has no changes of its own',
  severity: 'error',
  probe: async (ctx, input) => cleanClone(ctx, answers, (await repositoryOf(ctx, input)).root),
}

const branchProbe: Probe = async (ctx, input) => {
  const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
  const source = sourceOf(syncedOf(cluster, repository))
  const object = ofKind(cluster.objects, 'GitRepository').find((each) => idOf(each) === source)
  const ref = object?.spec?.ref ?? {}
  const followed = ref.name?.replace(/^refs\/heads\//, '') ?? ref.branch ?? 'master'
  if (ref.tag ?? ref.semver ?? ref.commit) {
    return fail('repository-branch', `GitRepository ${source} follows no branch (${JSON.stringify(ref)}): a push would change nothing`, {
      hints: [`set spec.ref.branch of GitRepository ${source} in git`],
    })
  }
  if (followed === repository.upstream?.branch) return pass(`${followed}, by GitRepository ${source}`)
  return fail(
    'repository-branch',
    `GitRepository ${source} follows ${followed}, the clone is on ${repository.branch ?? 'no branch'} (${repository.upstream?.branch})`,
    {
      hints: [`git -C ${repository.root} switch ${followed}`],
    },
  )
}

export const repositoryBranch: Check<UpgradeInput> = {
  id: 'repository-branch',
  title: 'the clone is on the branch that the cluster syncs',
  severity: 'error',
  probe: branchProbe,
}

export const repositoryPushed: Check<UpgradeInput> = {
  id: 'repository-pushed',
  title: 'the clone is at the head of the remote branch',
  severity: 'error',
  probe: async (ctx, input) => {
    const repository = await repositoryOf(ctx, input)
    if (repository.upstream !== undefined) return pushedClone(ctx, answers, repository)
    return fail('repository-pushed', 'the branch follows no remote branch', {
      hints: [`git -C ${repository.root} branch --set-upstream-to origin/main`],
    })
  },
}

export const repositoryApplied: Check<UpgradeInput> = {
  id: 'repository-applied',
  title: 'the cluster has fetched and applied the head of the clone',
  severity: 'error',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const synced = syncedOf(cluster, repository)
    const source = sourceOf(synced)
    const blocked = blockedCarriers(cluster, supported(styleOf(cluster, repository)), repository.head)
    const items: CheckItem[] = [...blocked]
    for (const object of cluster.objects) {
      const id = idOf(object)
      if (object.kind === 'GitRepository' && id === source && commitOf(artifactRevision(object)) !== repository.head) {
        items.push({
          where: `GitRepository ${id}`,
          what: `has ${artifactRevision(object) ?? 'no artifact'}, the clone is at ${short(repository.head)}`,
        })
      }
      const applies = object.kind === 'Kustomization' && synced.some((each) => each.kustomization === id && each.source === source)
      // Of others that are not ready tells objects-ready; it is the old commit on a ready one that means waiting.
      if (!applies || isSuspended(object) || verdict(object).state !== 'ready') continue
      if (commitOf(appliedRevision(object)) === repository.head) continue
      items.push({
        where: `Kustomization ${id}`,
        what: `applied ${appliedRevision(object) ?? 'nothing'}, the clone is at ${short(repository.head)}`,
      })
    }
    return failOn(
      'repository-applied',
      items,
      (count) => `${counted(count, 'object')} not at the head of the clone`,
      'flux reconcile source git NAME, then wait',
      ...(blocked.length > 0 ? ['flux get kustomizations -A, and repair in git what keeps the commit away'] : []),
    )
  },
}

/** The chart that is deployed, and the one that holds the target. */
async function chartsOf(ctx: ReadContext, input: UpgradeInput, style: HelmStyle): Promise<string[]> {
  const found = await chartFor(ctx, input, style)
  return [style.runs, found.status === 'found' ? found.version : undefined].filter((each) => each !== undefined)
}

export const pinsFound: Check<UpgradeInput> = {
  id: 'pins-found',
  title: 'the version pins are where a program may change them',
  severity: 'error',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const from = liveVersion(cluster)
    const to = targetOf(input).version
    const style = supported(styleOf(cluster, repository))
    const pins = pinsOf(style)
    const folders = syncedOf(cluster, repository).map((each) => each.path)
    const isApplied = below(syncedTree(repository.files, folders))
    // In a chain git may not be at the target already: Flux would go there by itself, over a stop that it needs.
    const fine = style.style === 'helm' ? await chartsOf(ctx, input, style) : (await knownHops(ctx, input)).length > 1 ? [from] : [from, to]
    const items = pins.flatMap((pin): CheckItem[] => {
      const where = `${pin.file}:${pin.line}`
      if (pin.kind === 'needs-person') return [{ where, what: `${pin.text}: ${pin.why ?? 'a person has to decide'}` }]
      if (pin.kind === 'oci-tag' && !isApplied(pin.file))
        return [{ where, what: `${pin.text} stands in no folder that this cluster applies` }]
      const runs = style.style === 'helm' ? `chart ${style.runs ?? '?'}` : from
      return fine.includes(pin.version ?? '') ? [] : [{ where, what: `is ${pin.text}, the cluster runs ${runs}` }]
    })
    if (pins.length === 0) return fail('pins-found', 'no version pin found in the repository')
    return items.length === 0
      ? pass(pins.map((pin) => `${pin.file}:${pin.line} ${pin.text}`).join(', '))
      : failOn('pins-found', items, (count) => `${counted(count, 'pin')} unclear`)
  },
}

const itemOf = (finding: ManifestFinding): CheckItem => ({
  where: `${finding.file}:${finding.line}`,
  what: `${finding.kind} ${finding.name} ${finding.apiVersion} → ${finding.replacement ?? 'no such kind any more'}`,
})

export const removedApiMigratable: Check<UpgradeInput> = {
  id: 'removed-api-migratable',
  title: 'every manifest in a removed API version is one that can be rewritten',
  severity: 'error',
  probe: async (ctx, input) => {
    const { left } = await removedApisOf(ctx, input)
    return failOn(
      'removed-api-migratable',
      left.map(itemOf),
      (count) => `${counted(count, 'manifest')} to change by hand`,
      'write the apiVersion named after the arrow, commit and push',
    )
  },
}

export const noManifestOnRemovedApi: Check<UpgradeInput> = {
  id: 'no-manifest-on-removed-api',
  title: 'no manifest uses an API version that the target does not serve',
  severity: 'warning',
  probe: async (ctx, input) => {
    const [{ scan, left, tree }, { unreadable }] = await Promise.all([removedApisOf(ctx, input), repositoryOf(ctx, input)])
    const migrated = scan.findings.filter((finding) => !left.includes(finding))
    const isIn = below(tree)
    const blind = [
      ...scan.unscannable.map((each) => ({ where: each.line === undefined ? each.file : `${each.file}:${each.line}`, what: each.why })),
      ...unreadable.filter((each) => isIn(each.path)).map((each) => ({ where: each.path, what: each.why })),
    ]
    if (migrated.length === 0 && blind.length === 0) return pass()
    const said = [
      ...(migrated.length > 0 ? [`step migrate-repository changes ${counted(migrated.length, 'manifest')}`] : []),
      ...(blind.length > 0 ? [`${counted(blind.length, 'file')} cannot be looked into`] : []),
    ]
    return fail('no-manifest-on-removed-api', said.join('; '), { items: [...migrated.map(itemOf), ...blind] })
  },
}
