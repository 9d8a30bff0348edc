// Flags of the upgrade commands and the runbook input they make.
import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import { OpsError, usageError } from '../errors.ts'
import { plainText, repoFlag } from './flags.ts'
import { proposalFlags } from './proposal-flags.ts'

const VERSION = /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/
const CHART_VERSION = /^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/
const RECIPIENT = /^(age1[0-9a-z]{20,}|ssh-(ed25519|rsa) [A-Za-z0-9+/=]{20,}( .*)?)$/

/** `target: true` for commands that make a plan. */
export const upgradeFlags = {
  ...repoFlag,
  'backup-recipient': Flags.string({
    description: 'seal the Secrets of the backup to this age or ssh public key; repeatable. Without one they are left out',
    helpValue: 'age1…',
    multiple: true,
    multipleNonGreedy: true,
    parse: async (value) => {
      if (/^age-secret-key-/i.test(value.trim()))
        throw new OpsError({
          code: 'recipient-is-a-key',
          message: '--backup-recipient was given a secret key; a public one (age1…) is needed',
          hints: ['it now stands in your shell history: age-keygen -y FILE prints the public key'],
          exit: 'usage',
        })
      if (!RECIPIENT.test(plainText(value, 'backup-recipient')))
        throw usageError('flag-invalid', `--backup-recipient "${value}" is not an age or ssh public key`, 'age-keygen -y FILE prints one')
      return value
    },
  }),
  'migrate-with': Flags.string({
    description:
      'what rewrites the objects of the cluster: flux-ops, or flux for "flux migrate", which writes one by one, all under one --timeout, keeps no record and does not read a CRD again before it trims it',
    options: ['flux-ops', 'flux'],
    default: 'flux-ops',
    helpValue: 'flux-ops|flux',
  }),
  'chart-version': Flags.string({
    description:
      'version of the Helm chart flux2 that holds the release, where Flux is kept by it [default: looked up where the cluster takes it from]',
    helpValue: 'VERSION',
    parse: async (value) => {
      if (!CHART_VERSION.test(plainText(value, 'chart-version')))
        throw usageError('flag-invalid', `--chart-version "${value}" is not a version`, 'such as --chart-version 2.18.3')
      return value
    },
  }),
  ...proposalFlags,
  timeout: Flags.integer({
    description: 'longest time for any one wait, in seconds',
    default: 300,
    min: 10,
    max: 7200,
    helpValue: 'SECONDS',
  }),
}

async function parseVersion(value: string): Promise<string> {
  if (!VERSION.test(plainText(value, 'to'))) throw usageError('flag-invalid', `--to "${value}" is not a version`, 'such as --to 2.9.2')
  return value.replace(/^v/, '')
}

export const toFlag = {
  to: Flags.string({
    description: 'version of Flux to go to',
    helpValue: 'VERSION',
    required: true,
    parse: parseVersion,
  }),
}

/** Of a command that only plans. */
export const reviewFlags = {
  to: Flags.string({
    description: 'version of Flux to go to; with --ci by default the one that the pins name',
    helpValue: 'VERSION',
    parse: parseVersion,
  }),
  ci: Flags.boolean({ description: 'the clone is that of a pull request: check and plan what its merge would do' }),
  base: Flags.string({
    description: 'with --ci: branch that the pull request goes to [default: the one that the cluster follows]',
    helpValue: 'BRANCH',
    dependsOn: ['ci'],
    parse: async (value) => {
      if (!/^[^-\s][^\s]*$/.test(plainText(value, 'base')))
        throw usageError('flag-invalid', `--base "${value}" is no branch`, '--base main')
      return value
    },
  }),
  markdown: Flags.string({
    description: 'write plan and checks as Markdown to this file, or to stdout for -; a file that flux-ops wrote itself is written over',
    helpValue: 'FILE',
    parse: async (value) => plainText(value, 'markdown'),
  }),
}

export const rehearseFlag = {
  rehearse: Flags.boolean({
    description:
      'play the whole upgrade in a sandbox on this machine, on a copy of repository and cluster: real controllers of both versions',
  }),
  from: Flags.string({
    description: 'with --rehearse: play it on the backup in this folder of a run, and ask no cluster',
    helpValue: 'DIR',
    dependsOn: ['rehearse', 'to'],
    exclusive: ['out', 'markdown'],
    parse: async (value) => plainText(value, 'from'),
  }),
}

export const viaFlag = {
  via: Flags.string({
    description: 'a release to stop at on the way; repeatable. Stops that the API server needs are added where none is given',
    helpValue: 'VERSION',
    multiple: true,
    multipleNonGreedy: true,
    parse: async (value) => {
      if (!VERSION.test(plainText(value, 'via')))
        throw usageError('flag-invalid', `--via "${value}" is not a version`, 'such as --via 2.7.5')
      return value.replace(/^v/, '')
    },
  }),
}

export const outFlag = {
  out: Flags.string({
    description: 'keep the plan in this file and stop: for review, and for upgrade apply',
    helpValue: 'FILE',
    parse: async (value) => plainText(value, 'out'),
  }),
}

export interface UpgradeFlags {
  readonly to: string
  readonly via?: string[] | undefined
  readonly repo: string
  readonly 'backup-recipient'?: string[] | undefined
  readonly 'migrate-with'?: string | undefined
  readonly 'chart-version'?: string | undefined
  readonly timeout: number
  readonly pr?: boolean | undefined
  readonly forge?: string | undefined
  readonly 'forge-url'?: string | undefined
}

export const upgradeInput = (flags: UpgradeFlags) => ({
  to: flags.to,
  via: flags.via ?? [],
  repo: resolve(flags.repo),
  backupRecipients: flags['backup-recipient'] ?? [],
  ...(flags['migrate-with'] === 'flux' ? { migrateWith: 'flux' } : {}),
  ...(flags['chart-version'] === undefined ? {} : { chartVersion: flags['chart-version'] }),
  timeoutSeconds: flags.timeout,
  ...(flags.pr && {
    pullRequest: { ...(flags.forge && { forge: flags.forge }), ...(flags['forge-url'] && { url: flags['forge-url'] }) },
  }),
})

interface PlanFlags extends Omit<UpgradeFlags, 'to'> {
  readonly to?: string | undefined
  readonly json?: boolean | undefined
  readonly markdown?: string | undefined
  readonly ci: boolean
  readonly base?: string | undefined
}

export function planInput(flags: PlanFlags) {
  if (flags.to === undefined && !flags.ci)
    throw usageError('usage', '--to is missing', 'flux-ops upgrade plan --to 2.9.2', 'of a pull request that changes the pins:  --ci')
  if (flags.markdown === '-' && flags.json === true)
    throw usageError('usage', '--json and --markdown - both want stdout', 'give one of them a file:  --markdown FILE')
  const input = upgradeInput({ ...flags, to: flags.to ?? '' })
  return { ...input, ...(flags.ci ? { ci: true } : {}), ...(flags.base === undefined ? {} : { base: flags.base }) }
}
