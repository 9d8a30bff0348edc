// API versions in files, rewritten for one hop of a chain. `flux migrate -f` writes the newest versions that its own release knows, which
// a stop in the middle need not serve: here each file gets a version that the release before the hop serves as well, because Flux applies
// the pushed files while that one may still run.

import { findCrd, type ReleaseFacts, release, storageVersion } from './catalogue/index.ts'
import { escaped } from './escaped.ts'
import type { RepoFile } from './files.ts'
import { groupOf, versionOf } from './kinds.ts'
import { type ManifestFinding, type ManifestScan, scanManifests } from './manifests.ts'

/** One line; JSON. `from` and `to` are versions without their group. */
export type ApiRewrite = {
  readonly file: string
  readonly line: number // 1-based
  readonly kind: string
  readonly from: string
  readonly to: string
}

/** A hop from one release to the next, and the releases that come after it in the chain. */
export interface RewriteHop {
  readonly from: string
  readonly to: string
  readonly later: readonly string[]
}

export interface HopRewrites {
  readonly rewrites: readonly ApiRewrite[]
  /** Findings that cannot be rewritten safely, or of a kind that is gone. */
  readonly left: readonly ManifestFinding[]
  readonly scan: ManifestScan
  /** The same files after the rewrites. */
  readonly files: readonly RepoFile[]
}

const served = (facts: ReleaseFacts, group: string, kind: string): string[] =>
  findCrd(facts, group, kind)
    ?.versions.filter((version) => version.served)
    .map((version) => version.name) ?? []

/** The version to write: served by the target, if possible also before it and after it, and of those the stored one. undefined: no such kind. */
export function versionForHop(hop: RewriteHop, group: string, kind: string): string | undefined {
  const target = release(hop.to)
  const candidates = served(target, group, kind)
  const others = [hop.from, ...hop.later].map((version) => served(release(version), group, kind))
  const stored = storageVersion(findCrd(target, group, kind) ?? { versions: [] })
  const rank = (version: string): number[] => [
    others[0]?.includes(version) ? 1 : 0,
    others.slice(1).filter((each) => each.includes(version)).length,
    version === stored ? 1 : 0,
  ]
  const better = (one: readonly number[], other: readonly number[]): number =>
    one.map((value, at) => (other[at] ?? 0) - value).find(Boolean) ?? 0
  return [...candidates].sort((one, other) => better(rank(one), rank(other)))[0]
}

/** Where the version stands on the line of a finding; undefined unless that is one place only. */
function placeOnLine(line: string, group: string, version: string): number | undefined {
  for (const lead of [`${escaped(group)}/`, 'version["\']?\\s*:\\s*["\']?']) {
    const found = [...line.matchAll(new RegExp(`(?<![\\w.-])(${lead})${escaped(version)}(?![\\w.-])`, 'g'))]
    if (found.length > 1) return undefined
    if (found[0]) return found[0].index + (found[0][1] ?? '').length
  }
  return undefined
}

function rewriteOf(finding: ManifestFinding, line: string, hop: RewriteHop): ApiRewrite | undefined {
  const [group, from] = [groupOf(finding.apiVersion), versionOf(finding.apiVersion)]
  const to = versionForHop(hop, group, finding.kind)
  if (to === undefined || placeOnLine(line, group, from) === undefined) return undefined
  return { file: finding.file, line: finding.line, kind: finding.kind, from, to }
}

/** What one hop changes in `files`, and the files after it. Nothing but the characters of the version changes. Throws as scanManifests. */
export function rewritesForHop(files: readonly RepoFile[], hop: RewriteHop): HopRewrites {
  const scan = scanManifests(files, hop.to)
  const lines = new Map(files.map((file) => [file.path, file.text.split('\n')]))
  const rewrites: ApiRewrite[] = []
  const left: ManifestFinding[] = []
  for (const finding of scan.findings) {
    const text = lines.get(finding.file)
    const line = text?.[finding.line - 1] ?? ''
    const rewrite = rewriteOf(finding, line, hop)
    if (text === undefined || rewrite === undefined) {
      left.push(finding)
      continue
    }
    const at = placeOnLine(line, groupOf(finding.apiVersion), rewrite.from) ?? 0
    text[finding.line - 1] = `${line.slice(0, at)}${rewrite.to}${line.slice(at + rewrite.from.length)}`
    rewrites.push(rewrite)
  }
  const changed = new Set(rewrites.map((each) => each.file))
  const after = files.map((file) => (changed.has(file.path) ? { ...file, text: (lines.get(file.path) ?? []).join('\n') } : file))
  return { rewrites, left, scan, files: after }
}
