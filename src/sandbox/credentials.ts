// The sandbox's own keys and tokens, made once. They live in 0600 files below secrets/ and reach the API server by file name only.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { readIfExists, writeFileAtomic } from './atomic-file.ts'
import type { SandboxPaths } from './contract.ts'

/** Users of the static token file. `viewer` may sign in and nothing else: for tests of missing permissions. */
export const USERS = {
  admin: { user: 'sandbox-admin', group: 'system:masters' },
  kcm: { user: 'system:kube-controller-manager', group: 'system:masters' },
  node: { user: 'sandbox-node-agent', group: 'system:masters' },
  viewer: { user: 'sandbox-viewer', group: 'sandbox-viewers' },
} as const
export type User = keyof typeof USERS

export interface Credentials {
  readonly tokens: Readonly<Record<User, string>>
  readonly tokensCsv: string
  readonly saKey: string
  readonly saPub: string
}

/** Reads them, or makes those that are missing. */
export async function ensureCredentials(paths: SandboxPaths): Promise<Credentials> {
  const tokensCsv = join(paths.secrets, 'tokens.csv')
  const saKey = join(paths.secrets, 'sa.key')
  const saPub = join(paths.secrets, 'sa.pub')
  if ((await readIfExists(saPub)) === undefined) {
    const pair = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    await writeFileAtomic(saKey, pair.privateKey)
    await writeFileAtomic(saPub, pair.publicKey)
  }
  const text = (await readIfExists(tokensCsv)) ?? (await writeTokens(tokensCsv))
  return { tokens: parseTokens(text), tokensCsv, saKey, saPub }
}

async function writeTokens(path: string): Promise<string> {
  const lines = Object.entries(USERS).map(([id, { user, group }]) => `${randomBytes(24).toString('hex')},${user},${id},"${group}"`)
  await writeFileAtomic(path, `${lines.join('\n')}\n`)
  return lines.join('\n')
}

function parseTokens(text: string): Record<User, string> {
  const rows = text
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  const token = (id: User): string => {
    const found = rows.find((row) => row[2] === id)?.[0]
    if (found === undefined) throw new Error(`no token for ${id} in tokens.csv`)
    return found
  }
  return { admin: token('admin'), kcm: token('kcm'), node: token('node'), viewer: token('viewer') }
}
