// Which objects a patch is for. kustomize says nothing where a target matches nothing, and fails where a patch without a target does.
import { RE2JS } from 're2js'
import { parse } from 'yaml'
import { groupOf } from '../kinds.ts'
import type { CarriedPatch, Target } from './carried.ts'

export interface Named {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
}

/** Patterns are Go's, for the whole of the text. */
function isLike(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined || pattern === '') return true
  try {
    return RE2JS.compile(pattern).matches(text)
  } catch {
    return pattern === text
  }
}

const isTarget = (target: Target, object: Named): boolean =>
  isLike(target.group, groupOf(object.apiVersion)) && isLike(target.kind, object.kind) && isLike(target.name, object.name)

/** What a patch without a target names itself; undefined when it cannot be read. */
function namedIn(patch: string): Named | undefined {
  try {
    const { apiVersion, kind, metadata } = parse(patch, { maxAliasCount: 100 }) ?? {}
    return typeof kind === 'string' && typeof metadata?.name === 'string'
      ? { apiVersion: String(apiVersion ?? ''), kind, name: metadata.name }
      : undefined
  } catch {
    return undefined
  }
}

/** Selectors by label and annotation are not followed: a patch that has one counts as for every object that the rest fits. */
export function isFor({ patch, target }: CarriedPatch, object: Named): boolean {
  if (target !== undefined) return isTarget(target, object)
  const own = namedIn(patch)
  return own !== undefined && own.kind === object.kind && own.name === object.name
}

/** `Deployment (kustomize-controller|helm-controller)`. */
export function patchName({ patch, target }: CarriedPatch): string {
  if (target !== undefined) return [target.kind ?? 'every kind', target.name].filter((part) => part !== undefined).join(' ')
  const own = namedIn(patch)
  return own === undefined ? 'a patch without a target' : `${own.kind} ${own.name}`
}
