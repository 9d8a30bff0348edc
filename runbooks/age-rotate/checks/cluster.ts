// What must hold in the cluster: which key is meant, who writes to its Secrets, and who decrypts with it.
import { mayDo } from '../../../src/actions/checks/permissions.ts'
import { ofKind } from '../../../src/actions/cluster-survey.ts'
import { importedIdentities } from '../../../src/actions/keys/cluster-keys.ts'
import { idOf, parseId, SECRET } from '../../../src/actions/resources.ts'
import type { Check, CheckItem, CheckResult } from '../../../src/engine/model.ts'
import { isSuspended, verdict } from '../../../src/flux/conditions.ts'
import { appliedRevision, commitOf } from '../../../src/flux/revisions.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { AccessRequest } from '../../../src/ports/kube.ts'
import { appliersOf } from '../applied-here.ts'
import { whoKeeps } from '../cluster/key-secrets.ts'
import type { RotateInput } from '../input.ts'
import { phaseTrailer } from '../phases.ts'
import { cloneOf, clusterOf, keysOf, oldKeyOf, usersOf } from '../survey.ts'
import { sourcesOf } from './repository.ts'
import { answers, counted, fail, failOf, failOn, pass } from './results.ts'

type RotateCheck = Check<RotateInput>

export const oldKeyKnown: RotateCheck = {
  id: 'old-key-known',
  title: 'it is known which key is to be replaced',
  severity: 'gate',
  probe: async (ctx, input) => {
    try {
      const { recipient, secrets, files } = await oldKeyOf(ctx, input)
      return pass(`${recipient}, in Secret ${secrets.map(({ id }) => id).join(', ')}; ${counted(files.length, 'file')}`)
    } catch (error) {
      return failOf('old-key-known', error)
    }
  },
}

const unread = async (ctx: ReadContext): Promise<string | undefined> => (await keysOf(ctx)).flatMap(({ problems }) => problems)[0]

export const secretsOurs: RotateCheck = {
  id: 'secrets-ours',
  title: 'nobody else keeps the Secrets of the key as they are',
  severity: 'error',
  probe: async (ctx, input) => {
    const { secrets } = await oldKeyOf(ctx, input)
    const items: CheckItem[] = []
    for (const { id } of secrets) {
      const secret = await ctx.kube.get(SECRET, parseId(id))
      const why = secret === undefined ? 'is not there any more' : whoKeeps(secret)
      if (why !== undefined) items.push({ where: `Secret ${id}`, what: why })
    }
    // In git alone it would not be seen: Flux does not apply even that to what it passes over.
    const hints = [
      'let the key be in a Secret that only you write',
      'or let Flux pass over it, here and in git:  kubectl annotate secret NAME kustomize.toolkit.fluxcd.io/reconcile=disabled',
    ]
    if (items.length > 0) return failOn('secrets-ours', items, (count) => `${count} Secrets would not keep the new key`, ...hints)
    const cause = await unread(ctx)
    // A Secret that cannot be read may hold the old key as well.
    return cause === undefined ? pass(secrets.map(({ id }) => id).join(', ')) : { status: 'unknown', cause }
  },
}

const RUN_ENTRY = /^(\d{8}-\d{6}-age-rotate-[0-9a-f]+)\.agekey$/

export const noOtherRotation: RotateCheck = {
  id: 'no-other-rotation',
  title: 'no other rotation has stopped half-way',
  severity: 'error',
  probe: async (ctx, input) => {
    const [{ secrets, recipient }, { root, head }] = await Promise.all([oldKeyOf(ctx, input), cloneOf(ctx, input)])
    const items: CheckItem[] = []
    for (const { id, entries } of secrets)
      for (const { name, identities } of entries) {
        const run = RUN_ENTRY.exec(name)?.[1]
        if (run === undefined || identities.some((each) => each.recipient === recipient)) continue
        // A run that has made its second commit has replaced its own key: this one is only a neighbour.
        const { key, value } = phaseTrailer(run, 'cut')
        if ((await ctx.git.commitsWithTrailer(root, head, key, value)).length === 0)
          items.push({ where: `Secret ${id}, entry ${name}`, what: `is the new key of run ${run}` })
      }
    return failOn(
      'no-other-rotation',
      items,
      (count) => `${count} keys of other runs are in the cluster, and the files are sealed to another one`,
      'go on with it:  flux-ops runs resume RUN',
      'or take it back:  flux-ops runs abandon RUN',
    )
  },
}

