// The rotation of a key over a thousand sealed files, every phase with its proofs, against the same by shell with sops.
import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Identity } from '../../src/sops/keys/identities.ts'
import { keyringOf } from '../../src/sops/sealed/keyring.ts'
import type { SealedFile } from '../../src/sops/sealed/model.ts'
import { openSealed } from '../../src/sops/sealed/open.ts'
import { readSealed } from '../../src/sops/sealed/read.ts'
import { withNewDataKey } from '../../src/sops/sealed/rewrite.ts'
import { allTools } from '../sandbox/scratch.ts'
import { realSops } from '../sandbox/sops/real-sops.ts'
import { type Benchmark, timeProcess } from './benchmark.ts'
import { measure } from './plan/measure.ts'
import { nodeOptions } from './program.ts'

const FILES = 1000
const [RATIO, MIB] = [0.2, 250]
const CLEAR = `apiVersion: v1
kind: Secret
metadata:
  name: web
  namespace: web
stringData:
  username: somebody
  password: correct horse battery staple
  url: https://somebody@example.org/path?query=1
`
const HERE = fileURLToPath(new URL('keys/', import.meta.url))

const say = (text: string): void => void process.stderr.write(`${text}\n`)

const git = (dir: string, ...args: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org']
    const child = spawn('git', ['-C', dir, ...identity, ...args], { stdio: 'ignore' })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`git ${args[0]} ended with ${code}`))))
  })

/** Sealed by sops once; each file gets a data key of its own from us, which the tests hold against sops. */
async function fill(root: string, sealed: string, old: Identity): Promise<void> {
  await mkdir(join(root, 'secrets'), { recursive: true })
  const file = readSealed('a.sops.yaml', sealed) as SealedFile
  const opened = await openSealed(file, await keyringOf([old]))
  for (let index = 0; index < FILES; index++) {
    const text = await withNewDataKey(file, opened, '', '2026-01-02T03:04:05Z')
    await writeFile(join(root, 'secrets', `${String(index).padStart(4, '0')}.sops.yaml`), text)
  }
  await git(root, 'init', '--quiet')
  await git(root, 'add', '--all')
  await git(root, 'commit', '--quiet', '-m', 'seal')
}

export const benchmark: Benchmark = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flux-ops-perf-'))
  const sops = await realSops()
  try {
    const [old, next] = [await sops.keygen(), await sops.keygen()]
    const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')]
    await fill(ours, await sops.encrypt('a.sops.yaml', CLEAR, [old], ['--encrypted-regex', '^(data|stringData)$']), old)
    await cp(ours, theirs, { recursive: true })
    say(`  ${FILES} sealed files are there`)
    const [OLD_KEY, NEW_KEY] = [old.secret.reveal(), next.secret.reveal()]
    const path = `${dirname((await allTools()).sops ?? '')}:/usr/local/bin:/usr/bin:/bin`
    const env = { PATH: path, HOME: folder, OLD_KEY, NEW_KEY, BOTH_KEYS: `${OLD_KEY}\n${NEW_KEY}` }
    const mine = await measure([process.execPath, ...(await nodeOptions()), join(HERE, 'by-us.ts'), ours], env)
    if (mine.code !== 0 || mine.stdout.trim() !== String(FILES))
      throw new Error(`ours ended with ${mine.code}\n${mine.stderr.slice(-2000)}`)
    say(`  ours: ${(mine.ms / 1000).toFixed(1)} s, of that ${mine.cpu.toFixed(1)} s of processor time, ${mine.mib.toFixed(0)} MiB`)
    const peer = await timeProcess(['bash', join(HERE, 'by-shell.sh'), theirs, old.recipient ?? '', next.recipient ?? ''], env)
    say(`  by shell: ${(peer / 1000).toFixed(1)} s`)
    const what = `rotate a key, ${FILES} files`
    return [
      { what, against: 'sops by shell', ours: mine.ms, peer, reach: RATIO },
      { what, unit: 'MiB', ours: mine.mib, limit: MIB },
    ]
  } finally {
    await sops.end()
    await rm(folder, { recursive: true, force: true })
  }
}
