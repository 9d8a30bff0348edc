// The last words of controllers, side by side. What may not be read is told once, and what cannot be had of one pod does not keep the others back.
import type { LogSource } from '../diagnosis/bundle/log-sources.ts'
import type { Unseen } from '../diagnosis/snapshot.ts'
import { messageOf, OpsError } from '../errors.ts'
import type { KubeReader } from '../ports/kube.ts'
import { sideBySide } from './side-by-side.ts'

export interface ContainerLog extends LogSource {
  /** As it was said: untrusted, and it may hold secrets. */
  readonly text: string
}

const AT_ONCE = 8
const MOST_SOURCES = 60
const MOST_BYTES = 2 ** 20

/** After one of them the others are not asked for: they would be answered alike, or not at all. */
const FOR_ALL = new Set(['kube-forbidden', 'kube-unreachable', 'kube-busy', 'kube-unauthorized'])

const nameOf = ({ pod, namespace, container, previous }: LogSource): string =>
  `log of Pod ${namespace}/${pod}, container ${container}${previous ? ' before its last start' : ''}`

type Read = ContainerLog | Unseen

const isLog = (one: Read): one is ContainerLog => 'text' in one

/** `lines`: of each container. Empty logs are left out. */
export async function readControllerLogs(
  { kube }: { readonly kube: Pick<KubeReader, 'logs'> },
  sources: readonly LogSource[],
  lines: number,
): Promise<{ logs: readonly ContainerLog[]; unseen: readonly Unseen[] }> {
  let failed: OpsError | undefined
  const readOne = async (source: LogSource): Promise<Read | undefined> => {
    if (failed !== undefined) return undefined
    const { namespace, pod, container, previous } = source
    try {
      const text = await kube.logs({ namespace, name: pod }, { container, lines, bytes: MOST_BYTES, previous })
      return { ...source, text: text.slice(-MOST_BYTES) }
    } catch (error) {
      if (!(error instanceof OpsError) || error.exit === 'bug') throw error
      if (!FOR_ALL.has(error.code)) return { what: nameOf(source), why: messageOf(error) }
      failed ??= error
      return undefined
    }
  }
  const asked = sources.slice(0, MOST_SOURCES)
  const read = (await sideBySide(asked, AT_ONCE, readOne)).filter((one) => one !== undefined)
  const left = sources.length - asked.length
  return {
    logs: read.filter(isLog).filter(({ text }) => text.trim() !== ''),
    unseen: [
      ...read.filter((one): one is Unseen => !isLog(one)),
      ...(failed === undefined ? [] : [{ what: 'logs of the controllers', why: failed.message }]),
      ...(left === 0 ? [] : [{ what: `${left} more logs of controllers`, why: `only the first ${MOST_SOURCES} are read` }]),
    ],
  }
}