export const decryptingReady: RotateCheck = {
  id: 'decrypting-ready',
  title: 'everything that decrypts with the key is Ready with the head of the clone',
  severity: 'error',
  probe: async (ctx, input) => {
    const [{ objects }, clone, old, sources] = await Promise.all([
      clusterOf(ctx),
      cloneOf(ctx, input),
      oldKeyOf(ctx, input),
      sourcesOf(ctx, input),
    ])
    const users = new Set(usersOf(old))
    const all = ofKind(objects, 'Kustomization').filter((object) => users.has(idOf(object)))
    const items = all.flatMap((object): CheckItem[] => {
      const where = `Kustomization ${idOf(object)}`
      const { state, message } = verdict(object)
      const { kind, name, namespace = object.metadata.namespace } = object.spec?.sourceRef ?? {}
      if (isSuspended(object)) return []
      // What is looked at just now has been well with the revision that it has applied.
      if (state !== 'ready' && state !== 'progressing') return [{ where, what: `${state}: ${message}` }]
      const applied = commitOf(appliedRevision(object))
      if (kind !== 'GitRepository' || !sources.includes(`${namespace}/${name}`) || applied === clone.head) return []
      return [{ where, what: `applied ${appliedRevision(object) ?? 'nothing'}, the clone is at ${clone.head.slice(0, 10)}` }]
    })
    if (items.length > 0)
      return failOn(
        'decrypting-ready',
        items,
        (count) => `of ${count} it could not be told whether the rotation harms them`,
        'flux get kustomizations -A',
        'repair them first',
      )
    return pass(counted(all.length, 'Kustomization'))
  },
}

export const noneSuspended: RotateCheck = {
  id: 'none-suspended',
  title: 'nothing that decrypts with the key is suspended',
  severity: 'warning',
  probe: async (ctx, input) => {
    const [{ objects }, old] = await Promise.all([clusterOf(ctx), oldKeyOf(ctx, input)])
    const users = new Set(usersOf(old))
    const items = ofKind(objects, 'Kustomization')
      .filter((object) => users.has(idOf(object)) && isSuspended(object))
      .map((object) => ({ where: `Kustomization ${idOf(object)}`, what: 'is suspended: that it decrypts is not proven' }))
    return failOn('none-suspended', items, (count) => `${count} Kustomizations are left as they are`)
  },
}

export const allHere: RotateCheck = {
  id: 'all-here',
  title: 'everything that decrypts with the key applies this clone',
  severity: 'error',
  probe: async (ctx, input) => {
    const { elsewhere, modules } = await appliersOf(ctx, input)
    if (elsewhere.length === 0 && modules[0] !== undefined) return { status: 'unknown', cause: modules[0] }
    const items = elsewhere.map((id) => ({
      where: `Kustomization ${id}`,
      what: 'applies another source: what is sealed there is not seen here',
    }))
    return failOn(
      'all-here',
      items,
      (count) => `${count} Kustomizations may need the old key for files that are not in this clone`,
      'seal those files to a key of their own first, or rotate from the clone that holds them all',
    )
  },
}

/** Every verb that the steps need. */
const needed = (namespace: string, secrets: readonly string[]): AccessRequest[] => [
  ...secrets.flatMap((id) => ['get', 'patch'].map((verb) => ({ verb, group: '', resource: 'secrets', ...parseId(id) }))),
  ...['get', 'list', 'patch'].map((verb) => ({ verb, group: 'kustomize.toolkit.fluxcd.io', resource: 'kustomizations' })),
  ...['get', 'list', 'patch'].map((verb) => ({ verb, group: 'source.toolkit.fluxcd.io', resource: 'gitrepositories' })),
  ...['get', 'create', 'update'].map((verb) => ({ verb, group: 'coordination.k8s.io', resource: 'leases', namespace })),
]

export const permissions: RotateCheck = {
  id: 'permissions',
  title: 'you may do everything that the plan needs',
  severity: 'error',
  probe: async (ctx, input): Promise<CheckResult> => {
    const { secrets } = await oldKeyOf(ctx, input)
    return mayDo(ctx, answers, async () =>
      needed(
        ctx.target.namespace,
        secrets.map(({ id }) => id),
      ),
    )
  },
}

export const notPassedOver: RotateCheck = {
  id: 'no-key-passed-over',
  title: 'every entry with a key is one that Flux reads',
  severity: 'warning',
  probe: async (ctx, input) => {
    const { secrets, recipient } = await oldKeyOf(ctx, input)
    const items = secrets.flatMap((secret) =>
      secret.entries
        .filter(({ imported, identities }) => !imported && identities.some((each) => each.recipient === recipient))
        .map(({ name }) => ({
          where: `Secret ${secret.id}, entry ${name}`,
          what: 'holds the old key, and Flux does not read it: it is taken out in the end as well',
        })),
    )
    const other = secrets.flatMap(importedIdentities).filter((each) => each.recipient !== recipient).length
    return items.length > 0
      ? fail('no-key-passed-over', items.length === 1 ? '1 entry' : `${items.length} entries`, [], items)
      : pass(`${counted(other, 'other key')} in the Secrets`)
  },
}
