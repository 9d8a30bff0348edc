// `upgrade plan --rehearse` of the CLI on a shared sandbox, and what there must be no trace of afterwards.
import { spawn } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Rehearsal } from '../../../src/rehearsal/report.ts'
import { environment, type SandboxPaths } from '../../../src/sandbox/index.ts'

const ENTRY = fileURLToPath(new URL('./faults/struck-entry.ts', import.meta.url))

export interface Rehearsed {
  readonly code: number | null
  readonly stderr: string
  readonly report: { readonly exit: string; readonly rehearsal?: Rehearsal; readonly error?: { readonly code: string } }
  /** Folders of rehearsals that are still there. */
  readonly left: readonly string[]
}

/** `seen` is called with all that was said on stderr so far, and the folder that rehearsals are in; `send`: a signal, once that is said. */
export async function rehearsed(
  paths: SandboxPaths,
  args: readonly string[],
  options: {
    seen?: (stderr: string, folder: string) => void
    send?: { at: string; signal: NodeJS.Signals }
    env?: Readonly<Record<string, string>>
  } = {},
): Promise<Rehearsed> {
  const state = join(paths.dir, 'evidence', 'rehearsing')
  const folder = join(state, 'flux-ops', 'rehearsals')
  // The toolchain is that of this machine.
  const env = {
    ...environment({ dir: paths.dir }),
    HOME: homedir(),
    XDG_STATE_HOME: state,
    USER: 'tester',
    NO_COLOR: '1',
    TEST_STRIKES: '[]',
    TEST_SANDBOX_NAME: 'none',
    ...options.env,
  }
  const child = spawn(process.execPath, [ENTRY, 'upgrade', 'plan', '--rehearse', '--json', ...args], {
    cwd: paths.repo,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr, sent] = ['', '', false]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    options.seen?.(stderr, folder)
    if (options.send === undefined || sent || !stderr.includes(options.send.at)) return
    sent = true
    child.kill(options.send.signal)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const left = await readdir(folder).catch(() => [])
  if (options.send?.signal === 'SIGKILL') return { code, stderr, report: { exit: 'killed' }, left }
  if (!stdout.startsWith('{')) throw new Error(`no JSON was said: ${stderr.slice(-2000)}`)
  return { code, stderr, report: JSON.parse(stdout), left }
}

export type Run = (tool: string, ...args: string[]) => Promise<string>

const SPECS = 'gitrepositories,ocirepositories,helmrepositories,kustomizations.kustomize.toolkit.fluxcd.io,helmreleases,deployments'
const WHOLE = 'crds,secrets,configmaps,clusterroles,clusterrolebindings,serviceaccounts,services,namespaces'

/** What a write would change: of what controllers report on the generation and who wrote its fields, of everything else the resource version. */
export async function untouched(run: Run, bare: string): Promise<string> {
  const fields = (path: string) => `jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {${path}}{"\\n"}{end}`
  const parts = await Promise.all([
    run('kubectl', 'get', SPECS, '--all-namespaces', '-o', fields('.metadata.generation')),
    run('kubectl', 'get', WHOLE, '--all-namespaces', '-o', fields('.metadata.resourceVersion')),
    run('git', '-C', bare, 'for-each-ref'),
  ])
  return parts.join('\n')
}
