// A bundle, told to whoever has made it: where it is, what is in it, what is not, and what to do with it.
import { plural } from '../../ui/duration.ts'
import { sanitise } from '../../ui/sanitise.ts'
import type { BundleResult } from './make-bundle.ts'

/** `3.2 KiB`. */
const size = (bytes: number): string =>
  bytes < 1024 ? `${bytes} B` : bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`

const SHORT = 24

const short = (recipient: string): string => (recipient.length > SHORT ? `${recipient.slice(0, SHORT - 1)}…` : recipient)

function headLines({ file, bytes, sealedTo, objects, causes, files, takenAt }: BundleResult): string[] {
  const inside = `${plural(files.length, 'file')}: ${plural(causes, 'cause')} in ${plural(objects, 'object')}, as of ${takenAt}`
  const seal = sealedTo === null ? 'not sealed: whoever has it reads it' : `sealed to ${sealedTo.map(short).join(', ')}`
  if (file === null) return [`would write ${size(bytes)}, ${inside}`, `  ${seal}`]
  return [`✔ ${sanitise(file)}  ${size(bytes)}`, `  ${inside}`, `  ${seal}`]
}

export function drawBundle(result: BundleResult): string {
  const { file, files, leftOut, unseen, same, sealedTo } = result
  const width = Math.max(...files.map(({ name }) => name.length))
  const lines = [
    ...headLines(result),
    ...(same ? [] : ['⚠ what is left of the objects does not give the same causes: the diagnosis in it is the one of the cluster']),
    ...(file === null ? ['', 'in it', ...files.map(({ name, bytes }) => `  ${name.padEnd(width)}  ${size(bytes)}`)] : []),
    '',
    'left out',
    ...leftOut.map((line) => `  ${line}`),
    ...(unseen.length === 0 ? [] : ['', 'not seen']),
    ...unseen.map(({ what, why }) => `  ? ${sanitise(what, 200)}: ${sanitise(why, 300)}`),
    '',
    file === null
      ? '→ without --dry-run it is written'
      : `→ whoever gets it:  flux-ops recover --from FILE${sealedTo === null ? '' : ' --identity KEY'}`,
  ]
  return `${lines.join('\n')}\n`
}
