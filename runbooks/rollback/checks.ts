// Whether this upgrade can be taken back here and now.
import { helmAccess, holdAccess, neededAccess, operatorAccess } from '../../src/actions/access.ts'
import { answersOf, pass } from '../../src/actions/checks/answers.ts'
import { mayDo } from '../../src/actions/checks/permissions.ts'
import { readCrds } from '../../src/actions/cluster-survey.ts'
import { OLD_MANIFESTS } from '../../src/actions/render.ts'
import type { Check } from '../../src/engine/model.ts'
import { rollbackVerdict } from '../../src/flux/hops.ts'
import type { RollbackInput } from './input.ts'
import { commitState, isIntact, oldManifests, readUpgrade } from './recorded.ts'

type RollbackCheck = Check<RollbackInput>

const answers = answersOf('rollback')
const { fail, failOf } = answers

const runReadable: RollbackCheck = {
  id: 'upgrade-recorded',
  title: 'the run is an upgrade, and its record is whole',
  severity: 'gate',
  probe: async (ctx, input) => {
    try {
      const { upgrade, hop } = await readUpgrade(ctx, input.run)
      return pass(`Flux ${upgrade.from} → ${upgrade.to}${hop === undefined ? '' : ', the last hop that was begun'}`)
    } catch (error) {
      return failOf('upgrade-recorded', error)
    }
  },
}

const sameCluster: RollbackCheck = {
  id: 'same-cluster',
  title: 'this is the cluster that the run upgraded',
  severity: 'gate',
  probe: async (ctx, input) => {
    const { upgrade } = await readUpgrade(ctx, input.run)
    const identity = await ctx.kube.identity()
    if (identity.uid === upgrade.clusterUid) return pass(`context ${identity.context}`)
    return fail('same-cluster', `the run upgraded cluster ${upgrade.clusterUid}, context ${identity.context} is ${identity.uid}`, [
      '--context NAME',
    ])
  },
}

const storageGoesBack: RollbackCheck = {
  id: 'storage-goes-back',
  title: 'the older release has every API version that is stored',
  severity: 'gate',
  probe: async (ctx, input) => {
    const { upgrade } = await readUpgrade(ctx, input.run)
    const { crds } = await readCrds(ctx.kube)
    const verdict = rollbackVerdict(upgrade.to, upgrade.from, crds)
    if (verdict.accepted) return pass()
    const items = verdict.blockers.map((each) => ({ where: each.crd, what: `stores ${each.stored.join(', ')}: ${each.todo}` }))
    return fail('storage-goes-back', `Flux ${upgrade.from} cannot come back: the API server would refuse its CRDs`, [], items)
  },
}

const manifestsKept: RollbackCheck = {
  id: 'manifests-kept',
  title: 'the manifests of before are there, as they were written',
  severity: 'gate',
  probe: async (ctx, input) => {
    const recorded = await readUpgrade(ctx, input.run)
    const { dir, upgrade } = recorded
    let kept: Awaited<ReturnType<typeof oldManifests>>
    try {
      kept = await oldManifests(ctx, recorded)
      if (kept && (await isIntact(ctx, dir, kept))) return pass()
    } catch (error) {
      return failOf('manifests-kept', error)
    }
    return fail('manifests-kept', `${dir}/${kept?.path ?? OLD_MANIFESTS} is missing or is not what the run wrote`, [
      `if the run stopped before its backup nothing was changed:  flux-ops runs abandon ${input.run}`,
      `else by hand: git revert the commit, then kubectl apply --server-side --force-conflicts of Flux ${upgrade.from}`,
    ])
  },
}

const repositoryReady: RollbackCheck = {
  id: 'repository-clean',
  title: 'the clone is on the branch of the upgrade and has no changes of its own',
  severity: 'gate',
  probe: async (ctx, input) => {
    const { upgrade } = await readUpgrade(ctx, input.run)
    const { root, branch } = upgrade.repo
    const upstream = await ctx.git.upstream(root)
    if (upstream?.branch !== branch) {
      return fail('repository-clean', `${root} follows ${upstream?.branch ?? 'no remote branch'}, the upgrade was pushed to ${branch}`, [
        `git -C ${root} switch ${branch}`,
      ])
    }
    const { entries, inProgress } = await ctx.git.status(root)
    if (inProgress !== undefined) return fail('repository-clean', `a ${inProgress} is under way in ${root}`, [`git -C ${root} status`])
    if (entries.length === 0) return pass()
    const items = entries.map((entry) => ({ where: entry.path, what: entry.code.trim() === '??' ? 'is not tracked' : 'is changed' }))
    return fail(
      'repository-clean',
      `${entries.length} files changed or not tracked in ${root}`,
      [`if they are the upgrade's own:  flux-ops runs abandon ${input.run}`],
      items,
    )
  },
}

const commitKnown: RollbackCheck = {
  id: 'commit-known',
  title: 'it is known what became of the commit of the upgrade',
  severity: 'gate',
  probe: async (ctx, input) => {
    const recorded = await readUpgrade(ctx, input.run)
    const known = await commitState(ctx, recorded).catch((error: unknown) => failOf('commit-known', error))
    if ('status' in known) return known
    const { state, commit } = known
    const said = {
      none: 'nothing was committed',
      local: 'it was committed and not pushed',
      pushed: 'it was pushed',
      reverted: 'it is reverted already',
    }
    return pass(`${said[state]}${commit === null ? '' : ` (${commit.slice(0, 10)})`}`)
  },
}

const permissions: RollbackCheck = {
  id: 'permissions',
  title: 'you may do everything that the way back needs',
  severity: 'error',
  probe: async (ctx, input) => {
    const { upgrade } = await readUpgrade(ctx, input.run)
    return mayDo(ctx, answers, async () => {
      const { crds } = await readCrds(ctx.kube)
      const { style } = upgrade.installation
      const own = style === 'operator' ? operatorAccess(upgrade.namespace, true) : style === 'helm' ? helmAccess(upgrade.namespace) : []
      return neededAccess(upgrade.namespace, new Set(crds.map((crd) => crd.plural)), false, [...holdAccess(upgrade.namespace), ...own])
    })
  },
}

export const checks: readonly RollbackCheck[] = [
  runReadable,
  sameCluster,
  storageGoesBack,
  manifestsKept,
  repositoryReady,
  commitKnown,
  permissions,
]
