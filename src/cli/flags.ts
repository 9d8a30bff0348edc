// Flags that commands share. Precedence: flag, then FLUX_OPS_* in the environment, then the default.
import * as Flags from '@oclif/core/flags'
import { usageError } from '../errors.ts'

const LONGEST = 4096

/** A single line of ordinary text: what no path, name or reason needs is refused before anything reads it. */
export function plainText(value: string, flag: string): string {
  if (value.trim() === '') throw usageError('flag-empty', `--${flag} has no value`, `give one: --${flag} VALUE`)
  if (value.length > LONGEST)
    throw usageError('flag-too-long', `--${flag} has ${value.length} characters, over the limit of ${LONGEST}`, 'is it the right value?')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(value))
    throw usageError('flag-control-character', `--${flag} holds a control character`, 'type it without')
  return value
}

const text = (flag: string) => async (value: string) => plainText(value, flag)

const HELP_GROUP = 'GLOBAL'

export const outputFlags = {
  json: Flags.boolean({ description: 'one JSON document on stdout, progress as JSON lines on stderr', helpGroup: HELP_GROUP }),
  plain: Flags.boolean({ description: 'progress line by line, with times', helpGroup: HELP_GROUP }),
  'no-color': Flags.boolean({ description: 'no colours', helpGroup: HELP_GROUP }),
}

export const clusterFlags = {
  context: Flags.string({
    description: 'kubeconfig context [default: the current one]',
    env: 'FLUX_OPS_CONTEXT',
    helpGroup: HELP_GROUP,
    helpValue: 'NAME',
    noCacheDefault: true,
    parse: text('context'),
  }),
  kubeconfig: Flags.string({
    description: 'kubeconfig file [default: KUBECONFIG, then ~/.kube/config]',
    env: 'FLUX_OPS_KUBECONFIG',
    helpGroup: HELP_GROUP,
    helpValue: 'FILE',
    noCacheDefault: true,
    parse: text('kubeconfig'),
  }),
  namespace: Flags.string({
    char: 'n',
    description: 'namespace of Flux',
    default: 'flux-system',
    env: 'FLUX_OPS_NAMESPACE',
    helpGroup: HELP_GROUP,
    helpValue: 'NAME',
    noCacheDefault: true,
    parse: async (value) => {
      if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(plainText(value, 'namespace')))
        throw usageError('flag-invalid', `--namespace "${value}" is not a namespace`, 'small letters, digits and -, at most 63')
      return value
    },
  }),
}

export const runFlags = {
  yes: Flags.boolean({ char: 'y', description: 'go on without asking' }),
  'dry-run': Flags.boolean({ description: 'print what would be done; change nothing' }),
  waive: Flags.string({
    description: 'let this failed check not stop the run, and say why; repeatable',
    helpValue: 'CHECK=WHY',
    multiple: true,
    multipleNonGreedy: true,
    parse: text('waive'),
  }),
}

export const repoFlag = {
  repo: Flags.string({
    description: 'clone of the repository that the cluster syncs',
    default: '.',
    env: 'FLUX_OPS_REPO',
    helpValue: 'DIR',
    noCacheDefault: true,
    parse: text('repo'),
  }),
}

/** Check id -> why. A waiver without a reason is none: the journal keeps it. */
export function parseWaivers(values: readonly string[] | undefined): Record<string, string> {
  const waivers: Record<string, string> = {}
  for (const value of values ?? []) {
    const cut = value.indexOf('=')
    const id = (cut === -1 ? value : value.slice(0, cut)).trim()
    const why = cut === -1 ? '' : value.slice(cut + 1).trim()
    if (!/^[a-z][a-z0-9-]*$/.test(id)) throw usageError('waiver-invalid', `--waive "${value}" does not name a check`, '--waive CHECK="why"')
    if (why === '') throw usageError('waiver-reason', `--waive ${id} has no reason`, `--waive ${id}="why it is all right this time"`)
    waivers[id] = why
  }
  return waivers
}

/** Of `5s`, `500ms` or `1m` the milliseconds, from one second to an hour: oftener is no use to anybody but a burden on the API server. */
export function parseInterval(value: string): number {
  const [, count, unit] = /^(\d{1,7})(ms|s|m|h)$/.exec(value) ?? []
  const ms = Number(count) * ({ ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit ?? ''] ?? Number.NaN)
  if (ms >= 1_000 && ms <= 3_600_000) return ms
  throw usageError('interval-invalid', `"${value}" is no time between two looks`, 'from 1s to 1h, such as  --interval 10s')
}
