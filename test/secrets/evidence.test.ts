// What is kept of a program shows a key wherever the program lets it out: seen with a program that does so on purpose.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Evidence } from '../helpers/evidence.ts'
import { known } from './known-secrets.ts'
import { filesBelow, search } from './search.ts'

const KEY = `AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'.repeat(2).slice(0, 58)}`
const PATH = process.env.PATH ?? ''

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flux-ops-evidence-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const shell = (script: string, env: Readonly<Record<string, string>>): Promise<{ text: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', script], { env: { ...env, KEY }, stdio: ['ignore', 'pipe', 'ignore'] })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.on('error', reject)
    child.on('close', () => resolve({ text }))
  })

const run = async (script: string) =>
  (await Evidence.open(join(folder, 'kept'), PATH)).during(['age', 'drill'], (env) => shell(script, env))

const found = async (): Promise<readonly string[]> => (await search(await filesBelow(folder), [known('key', KEY)])).found

describe('what is kept of a program', () => {
  test.each([
    ['what it says', 'echo "a key: $KEY"', 'said.log'],
    ['an argument of a tool that it starts', 'git version "$KEY"', 'argv.log'],
    [
      'a journal',
      'mkdir -p "$XDG_STATE_HOME/runs" && echo "$KEY" | base64 --wrap=0 > "$XDG_STATE_HOME/runs/journal.jsonl"',
      'state/runs/journal.jsonl',
    ],
  ])('shows a key in %s', async (_where, script, file) => {
    await run(script)

    expect(await found()).toEqual([`key in ${join(folder, 'kept', file)}`])
  })

  test('names what was in the temporary folder, though it was there for a moment only', async () => {
    const { temporary } = await run(
      'mkdir "$TMPDIR/a"; echo "$KEY" > "$TMPDIR/a/identity"; echo "$KEY" > "$TMPDIR/key"; rm -r "$TMPDIR/a" "$TMPDIR/key"',
    )

    expect([...temporary].sort()).toEqual(['a', 'key'])
  })

  test('shows a key that was left in the temporary folder', async () => {
    await run('echo "$KEY" > "$TMPDIR/identity"')

    expect(await found()).toEqual([expect.stringMatching(/^key in .*tmp-\w+\/identity$/)])
  })

  test('is nothing that a tool notices: it gets its arguments as they are, and its answer comes back', async () => {
    const { result } = await run(
      `git config --file "$TMPDIR/../config" a.b "it's \\$1 \\"x\\"  y" && git config --file "$TMPDIR/../config" a.b; git nonsense || echo "exit $?"`,
    )

    expect(result.text).toBe(`it's $1 "x"  y\nexit 1\n`)
    expect(await found()).toEqual([])
  })
})
