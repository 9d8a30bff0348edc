// What the rotation is about, as data.
import { refusal } from '../../src/errors.ts'
import { secretKeeper } from '../../src/flux/secret-keeper.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { nameOf } from './credential.ts'
import type { CredentialsInput } from './input.ts'
import { chosenNext } from './next.ts'
import { type CredentialsPlan, planSchema } from './plan-schema.ts'
import { cloneOf, copiesOf } from './sealed/copies.ts'
import { rotatedOf, sourcesOf, usersOf } from './survey.ts'

async function sealedPart(ctx: ReadContext, input: CredentialsInput): Promise<CredentialsPlan['sealed']> {
  const [clone, copies] = [await cloneOf(ctx, input), await copiesOf(ctx, input)]
  if (clone === undefined || copies === undefined || copies.files.length === 0) return null
  const { root, head, upstream, source } = clone
  if (upstream === undefined)
    throw refusal('no-upstream', `the branch checked out in ${root} follows no remote branch`, `git -C ${root} switch BRANCH`)
  return { repo: { root, head, source, remote: upstream.remote, branch: upstream.branch, url: upstream.url }, files: [...copies.files] }
}

/** Throws OpsError (refused) as rotatedOf, `no-upstream`. */
export async function makePlan(ctx: ReadContext, input: CredentialsInput): Promise<CredentialsPlan> {
  const [identity, rotated, users, sealed] = await Promise.all([
    ctx.kube.identity(),
    rotatedOf(ctx, input),
    usersOf(ctx, input),
    sealedPart(ctx, input),
  ])
  const keeper = secretKeeper(rotated.object)
  return planSchema.parse({
    clusterUid: identity.uid,
    context: identity.context,
    namespace: ctx.target.namespace,
    secret: rotated.id,
    kind: rotated.kind,
    old: nameOf(rotated.kind, rotated.data),
    next: chosenNext(rotated.kind, input.next),
    sources: sourcesOf(rotated),
    pushing: [...users.pushing],
    alsoNamedBy: users.others.map(({ where, path }) => `${where} (${path})`),
    sealed,
    managedBy: keeper?.by === 'kustomization' ? keeper.id : null,
    keepOld: input.keepOld,
    timeoutMs: input.timeoutSeconds * 1000,
    madeAt: ctx.clock.now().toISOString(),
  } satisfies CredentialsPlan)
}
