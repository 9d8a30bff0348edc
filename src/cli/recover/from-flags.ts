// Where a diagnosis is made from: the cluster, or a bundle of one.
import * as Flags from '@oclif/core/flags'
import type { Diagnosis } from '../../diagnosis/diagnose.ts'
import { usageError } from '../../errors.ts'
import { plainText } from '../flags.ts'
import type { Invocation } from '../invocation.ts'
import { list } from '../keys/flags.ts'
import { clusterOf, type RawFlags } from '../run-flags.ts'
import { openTelling } from './telling.ts'

export const fromFlags = {
  from: Flags.string({
    description: 'a bundle (flux-ops recover bundle) instead of the cluster, - for standard input; no cluster is asked',
    helpValue: 'FILE',
    parse: async (value) => plainText(value, 'from'),
  }),
  identity: list('identity', 'key file that opens a sealed bundle: age identities or an SSH private key', 'FILE'),
}

interface From extends RawFlags {
  readonly from?: string | undefined
  readonly identity?: readonly string[] | undefined
}

/** Reads only. */
export async function diagnosisFrom(invocation: Invocation, flags: From): Promise<Diagnosis> {
  if (flags.from === undefined) {
    if (flags.identity !== undefined)
      throw usageError('identity-without-bundle', '--identity opens a bundle, and none is named', '--from FILE')
    // Before anything large is loaded: somebody waits.
    const telling = openTelling(flags, invocation)
    const { readDiagnosis } = await import('./read-diagnosis.ts')
    return await readDiagnosis(invocation, clusterOf(flags), telling).finally(telling.end)
  }
  const { diagnoseBundle } = await import('./open-bundle.ts')
  return await diagnoseBundle(invocation, { from: flags.from, identities: flags.identity ?? [], json: flags.json === true })
}
