// `npm start`: a real Flux 2.7.3 on a real control plane, upgraded to 2.9.2 by flux-ops, and then looked at without flux-ops' help.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { OpsError } from '../src/errors.ts'
import { down, environment, type SandboxState, standardUp } from '../src/sandbox/index.ts'
import { formatLine } from '../src/sandbox/progress-line.ts'
import { type Proof, prove } from './demo/proofs.ts'
import { output, run } from './demo/run.ts'

const FROM = '2.7.3'
const TO = '2.9.2'
const NAME = 'demo'

const root = fileURLToPath(new URL('..', import.meta.url))
const program = join(root, 'bin', 'flux-ops.js')
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const heading = (text: string): void => say(`\n── ${text} ${'─'.repeat(Math.max(3, 76 - text.length))}`)

const options = (): { keep: boolean; style: 'pin' | 'bootstrap' } => {
  const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false }, style: { type: 'string', default: 'pin' } } })
  if (values.style !== 'pin' && values.style !== 'bootstrap') {
    throw new OpsError({
      code: 'style-unknown',
      message: `--style ${values.style} is not known`,
      hints: ['--style pin', '--style bootstrap'],
      exit: 'usage',
    })
  }
  return { keep: values.keep, style: values.style }
}

/** The sandbox's environment, but the runs are kept where a person's runs are kept. */
const environmentOf = (state: SandboxState): Record<string, string> => ({
  ...(process.env as Record<string, string>),
  ...environment(state),
  XDG_STATE_HOME: process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'),
})

async function show(state: SandboxState): Promise<number> {
  const env = environmentOf(state)
  const repo = join(state.dir, 'repo')
  const fluxOps = (...args: string[]): Promise<number> => run(process.execPath, [program, ...args], { env, cwd: repo })

  heading(`flux-ops upgrade --to ${TO} --yes`)
  const code = await fluxOps('upgrade', '--to', TO, '--yes')
  if (code !== 0) return code

  heading('flux-ops status')
  await fluxOps('status')

  heading('proof, without flux-ops: processes, git, CRDs and objects as they are')
  const proofs = await prove(state, { from: FROM, to: TO, env, repo })
  for (const proof of proofs) drawProof(proof)

  heading('the record of this run, and what to try next')
  const listed = await output(process.execPath, [program, 'runs', 'list', '--json'], { env, cwd: repo })
  const [newest] = JSON.parse(listed) as { run: string }[]
  say(`record   ${join(env.XDG_STATE_HOME ?? '', 'flux-ops', 'runs', newest?.run ?? '')}`)
  say(`         journal.jsonl (every step, hash-chained) · report.md · backup/ · manifests/`)
  return proofs.every((proof) => proof.holds) ? 0 : 1
}

function drawProof(proof: Proof): void {
  say(`${proof.holds ? '✔' : '✗'} ${proof.title}`)
  for (const line of proof.lines) say(`    ${line}`)
}

function sayHowToGoOn(state: SandboxState, keep: boolean): void {
  if (!keep) {
    say('next     npm start -- --keep      leaves the sandbox up and prints how to point kubectl, flux and flux-ops at it')
    say('         npm start -- --style bootstrap')
    return
  }
  const env = environment(state)
  say('the sandbox is still up; in your shell:')
  say(`  export KUBECONFIG=${env.KUBECONFIG} GIT_CONFIG_GLOBAL=${env.GIT_CONFIG_GLOBAL} PATH=${join(state.dir, 'bin')}:$PATH`)
  say(`  cd ${join(state.dir, 'repo')}`)
  say('  kubectl get pods -n flux-system     flux get all -A')
  say(`  alias flux-ops='${process.execPath} ${program}'`)
  say('  flux-ops runs show                  what was done, step by step')
  say('  flux-ops rollback                   back to 2.7.3, with the same proofs')
  say(`  flux-ops sandbox down --name ${NAME} --delete`)
}

async function main(): Promise<number> {
  const { keep, style } = options()
  await down(NAME, { delete: true })
  heading(`a sandbox with Flux ${FROM}, installed in style ${style}`)
  const state = await standardUp({ name: NAME, flux: FROM, style }, (line) => say(formatLine(line)))
  try {
    const code = await show(state)
    sayHowToGoOn(state, keep)
    return code
  } finally {
    if (!keep) await down(NAME, { delete: true })
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof OpsError)) throw error
  process.stderr.write(`✗ ${error.message}\n${error.hints.map((hint) => `  → ${hint}\n`).join('')}`)
  process.exitCode = error.exit === 'usage' ? 2 : 1
}
