// What the repository lacks of a Flux that the Flux Operator keeps. What is there stays, unless it is of another release and that was waived.
import { type Document, parseAllDocuments } from 'yaml'
import type { ReadContext } from '../../src/ports/context.ts'
import type { KubeObject, Resource } from '../../src/ports/kube.ts'
import type { Repository, ScaffoldFile } from '../../src/scaffold/model.ts'
import { type OperatorFacts, operatorFiles, operatorPlaces } from '../../src/scaffold/operator-files.ts'
import type { BootstrapInput } from './input.ts'

const SERVICE_MONITOR: Resource = {
  group: 'monitoring.coreos.com',
  version: 'v1',
  plural: 'servicemonitors',
  kind: 'ServiceMonitor',
  namespaced: true,
}

/** undefined where it is no object, or has more aliases than any manifest has. */
function objectOf(document: Document): Partial<KubeObject> | undefined {
  try {
    const value: unknown = document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 })
    return typeof value === 'object' && value !== null ? (value as Partial<KubeObject>) : undefined
  } catch {
    return undefined
  }
}

/** Never throws: what cannot be read says nothing. */
export function manifestsIn(text: string): Partial<KubeObject>[] {
  const documents = parseAllDocuments(text, { logLevel: 'silent' })
  return (Array.isArray(documents) ? documents : []).flatMap((document) => objectOf(document) ?? [])
}

export const isInstance = ({ kind, apiVersion }: Partial<KubeObject>): boolean =>
  kind === 'FluxInstance' && apiVersion?.startsWith('fluxcd.controlplane.io/') === true

const plain = (version: unknown): string | undefined => (typeof version === 'string' ? version.replace(/^v/, '') : undefined)

/** Release of Flux that a FluxInstance asks for. */
export const instanceVersion = (text: string): string | undefined => plain(manifestsIn(text).find(isInstance)?.spec?.distribution?.version)

/** Release of the operator that an OCIRepository follows. */
export const operatorVersion = (text: string): string | undefined =>
  plain(manifestsIn(text).find(({ kind, metadata }) => kind === 'OCIRepository' && metadata?.name === 'flux-operator')?.spec?.ref?.tag)

async function factsOf(ctx: ReadContext, { access }: Pick<BootstrapInput, 'access'>): Promise<OperatorFacts> {
  const [openshift, serviceMonitors] = await Promise.all([ctx.kube.kinds(['security.openshift.io']), ctx.kube.serves(SERVICE_MONITOR)])
  return { openshift: openshift.length > 0, serviceMonitors, pullSecret: access !== null }
}

/** Of another release than the file says: whoever got this far has waived it. */
function isOther(text: string, { flux }: BootstrapInput['file']): boolean {
  const versions = [
    [instanceVersion(text), flux.version],
    [operatorVersion(text), operatorPlaces(flux).version],
  ]
  return versions.some(([there, wanted]) => there !== undefined && there !== wanted)
}

export async function missingOperator(
  ctx: ReadContext,
  input: Pick<BootstrapInput, 'file' | 'access'>,
  there: Repository,
): Promise<{ files: ScaffoldFile[]; advice: string[] }> {
  const facts = await factsOf(ctx, input)
  const files: ScaffoldFile[] = []
  const advice: string[] = []
  for (const wanted of operatorFiles(input.file, facts)) {
    const text = there.text(wanted.path)
    if (text === wanted.text) continue
    if (!there.paths.includes(wanted.path) || (text !== undefined && isOther(text, input.file))) files.push(wanted)
    else advice.push(`${wanted.path} stays as it is; a new one would be:\n${wanted.text}`)
  }
  if (input.file.flux.settings.monitors.includes('ServiceMonitor') && !facts.serviceMonitors)
    advice.push(
      'the Flux Operator gets no ServiceMonitor, as the cluster knows none: with the Prometheus Operator there, add to its HelmRelease under spec:\n  values:\n    serviceMonitor:\n      create: true',
    )
  return { files, advice }
}
