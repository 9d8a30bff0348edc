// What a chart brings twice: by a hook, for the time before its templates do, and by a template. Side by side they are no mistake; in one stream,
// as kustomize reads it, one id is one object.
import { parseDocument } from 'yaml'

export interface Rendered {
  /** The templates, as one YAML text. */
  readonly manifest: string
  /** Each as a YAML text of its own. */
  readonly hooks: readonly string[]
}

interface Head {
  readonly name: string
  readonly label: string
  /** What kustomize goes by: no namespace is `default`. */
  readonly id: string
}

function headOf(text: string): Head | undefined {
  try {
    const { apiVersion, kind, metadata } = parseDocument(text).toJS()
    const { name, namespace = 'default' } = metadata
    return { name, label: `${kind} ${name}`, id: [apiVersion, kind, namespace, name].join(' ') }
  } catch {
    return undefined // empty, or no object
  }
}

const isHead = (head: Head | undefined): head is Head => typeof head?.name === 'string'

/** `ServiceAccount web` of each object that a hook and a template have, or two hooks. */
export function broughtTwice({ manifest, hooks }: Rendered): string[] {
  const heads = hooks.map(headOf).filter(isHead)
  // Manifests are large and hooks few: only what has the name of a hook in it is parsed.
  const documents = heads.length === 0 ? [] : manifest.split(/^---(?=[ \t\r\n]|$)/m)
  const templates = documents.filter((text) => heads.some(({ name }) => text.includes(name))).map(headOf)
  const taken = new Set(templates.filter(isHead).map(({ id }) => id))
  const twice = new Set<string>()
  for (const { id, label } of heads) {
    if (taken.has(id)) twice.add(label)
    taken.add(id)
  }
  return [...twice].sort()
}
