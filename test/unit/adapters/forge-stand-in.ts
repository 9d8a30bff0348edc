// A stand-in for gh or glab on PATH: it writes down each call (arguments, stdin, tokens of its environment) and answers as it was told.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createExec } from '../../../src/adapters/exec.ts'
import { createForge } from '../../../src/adapters/forge.ts'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import type { Forge } from '../../../src/ports/forge.ts'

export interface Answer {
  /** Words that the call has to have, in this order. */
  readonly when: readonly string[]
  readonly stdout?: string
  readonly stderr?: string
  readonly code?: number
}

export interface Call {
  readonly argv: readonly string[]
  readonly stdin: string
  readonly env: Readonly<Record<string, string>>
}

export interface StandIn {
  readonly dir: string
  readonly forge: Forge
  /** The first that fits is given and used up, but the last that fits stays. */
  answer(...answers: readonly Answer[]): Promise<void>
  calls(): Promise<Call[]>
  remove(): Promise<void>
}

const PROGRAM = `
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs')
const dir = __dirname
const argv = process.argv.slice(2)
const stdin = readFileSync(0, 'utf8')
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => /TOKEN/.test(name)))
appendFileSync(dir + '/calls.jsonl', JSON.stringify({ argv, stdin, env }) + '\\n')
const answers = JSON.parse(readFileSync(dir + '/answers.json', 'utf8'))
const fits = ({ when }) => { let at = -1; return when.every((word) => (at = argv.indexOf(word, at + 1)) !== -1) }
const index = answers.findIndex(fits)
if (index === -1) { process.stderr.write('unexpected call: ' + argv.join(' ') + '\\n'); process.exit(99) }
const [found] = [answers[index]]
if (answers.filter(fits).length > 1) writeFileSync(dir + '/answers.json', JSON.stringify(answers.filter((_, i) => i !== index)))
process.stdout.write(found.stdout ?? '')
process.stderr.write(found.stderr ?? '')
process.exit(found.code ?? 0)
`

export async function standIn(tool: 'gh' | 'glab', more: Record<string, string> = {}): Promise<StandIn> {
  const dir = await mkdtemp(join(tmpdir(), `flux-ops-${tool}-`))
  await writeFile(join(dir, 'program.cjs'), PROGRAM)
  await writeFile(join(dir, tool), `#!/bin/sh\nexec "${process.execPath}" "${dir}/program.cjs" "$@"\n`)
  await chmod(join(dir, tool), 0o755)
  const env = { PATH: `${dir}:/usr/bin:/bin`, HOME: dir, ...more }
  const redactor = createRedactor()
  return {
    dir,
    forge: createForge({ exec: createExec({ env, redactor }), env, redactor }),
    answer: (...answers) => writeFile(join(dir, 'answers.json'), JSON.stringify(answers)),
    calls: async () =>
      (await readFile(join(dir, 'calls.jsonl'), 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Call),
    remove: () => rm(dir, { recursive: true, force: true }),
  }
}
