// The real sops and age-keygen, by standard input and environment alone: no clear text and no key touches a disk.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Identity, parseIdentities } from '../../../src/sops/keys/identities.ts'
import { feed } from '../../helpers/feed.ts'
import { allTools } from '../scratch.ts'

export interface Said {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface RealSops {
  end(): Promise<void>
  /** A new identity; `-pq` for a post-quantum one. */
  keygen(...args: string[]): Promise<Identity>
  /** `rule`: settings of a creation rule, beside the recipients. */
  encrypt(name: string, clear: string, recipients: readonly Identity[], args?: readonly string[], rule?: object): Promise<string>
  /** What sops makes of a sealed text with these identities alone. */
  decrypt(name: string, sealed: string, identities: readonly Identity[]): Promise<Said>
}

const TYPES: Readonly<Record<string, string>> = { yaml: 'yaml', yml: 'yaml', json: 'json', env: 'dotenv', ini: 'ini' }

function run(file: string, args: readonly string[], stdin: string, env: Record<string, string>): Promise<Said> {
  return new Promise((resolve, reject) => {
    // An empty home: no key of whoever runs the tests may open anything.
    const child = spawn(file, args, { cwd: tmpdir(), env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', ...env } })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk) => out.push(chunk))
    child.stderr.on('data', (chunk) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ exitCode: code ?? -1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    )
    feed(child.stdin, stdin)
  })
}

export async function realSops(): Promise<RealSops> {
  const tools = await allTools()
  const folder = await mkdtemp(join(tmpdir(), 'flux-ops-sops-'))
  const sops = tools.sops ?? ''
  const keygen = tools['age-keygen'] ?? ''
  return {
    end: () => rm(folder, { recursive: true, force: true }),
    keygen: async (...args) => {
      const { stdout } = await run(keygen, args, '', {})
      const [identity] = await parseIdentities(stdout, 'age-keygen')
      if (identity === undefined) throw new Error('age-keygen made no identity')
      return identity
    },
    encrypt: async (name, clear, recipients, args = [], rule = undefined) => {
      const age = recipients.map(({ recipient }) => recipient).join(',')
      const config = join(folder, `${randomUUID()}.yaml`)
      await writeFile(config, JSON.stringify({ creation_rules: [{ age, ...rule }] }))
      const { exitCode, stdout, stderr } = await run(sops, ['--config', config, 'encrypt', ...args, '--filename-override', name], clear, {})
      if (exitCode !== 0) throw new Error(`sops encrypt: ${stderr}`)
      return stdout
    },
    decrypt: (name, sealed, identities) => {
      const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'binary'
      const keys = identities.map(({ secret }) => secret.reveal()).join('\n')
      return run(sops, ['decrypt', '--input-type', type, '--output-type', type], sealed, { SOPS_AGE_KEY: keys })
    },
  }
}
