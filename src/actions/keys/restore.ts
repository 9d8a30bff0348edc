// Keys put back into the Secrets that Flux decrypts with: what is missing is added, nothing that is there is changed.
import { OpsError } from '../../errors.ts'
import type { Context } from '../../ports/context.ts'
import { keySetText } from '../../sops/keys/bundle.ts'
import { NAMESPACE, parseId, SECRET } from '../resources.ts'
import { type EntryToAdd, identitiesOf, type SecretToRestore } from './restore-plan.ts'

const dataOf = (add: readonly EntryToAdd[]): Record<string, string> =>
  Object.fromEntries(add.map(({ name, set }) => [name, Buffer.from(keySetText(set).reveal()).toString('base64')]))

async function addEntries(ctx: Pick<Context, 'kube'>, plan: SecretToRestore): Promise<void> {
  const { id, exists, namespaceExists, add, resourceVersion } = plan
  const { namespace = '', name } = parseId(id)
  if (!namespaceExists) await ctx.kube.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  if (!exists) {
    await ctx.kube.create(SECRET, { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name, namespace }, data: dataOf(add) })
    return
  }
  // Names were found free in this very state: in another one they may hold somebody's only key.
  const body = { metadata: { resourceVersion }, data: dataOf(add) }
  await ctx.kube.patch(SECRET, { namespace, name }, 'merge', body, { fieldManager: 'flux-ops', metadataOnly: true })
}

/**
 * Adds what is missing, and reads it back. Throws OpsError `restore-differs` when the Secret does not hold it afterwards, `kube-conflict` when it is
 * not the one that was planned with any more.
 */
export async function restoreSecret(ctx: Pick<Context, 'kube'>, plan: SecretToRestore): Promise<void> {
  const { id, add } = plan
  const { namespace = '', name } = parseId(id)
  if (add.length > 0) await addEntries(ctx, plan)
  const present = await identitiesOf(id, await ctx.kube.get(SECRET, { namespace, name }))
  const there = new Set([...present.values()].flat().map(({ secret: key }) => key.reveal()))
  const gone = add.flatMap(({ set }) => set.identities).filter(({ secret: key }) => !there.has(key.reveal()))
  const lost = gone.map(({ kind, recipient }) => recipient ?? `a key of ${kind}`)
  if (lost.length > 0)
    throw new OpsError({
      code: 'restore-differs',
      message: `Secret ${id} does not hold ${lost.join(', ')} after it was written`,
      hints: [`who writes to it:  kubectl -n ${namespace} get secret ${name} --show-managed-fields -o yaml`],
    })
}
