// gotk-components.yaml is generated: a new version of it is generated again, with the options that the old one shows it was made with.
import { OpsError } from '../errors.ts'
import type { ReadContext } from '../ports/context.ts'
import type { Command } from '../ports/exec.ts'

const unique = (values: Iterable<string>): string[] => [...new Set(values)]

const all = (text: string, pattern: RegExp): string[] => unique([...text.matchAll(pattern)].map((match) => match[1] ?? ''))

const one = (text: string, pattern: RegExp): string | undefined => all(text, pattern)[0]

/** Pure: flags of `flux install` that give a file like this one. `components` are those of its header. */
export function installFlags(crude: string, components: readonly string[], namespace: string): string[] {
  const text = crude.replaceAll('\r\n', '\n') // a clone with core.autocrlf
  const flags = [`--components=${components.join(',')}`, `--namespace=${namespace}`]
  const registry =
    one(text, /^\s*image:\s*["']?(\S+?)\/source-controller:/gm) ?? one(text, /^\s*image:\s*["']?(\S+?)\/[a-z-]+-controller:/gm)
  if (registry !== undefined && registry !== 'ghcr.io/fluxcd') flags.push(`--registry=${registry}`)
  const pullSecret = one(text, /^\s*imagePullSecrets:\s*\n\s*- name:\s*(\S+)/gm)
  if (pullSecret !== undefined) flags.push(`--image-pull-secret=${pullSecret}`)
  if (!/^kind: NetworkPolicy$/m.test(text)) flags.push('--network-policy=false')
  if (/--watch-all-namespaces=false/.test(text)) flags.push('--watch-all-namespaces=false')
  const level = one(text, /--log-level=(\w+)/g)
  if (level !== undefined && level !== 'info') flags.push(`--log-level=${level}`)
  const domain = one(text, /--events-addr=http:\/\/notification-controller\.[^.\s]+\.svc\.([^\s/]+?)\.?(?:\/|\s|$)/gm)
  if (domain !== undefined && domain !== 'cluster.local') flags.push(`--cluster-domain=${domain}`)
  const block = /^\s*tolerations:\n((?:\s+- key: \S+\n\s+operator: Exists\n)+)/m.exec(text)?.[1] ?? ''
  const tolerations = all(block, /- key: (\S+)/g)
  if (tolerations.length > 0) flags.push(`--toleration-keys=${tolerations.join(',')}`)
  return flags
}

export const installCommand = (version: string, flags: readonly string[]): Command<'read'> => ({
  tool: 'flux',
  args: ['install', '--export', `--version=v${version}`, ...flags],
  effect: 'read',
  timeoutMs: 120_000,
})

/** What the CLI has printed to this process: a plan and its steps ask for the same, and it takes it half a second. */
const printed = new WeakMap<ReadContext['exec'], Map<string, string>>()

/** Throws OpsError `gotk-unexpected` when the CLI printed something that is not the file of that version. */
export async function generateComponents(ctx: ReadContext, version: string, flags: readonly string[]): Promise<string> {
  const known = printed.get(ctx.exec) ?? new Map<string, string>()
  printed.set(ctx.exec, known)
  const key = JSON.stringify([version, flags])
  const before = known.get(key)
  if (before !== undefined) return before
  const result = await ctx.exec.run(installCommand(version, flags))
  if (headerVersion(result.stdout) === version) {
    known.set(key, result.stdout)
    return result.stdout
  }
  throw new OpsError({
    code: 'gotk-unexpected',
    message: `flux install --export did not print the manifests of Flux ${version}`,
    hints: [`flux install --export --version=v${version} ${flags.join(' ')}`],
  })
}

/** `2.9.2` of the header `# Flux Version: v2.9.2`. */
export const headerVersion = (text: string): string | undefined => /^# Flux Version: v(\S+)\r?$/m.exec(text.slice(0, 2000))?.[1]
