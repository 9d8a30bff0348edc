// Which Secret is meant, who keeps it, and who reads it.

import { ofKind } from '../../../src/actions/cluster-survey.ts'
import { parseId, SECRET } from '../../../src/actions/resources.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { isSuspended, verdict } from '../../../src/flux/conditions.ts'
import { sameRepository } from '../../../src/flux/git-urls.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import { secretKeeper } from '../../../src/flux/secret-keeper.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { nameOf } from '../credential.ts'
import type { CredentialsInput } from '../input.ts'
import { ROTATES, RUN_LABEL } from '../own-secret.ts'
import { cloneOf, copiesOf } from '../sealed/copies.ts'
import { clusterOf, rotatedOf, usersOf } from '../survey.ts'
import { counted, fail, failOf, failOn, pass } from './results.ts'

type CredentialsCheck = Check<CredentialsInput>

export const secretKnown: CredentialsCheck = {
  id: 'secret-known',
  title: 'it is known which Secret is to be rotated, and it can be read',
  severity: 'gate',
  probe: async (ctx, input) => {
    try {
      const { id, kind, data, sources } = await rotatedOf(ctx, input)
      return pass(`Secret ${id}: ${nameOf(kind, data)}; ${counted(sources.length, 'source')}`)
    } catch (error) {
      return failOf('secret-known', error)
    }
  },
}

export const gitAlone: CredentialsCheck = {
  id: 'git-alone',
  title: 'nothing but git sources reads the Secret',
  severity: 'error',
  probe: async (ctx, input) => {
    const { others } = await usersOf(ctx, input)
    const items = others.filter(({ breaks }) => breaks).map(({ where, path }) => ({ where, what: `names it at ${path}` }))
    return failOn(
      'git-alone',
      items,
      (count) => `${count} other objects would get the new credential, and it is not proven that they can use it`,
      'give them a Secret of their own first',
    )
  },
}

const elsewhere = async (...[ctx, input]: Parameters<CredentialsCheck['probe']>): Promise<string | undefined> => {
  const keeper = secretKeeper((await rotatedOf(ctx, input)).object)
  if (keeper?.by !== 'kustomization') return undefined
  const [{ objects }, clone] = [await clusterOf(ctx), await cloneOf(ctx, input)]
  if (clone === undefined)
    return `it is applied from git by Kustomization ${keeper.id}, and ${input.repo} is no clone of what the cluster fetches`
  const owner = ofKind(objects, 'Kustomization').find((object) => objectLabel(object) === `Kustomization ${keeper.id}`)
  if (owner === undefined) return `it is applied from git by Kustomization ${keeper.id}, which is not there`
  if (isSuspended(owner)) return `Kustomization ${keeper.id}, which applies it, is suspended: it would not bring the new one`
  const { kind, name, namespace = owner.metadata.namespace } = owner.spec?.sourceRef ?? {}
  const source = ofKind(objects, 'GitRepository').find((object) => objectLabel(object) === `${kind} ${namespace}/${name}`)
  const here = source !== undefined && sameRepository(String(source.spec?.url ?? ''), clone.upstream?.url ?? '')
  if (!here) return `it is applied by Kustomization ${keeper.id} from ${kind} ${namespace}/${name}, of which ${clone.root} is no clone`
  const { branch = 'master', tag, semver, commit } = source.spec?.ref ?? {}
  if (tag ?? semver ?? commit) return `GitRepository ${namespace}/${name} follows no branch: a push would change nothing`
  if (branch !== clone.upstream?.branch)
    return `GitRepository ${namespace}/${name} follows ${branch}, the clone is on ${clone.upstream?.branch}`
  const { files = [] } = (await copiesOf(ctx, input)) ?? {}
  return files.length > 0
    ? undefined
    : `it is applied from git by Kustomization ${keeper.id}, and no sealed file of ${clone.root} is that Secret`
}

const KEPT: Readonly<Record<'release' | 'owner' | 'nobody-may', (id: string) => string>> = {
  release: (id) => `is kept by Helm release ${id}, which puts the old one back`,
  owner: (id) => `is kept by ${id}, which puts the old one back`,
  'nobody-may': () => 'is immutable: it cannot be changed',
}

export const secretOurs: CredentialsCheck = {
  id: 'secret-ours',
  title: 'nobody else keeps the Secret as it is, or it can be changed where it is kept',
  severity: 'error',
  probe: async (ctx, input) => {
    const { id, object } = await rotatedOf(ctx, input)
    const keeper = secretKeeper(object)
    if (keeper === undefined) return pass('nobody keeps it')
    if (keeper.by !== 'kustomization')
      return fail('secret-ours', `Secret ${id} ${KEPT[keeper.by]('id' in keeper ? keeper.id : '')}`, [
        'change it where it comes from: register the new one at the server first, remove the old one last',
      ])
    const why = await elsewhere(ctx, input)
    return why === undefined
      ? pass(`applied by Kustomization ${keeper.id} from this clone: it is changed in git`)
      : fail('secret-ours', why, ['the clone that it is applied from:  --repo DIR', 'flux get kustomizations -A'])
  },
}

export const noOtherRotation: CredentialsCheck = {
  id: 'no-other-rotation',
  title: 'no other rotation of this Secret has stopped half-way',
  severity: 'error',
  probe: async (ctx, input) => {
    const { id } = await rotatedOf(ctx, input)
    const own = await ctx.kube.list(SECRET, { namespace: parseId(id).namespace, labelSelector: RUN_LABEL, metadataOnly: true })
    const items = own
      .filter(({ metadata }) => metadata.annotations?.[ROTATES] === id)
      .map(({ metadata }) => ({
        where: `Secret ${metadata.namespace}/${metadata.name}`,
        what: `belongs to run ${metadata.labels?.[RUN_LABEL]}`,
      }))
    return failOn(
      'no-other-rotation',
      items,
      (count) => `${count} other runs rotate it`,
      'go on with it:  flux-ops runs resume RUN',
      'or take it back:  flux-ops runs abandon RUN',
    )
  },
}

/** Of one that is asked just now, what it said before counts. */
const unwell = (source: KubeObject): CheckItem[] => {
  const { state, message } = verdict(source)
  return ['ready', 'suspended', 'progressing'].includes(state) ? [] : [{ where: objectLabel(source), what: `${state}: ${message}` }]
}

export const sourcesReady: CredentialsCheck = {
  id: 'sources-ready',
  title: 'every source that reads the Secret fetches now',
  severity: 'error',
  probe: async (ctx, input) => {
    const { sources } = await rotatedOf(ctx, input)
    if (sources.every(isSuspended))
      return fail('sources-ready', 'every source that reads it is suspended: that the new one works could not be proven', [
        'flux resume source git NAME',
      ])
    return failOn(
      'sources-ready',
      sources.flatMap(unwell),
      (count) => `${count} sources do not fetch: it could not be told whether the rotation harms them`,
      'flux-ops recover',
      'it is the old credential that is refused:  --waive sources-ready="the old one has expired"',
    )
  },
}

export const noneSuspended: CredentialsCheck = {
  id: 'none-suspended',
  title: 'no source that reads the Secret is suspended',
  severity: 'warning',
  probe: async (ctx, input) => {
    const { sources } = await rotatedOf(ctx, input)
    const items = sources
      .filter(isSuspended)
      .map((source) => ({ where: objectLabel(source), what: 'is suspended: that it fetches is not proven' }))
    return failOn('none-suspended', items, (count) => `${count} sources are left as they are`)
  },
}
