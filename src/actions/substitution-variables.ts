// The names of the variables that Flux has for a Kustomization. Values of Secrets are read with their names and dropped at once.
import { OpsError } from '../errors.ts'
import { type PostBuild, postBuildOf } from '../flux/substitution.ts'
import type { ReadContext } from '../ports/context.ts'
import type { KubeObject, Resource } from '../ports/kube.ts'
import { SECRET } from './resources.ts'

const CONFIG_MAP: Resource = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true }

export type Variables =
  /** Nothing is substituted. */
  | { readonly status: 'none' }
  | { readonly status: 'known'; readonly names: ReadonlySet<string> }
  | { readonly status: 'unknown'; readonly why: string }

type Keys = readonly string[] | undefined

/** Reads each ConfigMap and Secret once, however many Kustomizations use it. */
export function variableReader(ctx: ReadContext): (kustomization: KubeObject) => Promise<Variables> {
  const read = new Map<string, Promise<Keys>>()
  const keysOf = (kind: 'ConfigMap' | 'Secret', name: string, namespace: string | undefined): Promise<Keys> => {
    const id = `${kind} ${namespace}/${name}`
    const known = read.get(id) ?? ctx.kube.get(kind === 'Secret' ? SECRET : CONFIG_MAP, { name, namespace }).then(keys)
    read.set(id, known)
    return known
  }
  return async (kustomization) => {
    const postBuild = postBuildOf(kustomization)
    if (postBuild === undefined) return { status: 'none' }
    try {
      return await variablesOf(postBuild, (kind, name) => keysOf(kind, name, kustomization.metadata.namespace))
    } catch (error) {
      if (!(error instanceof OpsError)) throw error
      return { status: 'unknown', why: error.message }
    }
  }
}

const keys = (object: KubeObject | undefined): Keys => (object === undefined ? undefined : Object.keys(object.data ?? {}))

async function variablesOf(
  postBuild: PostBuild,
  keysOf: (kind: 'ConfigMap' | 'Secret', name: string) => Promise<Keys>,
): Promise<Variables> {
  const names = new Set(postBuild.names)
  for (const { kind, name, optional } of postBuild.from) {
    const found = await keysOf(kind, name)
    if (found === undefined && !optional) return { status: 'unknown', why: `${kind} ${name}, which it takes variables from, is not there` }
    for (const key of found ?? []) names.add(key)
  }
  return names.size === 0 && !postBuild.always ? { status: 'none' } : { status: 'known', names }
}
