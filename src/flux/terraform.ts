// The flux_bootstrap_git resource in a repository's own Terraform files, as far as plain text tells it. Attributes:
// https://github.com/fluxcd/terraform-provider-flux/blob/main/docs/resources/bootstrap_git.md
import type { KubeObject } from '../ports/kube.ts'
import type { RepoFile } from './files.ts'
import { cleanFolder } from './synced-paths.ts'
import { placeOf } from './yaml-objects.ts'

export interface BootstrapResource {
  readonly file: string
  /** Of its first line. */
  readonly line: number
  /** `flux_bootstrap_git.this` */
  readonly address: string
  /** The attribute `version` as it is written; undefined where there is none, and the provider takes its own default. */
  readonly version?: { readonly line: number; readonly text: string }
  /** The manifests come with the provider itself: its version decides. */
  readonly embedded: boolean
}

const RESOURCE = /resource\s+"flux_bootstrap_git"\s*"?([\w-]*)"?[^{]*\{([\s\S]*?)(?:^\}|$(?![\s\S]))/gm

export const isTerraform = (path: string): boolean => /\.(tf|tofu)$/.test(path)

const isOf = (body: string, kustomizations: readonly KubeObject[]): boolean => {
  const path = /^\s*path\s*=\s*"([^"$]*)"\s*$/m.exec(body)?.[1]
  return path === undefined || kustomizations.some((each) => cleanFolder(String(each.spec?.path ?? '')) === cleanFolder(path))
}

function resourceAt(file: RepoFile, match: RegExpMatchArray): BootstrapResource {
  const [whole, name = '', body = ''] = match
  const start = match.index ?? 0
  const version = /^[ \t]*version[ \t]*=[ \t]*(.+?)[ \t]*(?:#.*)?$/m.exec(body)
  const at = start + whole.indexOf(body) + (version?.index ?? 0)
  return {
    file: file.path,
    line: placeOf(file.text, start).line,
    address: `flux_bootstrap_git.${name || '…'}`,
    ...(version?.[1] === undefined ? {} : { version: { line: placeOf(file.text, at).line, text: version[1] } }),
    embedded: /^\s*embedded_manifests\s*=\s*true\b/m.test(body),
  }
}

/** A repository may hold the Terraform of several clusters: a resource that writes a path in so many words speaks of the cluster that applies it. */
export const bootstrapResources = (files: readonly RepoFile[], kustomizations: readonly KubeObject[]): BootstrapResource[] =>
  files
    .filter((file) => isTerraform(file.path))
    .flatMap((file) =>
      [...file.text.matchAll(RESOURCE)].filter(([, , body = '']) => isOf(body, kustomizations)).map((match) => resourceAt(file, match)),
    )
