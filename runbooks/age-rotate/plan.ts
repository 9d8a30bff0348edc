// What the rotation is about, as data.

import { ofKind } from '../../src/actions/cluster-survey.ts'
import { importedIdentities } from '../../src/actions/keys/cluster-keys.ts'
import { idOf } from '../../src/actions/resources.ts'
import { refusal } from '../../src/errors.ts'
import { verdict } from '../../src/flux/conditions.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { Identity } from '../../src/sops/keys/identities.ts'
import { keyringOf } from '../../src/sops/sealed/keyring.ts'
import type { Node, SealedFile } from '../../src/sops/sealed/model.ts'
import type { OpenedFile } from '../../src/sops/sealed/open.ts'
import { needsSops } from '../../src/sops/sealed/rewrite.ts'
import { kindOf } from './checks/new-key.ts'
import { sourcesOf } from './checks/repository.ts'
import { isKeyAlone, keyFilesOf, openedOr } from './files/key-in-file.ts'
import type { RotateInput } from './input.ts'
import { planSchema, type RotatePlan } from './plan-schema.ts'
import { cloneOf, clusterOf, type OldKey, oldKeyOf, ruleFiles, sealedOf, usersOf } from './survey.ts'

const textAt = (root: Node, ...path: readonly string[]): string => {
  let node: Node | undefined = root
  for (const key of path) node = node?.kind === 'map' ? node.entries.find((entry) => entry.key === key)?.value : undefined
  return node?.kind === 'scalar' ? node.text : ''
}

const objectOf = ({ documents }: SealedFile): string => {
  const names = documents.map(({ root }) =>
    [textAt(root, 'kind'), textAt(root, 'metadata', 'name')].filter((part) => part !== '').join(' '),
  )
  return [...new Set(names.filter((name) => name !== ''))].join(', ')
}

/** Comments are nobody's, and the old key itself is replaced by this very run. */
const valuesOf = (file: SealedFile, { units }: OpenedFile, old: Identity): RotatePlan['values'][number] => ({
  file: file.path,
  object: objectOf(file),
  names: [
    ...new Set(
      units
        .flatMap(({ values }) => values.filter((value) => value.clear.type !== 'comment' && !isKeyAlone(value, old)))
        .map(({ path }) => path.join('.')),
    ),
  ],
})

async function laidOpen({ files, identity, secrets }: OldKey): Promise<RotatePlan['values']> {
  const keyring = await keyringOf(secrets.flatMap(importedIdentities))
  const values: RotatePlan['values'] = []
  for (const file of files) {
    const opened = await openedOr(file, keyring)
    if (opened !== undefined) values.push(valuesOf(file, opened, identity))
  }
  return values.filter(({ names }) => names.length > 0)
}

/** Throws OpsError (refused) `not-applied-here`, and those of oldKeyOf. */
export async function makePlan(ctx: ReadContext, input: RotateInput): Promise<RotatePlan> {
  const [identity, { objects }, clone, survey, old, sources, kind, keyFiles] = await Promise.all([
    ctx.kube.identity(),
    clusterOf(ctx),
    cloneOf(ctx, input),
    sealedOf(ctx, input),
    oldKeyOf(ctx, input),
    sourcesOf(ctx, input),
    kindOf(ctx, input),
    keyFilesOf(ctx, input),
  ])
  const [source] = sources
  const { root, head, upstream } = clone
  if (source === undefined || upstream === undefined)
    throw refusal(
      'not-applied-here',
      `nothing that decrypts with ${old.recipient} applies ${root}`,
      '--repo DIR of the clone that it applies',
    )
  const users = new Set(usersOf(old))
  const notReady = ofKind(objects, 'Kustomization').filter(
    (object) => users.has(idOf(object)) && !['ready', 'progressing'].includes(verdict(object).state),
  )
  const texts = await Promise.all(ruleFiles(survey).map(async (path) => ({ path, text: await ctx.files.readText(`${root}/${path}`) })))
  return planSchema.parse({
    clusterUid: identity.uid,
    context: identity.context,
    namespace: ctx.target.namespace,
    repo: { root, head, remote: upstream.remote, branch: upstream.branch, url: upstream.url, source },
    sources,
    old: old.recipient,
    kind,
    secrets: old.secrets.map(({ id }) => id),
    kustomizations: [...users].sort(),
    notReady: notReady.map(idOf).sort(),
    files: old.files.map(({ path }) => path),
    bySops: old.files.filter((file) => needsSops(file) !== undefined).map(({ path }) => path),
    keyFiles,
    values: input.compromised ? await laidOpen(old) : [],
    rules: texts.filter(({ text }) => text.includes(old.recipient)).map(({ path }) => path),
    seal: input.seal,
    out: input.out,
    sheet: input.sheet,
    tool: input.tool,
    compromised: input.compromised,
    keepOldUntil: input.keepOldUntil ?? null,
    timeoutMs: input.timeoutSeconds * 1000,
    madeAt: ctx.clock.now().toISOString(),
  } satisfies RotatePlan)
}
