// The first file of a bundle: which format it is of, and the sum of every other file.
import { OpsError } from '../../errors.ts'
import type { Unseen } from '../snapshot.ts'
import { partOf, partsOf, textOf } from '../well-formed.ts'
import { MANIFEST } from './layout.ts'

const FORMAT = 'flux-ops-bundle/1'
const FAMILY = 'flux-ops-bundle/'

export interface BundledFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export interface BundleManifest {
  readonly format: string
  /** Version that made it. */
  readonly fluxOps: string
  /** RFC 3339, by the clock of whoever took it. */
  readonly takenAt: string
  readonly cluster: { readonly context: string; readonly uid: string | null; readonly version: string }
  readonly files: readonly BundledFile[]
  readonly leftOut: readonly string[]
  readonly unseen: readonly Unseen[]
}

export const manifestOf = (about: Omit<BundleManifest, 'format'>): BundleManifest => ({ format: FORMAT, ...about })

const failure = (code: string, message: string, hint: string): OpsError => new OpsError({ code, message, hints: [hint], exit: 'usage' })

export const foreignBundle = (where: string, why: string): OpsError =>
  failure('bundle-unreadable', `${where} is no bundle of flux-ops: ${why}`, 'flux-ops recover bundle makes one')

export const damagedBundle = (where: string, why: string): OpsError =>
  failure('bundle-damaged', `${where} is not as it was made: ${why}`, 'take another copy of it')

/** JSON of one of its files. Throws OpsError `bundle-damaged`; the parser's own message would repeat what it read. */
export function bundledJson(text: string, name: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw damagedBundle(where, `its ${name} is no JSON`)
  }
}

const isSum = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

/** Throws OpsError (usage) `bundle-unreadable`, `bundle-format-unknown`, `bundle-damaged`. */
export function readManifest(text: string, where: string): BundleManifest {
  const value = partOf(bundledJson(text, MANIFEST, where))
  const format = textOf(value.format)
  if (!format.startsWith(FAMILY)) throw foreignBundle(where, 'its manifest is of something else')
  if (format !== FORMAT)
    throw failure(
      'bundle-format-unknown',
      `${where} is of format ${JSON.stringify(format.slice(0, 60))}, which this flux-ops does not know; it reads ${FORMAT}`,
      'use the flux-ops that it was made with, or a newer one',
    )
  const files = partsOf(value.files).map(({ name, bytes, sha256 }) => ({
    name: textOf(name),
    bytes: Number(bytes),
    sha256: isSum(sha256) ? sha256 : '',
  }))
  if (files.length === 0 || files.some(({ sha256 }) => sha256 === ''))
    throw damagedBundle(where, 'its manifest does not name the sums of its files')
  const cluster = partOf(value.cluster)
  return {
    format,
    fluxOps: textOf(value.fluxOps),
    takenAt: textOf(value.takenAt),
    cluster: { context: textOf(cluster.context), uid: textOf(cluster.uid) || null, version: textOf(cluster.version) },
    files,
    leftOut: (Array.isArray(value.leftOut) ? value.leftOut : []).map(textOf),
    unseen: partsOf(value.unseen).map(({ what, why }) => ({ what: textOf(what), why: textOf(why) })),
  }
}

/** That every file is the one that the manifest names, and none is missing or too many. `sum`: SHA-256 in hex. Throws OpsError (usage) `bundle-damaged`. */
export function assertWhole(
  manifest: BundleManifest,
  files: ReadonlyMap<string, Uint8Array>,
  sum: (bytes: Uint8Array) => string,
  where: string,
): void {
  for (const { name, sha256 } of manifest.files) {
    const bytes = files.get(name)
    if (bytes === undefined) throw damagedBundle(where, `${name} is missing`)
    if (sum(bytes) !== sha256) throw damagedBundle(where, `${name} does not have the sum that its manifest names`)
  }
  const known = new Set([MANIFEST, ...manifest.files.map(({ name }) => name)])
  const other = [...files.keys()].find((name) => !known.has(name))
  if (other !== undefined) throw damagedBundle(where, `its manifest does not name ${other}`)
}
