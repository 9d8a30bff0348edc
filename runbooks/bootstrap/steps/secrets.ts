// Manifests that sops encrypted, applied before Flux: what it needs before it can decrypt anything by itself. Clear text is in memory alone.
import { parseAllDocuments } from 'yaml'
import { NAMESPACE, SECRET } from '../../../src/actions/resources.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { holds } from '../../../src/flux/holds.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject, Resource } from '../../../src/ports/kube.ts'
import type { Secret } from '../../../src/ports/secret.ts'
import { openingKey } from '../given-key.ts'
import type { BootstrapInput } from '../input.ts'
import { namespaceOf } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'

const CONFIG_MAP: Resource = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true }
const KINDS = [SECRET, CONFIG_MAP, NAMESPACE]

type File = BootstrapInput['file']

const notFit = (path: string, what: string): OpsError =>
  new OpsError({
    code: 'secrets-not-fit',
    message: `${path}: ${what}`,
    hints: ['before Flux come Secrets, ConfigMaps and Namespaces alone; everything else is applied by Flux'],
    exit: 'refused',
  })

function parsed(path: string, text: string, namespace: string): KubeObject[] {
  return parseAllDocuments(text, { logLevel: 'silent' }).flatMap((document): KubeObject[] => {
    if (document.errors.length > 0) throw notFit(path, 'is no YAML once it is decrypted')
    if (document.contents === null) return []
    const object = document.toJS({ maxAliasCount: 100 }) as KubeObject
    const resource = KINDS.find(({ kind }) => kind === object?.kind)
    if (resource === undefined || object.apiVersion !== 'v1' || typeof object.metadata?.name !== 'string')
      throw notFit(path, `has ${object?.kind ?? 'something that is no object'} in it`)
    const metadata = resource.namespaced ? { namespace, ...object.metadata } : object.metadata
    return [{ ...object, metadata }]
  })
}

/** Objects of one manifest, in clear. Throws OpsError `tool-failed` where no key opens it, `secrets-not-fit` (refused). */
export async function decrypted(
  ctx: Pick<ReadContext, 'exec' | 'files' | 'env' | 'kube'>,
  file: File,
  path: string,
): Promise<KubeObject[]> {
  const key = await openingKey(ctx, file)
  const env: Record<string, Secret> = key === undefined ? {} : { SOPS_AGE_KEY: key }
  const { stdout } = await ctx.exec.run({
    tool: 'sops',
    args: ['decrypt', '--output-type', 'yaml', path],
    effect: 'read',
    env,
    timeoutMs: 60_000,
  })
  return parsed(path, stdout, file.flux.namespace)
}

const resourceFor = ({ kind }: KubeObject): Resource => KINDS.find((one) => one.kind === kind) ?? SECRET

/** A Secret as the API server keeps it. */
function asKept({ kind, data, stringData, type }: KubeObject): Record<string, unknown> {
  if (kind !== 'Secret') return kind === 'ConfigMap' ? { data } : {}
  const encoded = Object.entries((stringData ?? {}) as Record<string, string>).map(([name, value]) => [
    name,
    Buffer.from(value).toString('base64'),
  ])
  return { data: { ...data, ...Object.fromEntries(encoded) }, ...(type !== undefined && { type }) }
}

async function areThere(ctx: ReadContext, { file }: BootstrapPlan): Promise<boolean> {
  for (const path of file.secrets)
    for (const object of await decrypted(ctx, file, path)) {
      const there = await ctx.kube.get(resourceFor(object), object.metadata)
      if (there === undefined || !holds(there, asKept(object))) return false
    }
  return true
}

async function apply(ctx: Context, { file }: BootstrapPlan): Promise<{ objects: number }> {
  let objects = 0
  for (const path of file.secrets)
    for (const object of await decrypted(ctx, file, path)) {
      await ctx.kube.patch(resourceFor(object), object.metadata, 'apply', object, {
        fieldManager: 'kubectl',
        force: true,
        metadataOnly: true,
      })
      objects += 1
    }
  return { objects }
}

export const secretsStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'secrets',
  title: 'apply the secrets that Flux needs first',
  why: 'what Flux fetches and decrypts with cannot come from what it has not fetched yet',
  preview: ({ plan }) =>
    plan.file.secrets.map((path) => `sops decrypt ${path} | kubectl -n ${namespaceOf(plan)} apply --server-side --force-conflicts -f -`),
  isDone: (ctx, { plan }) => areThere(ctx, plan),
  run: (ctx, { plan }) => apply(ctx, plan),
}
