// What `kubectl kustomize` prints, object by object, without parsing it whole: its output is regular (top-level keys in the first column), and
// the CRDs among it are large.

export interface RenderedObject {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string // namespace/name, or name
  /** Path of the file in the repository that it comes from, or the remote base; undefined when kustomize does not tell. */
  readonly origin?: { readonly path: string; readonly remote?: string }
  /** Its whole text, without what we had kustomize add. */
  readonly text: string
  /** Flux leaves the variables in it alone. */
  readonly substituteDisabled: boolean
  readonly encrypted: boolean
}

const SUBSTITUTE = /^ {4}kustomize\.toolkit\.fluxcd\.io\/substitute: ["']?disabled["']?$/m
/** What `buildMetadata: [originAnnotations]` adds. */
const ORIGIN = /^ {4}config\.kubernetes\.io\/origin: \|-?\n((?: {6}.*\n?)*)/m

const plain = (value: string | undefined): string => (value ?? '').trim().replace(/^(["'])(.*)\1$/, '$2')

const fieldOf = (text: string, pattern: RegExp): string => plain(pattern.exec(text)?.[1])

/** The lines below a top-level key. */
const blockOf = (text: string, key: string): string => new RegExp(`^${key}:\\n((?: .*\\n?|\\n)*)`, 'm').exec(text)?.[1] ?? ''

function originOf(block: string, prefix: string): RenderedObject['origin'] {
  const path = fieldOf(block, /^ {6}(?:path|configuredIn): (.*)$/m)
  const repo = fieldOf(block, /^ {6}repo: (.*)$/m)
  const ref = fieldOf(block, /^ {6}ref: (.*)$/m)
  if (path === '') return undefined
  if (repo !== '') return { path, remote: `${repo}${ref === '' ? '' : `?ref=${ref}`}` }
  return { path: path.startsWith(prefix) ? path.slice(prefix.length) : path }
}

/** `prefix`: how paths of the repository begin in it, as kustomize saw them. */
export function renderedObjects(output: string, prefix: string): RenderedObject[] {
  return output
    .split(/^---[ \t]*\n/m)
    .filter((document) => document.trim() !== '')
    .map((document) => {
      const metadata = blockOf(document, 'metadata')
      const namespace = fieldOf(metadata, /^ {2}namespace: (.*)$/m)
      const name = fieldOf(metadata, /^ {2}name: (.*)$/m)
      const origin = originOf(ORIGIN.exec(metadata)?.[1] ?? '', prefix)
      return {
        apiVersion: fieldOf(document, /^apiVersion: (.*)$/m),
        kind: fieldOf(document, /^kind: (.*)$/m),
        name: namespace === '' ? name : `${namespace}/${name}`,
        ...(origin === undefined ? {} : { origin }),
        text: document.replace(ORIGIN, ''),
        substituteDisabled: SUBSTITUTE.test(metadata),
        encrypted: /^sops:$/m.test(document),
      }
    })
}
