import * as z from 'zod'
import { clusterFileSchema } from '../../src/cluster-file/schema.ts'

const path = z.string().min(1).max(4096)

/** Credentials of the file. Secrets stay where they are: here is only where that is. */
export const accessSchema = z.discriminatedUnion('how', [
  z.strictObject({
    how: z.literal('ssh'),
    keyFile: path,
    /** Variable with the passphrase of the key. */
    passphraseEnv: z.string().nullable(),
    knownHostsFile: path,
  }),
  z.strictObject({
    how: z.literal('token'),
    origin: z.string().max(1024),
    username: z.string().max(253),
    bearer: z.boolean(),
    /** One of the two. */
    env: z.string().nullable(),
    file: path.nullable(),
    caFile: path.nullable(),
  }),
])

/** What Flux gets: credentials of the file, or a key that the run makes. */
export const forFluxSchema = z.discriminatedUnion('how', [
  ...accessSchema.options,
  z.strictObject({ how: z.literal('generate'), algorithm: z.enum(['ed25519', 'ecdsa-p384', 'rsa-4096']) }),
])

/** How we reach it. */
export const reachSchema = z.discriminatedUnion('how', [
  ...accessSchema.options,
  z.strictObject({ how: z.literal('own'), knownHostsFile: path }),
])

/** `absent`: it is made in the run. */
export const forgeSchema = z.strictObject({
  kind: z.enum(['gitea', 'github', 'gitlab']),
  url: z.string().max(1024),
  path: z.string().max(1024),
  absent: z.boolean(),
})

export const inputSchema = z.strictObject({
  /** With every default filled in, and absolute paths. */
  file: clusterFileSchema,
  /** Absolute: a clone of the branch that the cluster is to follow, at the head of the remote. Nobody else works in it, unless it is `named`. */
  repo: path,
  /** Of the repository, in that clone. */
  remote: z.string().min(1).max(253),
  /** It is a person's: files are written into it, and nothing else is done there. */
  named: z.boolean(),
  /** Of us; null: the repository asks for nothing. */
  access: reachSchema.nullable(),
  /** Of Flux; null: the repository asks for nothing. */
  forFlux: forFluxSchema.nullable(),
  /** Where the repository lies, with the style of a forge. */
  forge: forgeSchema.nullable(),
  /** Lines of known_hosts that a person gave or confirmed; [] where it is not fetched over SSH. */
  knownHosts: z.array(z.string().max(8192)).max(100),
  /** Version that writes backups. */
  tool: z.string().max(100),
})

export type BootstrapInput = z.infer<typeof inputSchema>
