// The manifest beside a backup: which keys are in it and where they were, what opens it, which files belong to it. It holds no secret and is
// no proof of itself: what it says of a file is held against the file.
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { OpsError } from '../../errors.ts'
import type { BundleKey } from './bundle.ts'

const FORMAT = 'flux-ops-keys/1'
const FAMILY = 'flux-ops-keys/'
const LARGEST = 2 ** 20

const sourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('secret'), namespace: z.string(), name: z.string(), entry: z.string() }),
  z.object({ kind: z.literal('file'), name: z.string() }),
  z.object({ kind: z.literal('unknown') }),
])

/** A private key would not pass for either. */
const recipientText = z.string().regex(/^(?:age1|ssh-)/)

const keySchema = z.object({
  /** Left out for a plugin identity that names none. */
  recipient: recipientText.optional(),
  kind: z.enum(['x25519', 'hybrid', 'plugin']),
  sources: z.array(sourceSchema),
})

const sealedSchema = z.discriminatedUnion('how', [
  z.object({
    how: z.literal('recipients'),
    to: z
      .array(z.object({ recipient: recipientText, kind: z.enum(['x25519', 'hybrid', 'ssh', 'plugin']), name: z.string().optional() }))
      .min(1),
  }),
  z.object({ how: z.literal('passphrase') }),
  z.object({ how: z.literal('shares'), set: z.string(), count: z.int().min(2).max(255), threshold: z.int().min(2).max(255) }),
])

/** Of a file beside the manifest: no part of a path. */
const fileName = z
  .string()
  .regex(/^[^/\\\0]{1,255}$/)
  .refine((name) => name !== '.' && name !== '..')

const manifestSchema = z.object({
  format: z.literal(FORMAT),
  created: z.iso.datetime(),
  /** Version that wrote it. */
  fluxOps: z.string(),
  cluster: z.object({ name: z.string(), uid: z.string().optional() }).optional(),
  keys: z.array(keySchema).min(1),
  sealed: sealedSchema,
  files: z.array(z.object({ name: fileName, sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().min(0) })).min(1),
  /** How many of the encrypted files of the repository at a commit the keys of this backup opened. */
  proof: z.object({ opened: z.int().min(0), files: z.int().min(0), commit: z.string(), at: z.iso.datetime() }).optional(),
})

export type Manifest = z.infer<typeof manifestSchema>
export type ManifestFile = Manifest['files'][number]
export type SealedBy = Manifest['sealed']

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** What the manifest keeps of a file. A string is taken as UTF-8. */
export const fileRecord = (name: string, content: Uint8Array | string): ManifestFile => ({
  name,
  sha256: sha256(content),
  bytes: Buffer.byteLength(content),
})

export const manifestKeys = (keys: readonly BundleKey[]): Manifest['keys'] =>
  keys.map(({ recipient, kind, sources }) => ({ ...(recipient !== undefined && { recipient }), kind, sources: [...sources] }))

export const manifestText = (manifest: Omit<Manifest, 'format'>): string =>
  `${JSON.stringify(manifestSchema.parse({ format: FORMAT, ...manifest }), null, 2)}\n`

const failed = (code: string, message: string, ...hints: string[]): OpsError => new OpsError({ code, message, hints })

const unreadable = (where: string, why: string): OpsError =>
  failed('manifest-unreadable', `${where} is no manifest of a key backup: ${why}`, 'the backup itself can be opened without it')

function parsed(text: string, where: string): unknown {
  if (text.length > LARGEST) throw unreadable(where, 'it is larger than 1 MiB')
  try {
    return JSON.parse(text)
  } catch {
    // The message of the parser repeats what it read.
    throw unreadable(where, 'it is not JSON')
  }
}

/** Throws OpsError `manifest-unreadable`, which names the first field that does not fit, and `manifest-format-unknown`. */
export function readManifest(text: string, where: string): Manifest {
  const value = parsed(text, where)
  const format = (value as { format?: unknown } | null)?.format
  if (typeof format === 'string' && format.startsWith(FAMILY) && format !== FORMAT)
    throw failed(
      'manifest-format-unknown',
      `${where} has a format that this flux-ops does not know; it reads ${FORMAT}`,
      'use a newer flux-ops',
      'the backup itself can be opened without it',
    )
  const result = manifestSchema.safeParse(value)
  if (result.success) return result.data
  const path = result.error.issues[0]?.path.join('.')
  throw unreadable(where, path ? `${path} is missing or not what it should be` : 'it does not have the shape of one')
}

/**
 * Proves that a file beside the manifest is the one that was written. Throws OpsError `backup-file-damaged`, `backup-file-unknown`, which name it.
 */
export function assertFile({ files }: Manifest, name: string, content: Uint8Array | string): void {
  const record = files.find((file) => file.name === name)
  if (record === undefined)
    throw failed(
      'backup-file-unknown',
      `${name} is not of this backup: its manifest names ${files.map((file) => file.name).join(', ')}`,
      'name one of those',
    )
  const size = Buffer.byteLength(content)
  if (size === record.bytes && sha256(content) === record.sha256) return
  const what = size === record.bytes ? 'its checksum does not hold' : `it has ${size} bytes, and had ${record.bytes} when it was written`
  throw failed('backup-file-damaged', `${name} is not as it was written: ${what}`, 'take another copy of this backup')
}
