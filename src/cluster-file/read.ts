// From the text of a cluster file to what it means, or to all that is wrong with it at once.
import { OpsError } from '../errors.ts'
import { decode, openDocument } from './document.ts'
import { Places } from './places.ts'
import { inOrder, type Problem } from './problem.ts'
import { fluxRules } from './rules/flux-rules.ts'
import { gitRules } from './rules/git-rules.ts'
import type { Draft, Question } from './rules/model.ts'
import { sopsRules } from './rules/sops-rules.ts'
import { type ClusterFile, type ClusterFileInput, clusterFileSchema } from './schema.ts'
import { readStructure } from './structure.ts'

export interface PlacedProblem {
  /** From 1; columns count UTF-16 units, as editors do. */
  readonly line: number
  readonly column: number
  readonly what: string
  readonly hint: string
}

export type Reading = { readonly cluster: ClusterFile } | { readonly problems: readonly PlacedProblem[] }

const RULES = [...gitRules, ...fluxRules, ...sopsRules]

function ruleProblems(sound: unknown, places: Places): Problem[] {
  const question: Question = {
    file: sound as Draft<ClusterFileInput>,
    has: (path) => places.has(path.split('.')),
  }
  return RULES.flatMap((rule) => rule(question)).map(({ path, what, hint }) => {
    const { from, to } = places.has(path) ? places.valueAt(path) : places.keyAt(path)
    return { from, to, what, hint, path }
  })
}

/** Somebody gave a manifest; the rest of it needs no words. */
function otherKind(value: unknown, places: Places): Problem | undefined {
  const { apiVersion, kind } = (typeof value === 'object' && value !== null ? value : {}) as { apiVersion?: unknown; kind?: unknown }
  if (typeof apiVersion !== 'string' || apiVersion.startsWith('flux-ops.dev/') || typeof kind !== 'string' || kind === 'Cluster')
    return undefined
  const flux =
    /^[a-z.]{1,40}\.(toolkit\.fluxcd\.io|fluxcd\.controlplane\.io)\/v/.test(`.${apiVersion}`) ||
    /^fluxcd\.controlplane\.io\//.test(apiVersion)
  const { from, to } = places.valueAt(['apiVersion'])
  const what = `this is a manifest of ${flux ? 'Flux' : 'Kubernetes'}, and no cluster file of flux-ops`
  return { from, to, what, hint: 'give the file that begins with  apiVersion: flux-ops.dev/v1' }
}

const sameFolder = (path: string): string => path.replace(/^(\.\/+)+(?=.)/, '').replace(/(?<=.)\/+$/, '')

/** Paths in one spelling: clusters/prod for ./clusters/prod/. */
const normalised = (cluster: ClusterFile): ClusterFile => ({ ...cluster, git: { ...cluster.git, path: sameFolder(cluster.git.path) } })

/** All that is wrong, by the order in which it was found; or what it means. */
export function readText(text: string): { readonly problems: readonly Problem[] } | { readonly cluster: ClusterFile } {
  const { document, problems } = openDocument(text)
  if (document === undefined) return { problems }
  const places = new Places(document, text)
  if (places.value === undefined) return { problems: [...problems, ...places.problems] }
  const other = otherKind(places.value, places)
  if (other) return { problems: [...problems, other] }
  const structure = readStructure(places)
  const rules = ruleProblems(structure.sound, places)
  const hidden = ({ from, to }: Problem): boolean => problems.some((secret) => secret.from < to && from < secret.to)
  const all = [...problems, ...places.problems, ...[...structure.problems, ...rules].filter((problem) => !hidden(problem))]
  return all.length > 0 ? { problems: all } : { cluster: normalised(clusterFileSchema.parse(places.value)) }
}

function placed(text: string, problems: readonly Problem[]): PlacedProblem[] {
  return inOrder(problems).map(({ from, what, hint }) => {
    const before = text.slice(0, from).split('\n')
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, what, hint }
  })
}

/** Never throws. */
export function inspectClusterFile(input: string | Uint8Array): Reading {
  const decoded = decode(input)
  if ('problem' in decoded) return { problems: placed(decoded.text, [decoded.problem]) }
  const result = readText(decoded.text)
  return 'cluster' in result ? result : { problems: placed(decoded.text, result.problems) }
}

const lineOf = (path: string, { line, column, what }: PlacedProblem): string => `${path}:${line}:${column}: ${what}`

/** Of one problem the hint is the error's; of several each stands below its own. */
export function clusterFileError(path: string, problems: readonly PlacedProblem[]): OpsError {
  const [only, ...more] = problems
  const schema = 'every field:  flux-ops schema cluster'
  return new OpsError({
    code: 'cluster-file-invalid',
    message:
      more.length === 0 && only
        ? lineOf(path, only)
        : problems.flatMap((problem) => [lineOf(path, problem), `→ ${problem.hint}`]).join('\n'),
    hints: more.length === 0 && only ? [only.hint, schema] : [schema],
    exit: 'usage',
  })
}

/** With every default filled in. Throws OpsError `cluster-file-invalid` (usage) that names all that is wrong, in the order of the file. */
export function readClusterFile(input: string | Uint8Array, path: string): ClusterFile {
  const reading = inspectClusterFile(input)
  if ('problems' in reading) throw clusterFileError(path, reading.problems)
  return reading.cluster
}
