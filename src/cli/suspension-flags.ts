// What `suspend` and `resume` share: which objects are meant, in words and by flags.
import * as Flags from '@oclif/core/flags'
import type { Selection } from '../actions/suspension/choose.ts'
import { parseMoment, parseSpan, rfc3339 } from '../flux/time-spans.ts'
import { plainText } from './flags.ts'

const text = (flag: string) => async (value: string) => plainText(value, flag)

/** `verb`: suspend, resume. */
export const selectionFlags = (verb: string) => ({
  all: Flags.boolean({ description: `${verb} everything that fits; narrowed by --kind, --in and -l` }),
  kind: Flags.string({
    description: 'only this kind (ks, HelmRelease, …); repeatable, or with commas',
    helpValue: 'KIND',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',' as const,
    parse: text('kind'),
  }),
  in: Flags.string({
    description: 'only objects of this namespace (-n is that of Flux); repeatable, or with commas',
    helpValue: 'NAMESPACE',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',' as const,
    parse: text('in'),
  }),
  selector: Flags.string({
    char: 'l',
    description: 'only objects with these labels, as kubectl has them',
    helpValue: 'LABELS',
    parse: text('selector'),
  }),
})

interface SelectionValues {
  readonly all: boolean
  readonly kind?: string[] | undefined
  readonly in?: string[] | undefined
  readonly selector?: string | undefined
}

export const selectionInput = (argv: readonly unknown[], flags: SelectionValues): Selection => ({
  objects: argv.map((one) => plainText(String(one), 'OBJECT')),
  all: flags.all,
  kinds: flags.kind ?? [],
  namespaces: flags.in ?? [],
  ...(flags.selector !== undefined && { selector: flags.selector }),
})

/** RFC 3339 of the end; undefined when none is given. */
export function endOf(flags: { readonly for?: string | undefined; readonly until?: string | undefined }, now: Date): string | undefined {
  if (flags.for !== undefined) return rfc3339(new Date(now.getTime() + parseSpan(flags.for)))
  return flags.until === undefined ? undefined : parseMoment(flags.until, now)
}

export const timeoutFlag = {
  timeout: Flags.integer({
    description: 'longest time for one layer to be Ready, in seconds',
    default: 300,
    min: 10,
    max: 7200,
    helpValue: 'SECONDS',
  }),
}
