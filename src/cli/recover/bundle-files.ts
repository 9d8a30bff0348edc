// A bundle as files in memory: what was seen, redacted, in the layout that `recover --from` reads. Large ones are made piece by piece.
import { createHash } from 'node:crypto'
import { type ArchiveFile, sizeOf } from '../../adapters/archive.ts'
import * as layout from '../../diagnosis/bundle/layout.ts'
import { manifestOf } from '../../diagnosis/bundle/manifest.ts'
import type { Diagnosis } from '../../diagnosis/diagnose.ts'
import type { Snapshot, Unseen } from '../../diagnosis/snapshot.ts'
import { controllersOf } from '../../flux/installed.ts'
import { jsonDocument, jsonLine } from '../../ui/json.ts'
import { sanitise } from '../../ui/sanitise.ts'
import { drawDiagnosis } from './draw.ts'

export interface BundledLog {
  /** Of the archive. */
  readonly name: string
  readonly text: string
}

/** Redacted, all of it. */
export interface BundleContent {
  readonly snapshot: Snapshot
  readonly diagnosis: Diagnosis
  readonly logs: readonly BundledLog[]
  readonly unseen: readonly Unseen[]
  /** Of flux-ops. */
  readonly version: string
  readonly platform: string
}

const PIECE = 256 * 1024

/** One object a line. */
function* snapshotLines(snapshot: Snapshot): Generator<string> {
  let before = '{'
  for (const [key, value] of Object.entries(snapshot)) {
    yield `${before}${JSON.stringify(key)}: `
    before = ','
    if (!Array.isArray(value)) {
      yield jsonLine(value)
      continue
    }
    yield '[\n'
    for (const [at, one] of value.entries()) yield `${at === 0 ? '' : ','}${jsonLine(one)}`
    yield ']\n'
  }
  yield '}\n'
}

function inPieces(texts: Iterable<string>): Buffer[] {
  const pieces: Buffer[] = []
  let [waiting, length]: [string[], number] = [[], 0]
  const flush = (): void => {
    if (length > 0) pieces.push(Buffer.from(waiting.join('')))
    ;[waiting, length] = [[], 0]
  }
  for (const text of texts) {
    waiting.push(text)
    length += text.length
    if (length >= PIECE) flush()
  }
  flush()
  return pieces
}

const sumOf = ({ pieces }: ArchiveFile): string => {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

function versionsOf({ snapshot, version, platform }: BundleContent): object {
  const apis = [...new Set(snapshot.objects.map(({ kind, apiVersion }) => `${kind} ${apiVersion}`))].sort()
  return {
    fluxOps: version,
    platform,
    kubernetes: snapshot.cluster.version,
    controllers: controllersOf(snapshot.deployments).map(({ component, tag, image }) => ({ component, tag, image })),
    apis: Object.fromEntries(apis.map((one) => one.split(' ') as [string, string])),
  }
}

const LONGEST_LINE = 4000

/** A log is read by cat: nothing in it may move the cursor. */
const plainLines = (text: string): string =>
  text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line) => `${sanitise(line, LONGEST_LINE)}\n`)
    .join('')

const file = (name: string, texts: Iterable<string>): ArchiveFile => ({ name, pieces: inPieces(texts) })

/** The manifest first: whoever reads them knows the format before anything else. */
export function bundleFiles(content: BundleContent): ArchiveFile[] {
  const { snapshot, diagnosis, logs, unseen, version } = content
  const { context, uid, version: kubernetes } = snapshot.cluster
  const { takenAt } = snapshot
  const files = [
    file(layout.README, [layout.readmeText({ version, takenAt, cluster: sanitise(context) })]),
    file(layout.DIAGNOSIS_TEXT, [drawDiagnosis(diagnosis)]),
    file(layout.DIAGNOSIS_JSON, [jsonDocument(diagnosis)]),
    file(layout.VERSIONS, [jsonDocument(versionsOf(content))]),
    file(layout.SNAPSHOT, snapshotLines(snapshot)),
    ...logs.map(({ name, text }) => file(name, [plainLines(text)])),
  ]
  const sums = files.map((one) => ({ name: one.name, bytes: sizeOf(one), sha256: sumOf(one) }))
  const cluster = { context, uid, version: kubernetes }
  const manifest = manifestOf({ fluxOps: version, takenAt, cluster, files: sums, leftOut: layout.LEFT_OUT, unseen })
  return [file(layout.MANIFEST, [jsonDocument(manifest)]), ...files]
}
