// What comes after the file.
import { dirname, join } from 'node:path'
import { sanitise } from '../../ui/sanitise.ts'

/** As it is typed in a shell. */
const word = (path: string): string => (/^[\w./~+@%,:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)

/** `kubeconfig`: where another one than the usual was given. */
export function drawEnding(out: string, written: boolean, kubeconfig?: string): string {
  if (!written) return 'Nothing was written.\n'
  const file = word(sanitise(out))
  const more = kubeconfig === undefined ? '' : ` --kubeconfig ${word(sanitise(kubeconfig))}`
  const schema = word(sanitise(join(dirname(out), 'cluster-v1.json')))
  return `✔ ${sanitise(out)} is written. Next:
  flux-ops bootstrap -f ${file}${more} --dry-run     what would be done; changes nothing
  flux-ops schema check ${file}     what it means, after an edit
  flux-ops schema cluster --out ${schema}     lets your editor help with it
`
}
