// Flags for settings of the controllers, each as `flux.settings` of a cluster file has it.
import * as Flags from '@oclif/core/flags'
import type { ZodType } from 'zod'
import { helmCache, oomWatch, settingsFields } from '../../cluster-file/schema-flux.ts'
import { usageError } from '../../errors.ts'
import { plainText } from '../flags.ts'

const helpGroup = 'SETTINGS'

/** Refused as a cluster file would refuse it. */
const sound =
  (name: string, schema: ZodType, example: string) =>
  async (value: string): Promise<string> => {
    const { success, error } = schema.safeParse(plainText(value, name))
    if (success) return value
    throw usageError('flag-invalid', `--${name} "${value}" ${error.issues[0]?.message ?? 'is not valid'}`, `such as ${example}`)
  }

const text = (name: string, schema: ZodType, more: { description: string; helpValue: string; example: string }) =>
  Flags.string({ helpGroup, description: more.description, helpValue: more.helpValue, parse: sound(name, schema, more.example) })

const { shape } = settingsFields

export const settingFlags = {
  concurrent: Flags.integer({
    helpGroup,
    description: 'objects that source-, kustomize- and helm-controller each work on at a time',
    min: 1,
    max: 100,
    helpValue: 'N',
  }),
  'requeue-dependency': text('requeue-dependency', shape.requeueDependency, {
    description: 'how soon kustomize- and helm-controller look again for what something waits for',
    helpValue: 'SPAN',
    example: '5s',
  }),
  'memory-limit': text('memory-limit', shape.memoryLimit, {
    description: 'limits.memory of source-, kustomize- and helm-controller',
    helpValue: 'AMOUNT',
    example: '1Gi',
  }),
  'in-memory-build': Flags.boolean({ helpGroup, description: 'kustomize-controller builds in memory, which counts as its memory' }),
  'helm-cache': Flags.boolean({
    helpGroup,
    description: 'source-controller keeps indexes of Helm repositories: 10 for 60m, unless it is said',
  }),
  'helm-cache-size': Flags.integer({ helpGroup, description: 'so many indexes are kept', min: 1, max: 1000, helpValue: 'N' }),
  'helm-cache-ttl': text('helm-cache-ttl', helmCache.shape.ttl, {
    description: 'how long each is kept',
    helpValue: 'SPAN',
    example: '60m',
  }),
  'helm-cache-purge': text('helm-cache-purge', helmCache.shape.purgeInterval, {
    description: 'how often old ones are dropped',
    helpValue: 'SPAN',
    example: '5m',
  }),
  'oom-watch': Flags.boolean({
    helpGroup,
    description: 'helm-controller stops in good order before it is killed for its memory: at 95 percent of its limit, unless it is said',
  }),
  'oom-watch-threshold': Flags.integer({ helpGroup, description: 'percent of the memory limit', min: 50, max: 99, helpValue: 'PERCENT' }),
  'oom-watch-interval': text('oom-watch-interval', oomWatch.shape.interval, {
    description: 'how often it looks',
    helpValue: 'SPAN',
    example: '500ms',
  }),
}

export interface SettingFlagValues {
  readonly concurrent?: number | undefined
  readonly 'requeue-dependency'?: string | undefined
  readonly 'memory-limit'?: string | undefined
  readonly 'in-memory-build': boolean
  readonly 'helm-cache': boolean
  readonly 'helm-cache-size'?: number | undefined
  readonly 'helm-cache-ttl'?: string | undefined
  readonly 'helm-cache-purge'?: string | undefined
  readonly 'oom-watch': boolean
  readonly 'oom-watch-threshold'?: number | undefined
  readonly 'oom-watch-interval'?: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

const given = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** A part of it asks for the whole. */
const group = (on: boolean, fields: Fields): Fields | undefined => (on || Object.keys(given(fields)).length > 0 ? given(fields) : undefined)

/** What the runbook reads as `flux.settings`; defaults are those of the cluster file. */
export const settingsOf = (flags: SettingFlagValues): Fields =>
  given({
    concurrent: flags.concurrent,
    requeueDependency: flags['requeue-dependency'],
    memoryLimit: flags['memory-limit'],
    inMemoryBuild: flags['in-memory-build'],
    helmCache: group(flags['helm-cache'], {
      maxSize: flags['helm-cache-size'],
      ttl: flags['helm-cache-ttl'],
      purgeInterval: flags['helm-cache-purge'],
    }),
    oomWatch: group(flags['oom-watch'], { threshold: flags['oom-watch-threshold'], interval: flags['oom-watch-interval'] }),
  })
