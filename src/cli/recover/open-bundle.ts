// `recover --from`: a bundle, opened in memory. No kubeconfig is read and no cluster is asked.
import { createHash } from 'node:crypto'
import { openBytesWithKeyFiles } from '../../actions/keys/open-age-file.ts'
import { unpackArchive } from '../../adapters/archive.ts'
import { systemClock } from '../../adapters/clock.ts'
import { type LocalWorld, localWorld } from '../../adapters/context.ts'
import { createRedactor } from '../../adapters/redactor.ts'
import { MANIFEST, SNAPSHOT } from '../../diagnosis/bundle/layout.ts'
import { assertWhole, type BundleManifest, damagedBundle, foreignBundle, readManifest } from '../../diagnosis/bundle/manifest.ts'
import { readSnapshot } from '../../diagnosis/bundle/read-snapshot.ts'
import { type Diagnosis, diagnose } from '../../diagnosis/diagnose.ts'
import { OpsError, usageError } from '../../errors.ts'
import { readAgeFile } from '../../sops/keys/age-file.ts'
import { ago } from '../../ui/duration.ts'
import { jsonLine } from '../../ui/json.ts'
import { sanitise } from '../../ui/sanitise.ts'
import type { Invocation } from '../invocation.ts'
import { standardInput } from '../standard-input.ts'

export interface BundleSource {
  /** Path; `-` is standard input. */
  readonly from: string
  /** Key files. */
  readonly identities: readonly string[]
  readonly json: boolean
}

const missing = () => usageError('bundle-missing', 'nobody pipes a bundle into standard input', '--from FILE')

const isSealed = (bytes: Uint8Array): boolean =>
  /^\s{0,20}(?:age-encryption\.org\/|-----BEGIN AGE ENCRYPTED FILE-----)/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'))

const SEALED_TO_ANOTHER = new Set(['identity-no-match', 'passphrase-needed'])

async function unsealed(world: LocalWorld, bytes: Uint8Array, { identities }: BundleSource, where: string): Promise<Uint8Array> {
  if (!isSealed(bytes)) return bytes
  if (identities.length === 0)
    throw usageError(
      'identity-needed',
      `${where} is sealed`,
      'give a key that it is sealed to: --identity FILE, an age key or an SSH private key',
    )
  try {
    return await openBytesWithKeyFiles(world, await readAgeFile(bytes, where), identities)
  } catch (error) {
    if (!(error instanceof OpsError) || !SEALED_TO_ANOTHER.has(error.code)) throw error
    throw usageError(error.code, error.message, 'ask whoever made it to whom it is sealed')
  }
}

function textOf(files: ReadonlyMap<string, Uint8Array>, name: string, where: string): string | undefined {
  const bytes = files.get(name)
  try {
    return bytes && new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw damagedBundle(where, `its ${name} is no text`)
  }
}

const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function tell({ fluxOps, takenAt, cluster }: BundleManifest, where: string, json: boolean): void {
  const age = systemClock.now().getTime() - Date.parse(takenAt)
  const text = `${where}: as it was at ${takenAt}, ${ago(age)}, taken by flux-ops ${fluxOps}; no cluster is asked, and commands are meant for ${sanitise(cluster.context, 100)}`
  process.stderr.write(json ? jsonLine({ type: 'note', mark: '►', text }) : `► ${sanitise(text, 400)}\n`)
}

/**
 * Throws OpsError (usage): those of the archive, `bundle-unreadable`, `bundle-damaged`, `bundle-format-unknown`, `identity-needed`, those of a sealed
 * file, and those of a file that cannot be read.
 */
export async function diagnoseBundle({ env, signal }: Invocation, source: BundleSource): Promise<Diagnosis> {
  const world = localWorld({ env, redactor: createRedactor(), signal })
  const where = source.from === '-' ? 'standard input' : source.from
  const given = source.from === '-' ? await standardInput(missing) : await world.files.readBytes(source.from)
  const files = await unpackArchive(await unsealed(world, given, source, where), where)
  const text = textOf(files, MANIFEST, where)
  if (text === undefined) throw foreignBundle(where, `it has no ${MANIFEST}`)
  const manifest = readManifest(text, where)
  assertWhole(manifest, files, sum, where)
  const snapshot = textOf(files, SNAPSHOT, where)
  if (snapshot === undefined) throw damagedBundle(where, `it has no ${SNAPSHOT}`)
  const diagnosis = diagnose(readSnapshot(snapshot, where))
  tell(manifest, where, source.json)
  return diagnosis
}
