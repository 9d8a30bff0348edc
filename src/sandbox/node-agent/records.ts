// What the agent has started, on disk before anything else happens: an agent that was killed leaves no process that its successor does not know.
import * as z from 'zod'
import { readIfExists, writeFileAtomic } from '../atomic-file.ts'

const portsSchema = z.object({ metrics: z.number(), health: z.number(), http: z.number(), webhook: z.number() })
const recordSchema = z.object({
  uid: z.string(),
  container: z.string(),
  pod: z.string(),
  namespace: z.string(),
  image: z.string(),
  binary: z.string(),
  pid: z.number(),
  startTime: z.string(),
  startedAt: z.string(),
  restartCount: z.number(),
  ports: portsSchema,
  log: z.string(),
  argv: z.array(z.string()),
})
const fileSchema = z.object({ nextIp: z.number(), ips: z.record(z.string(), z.string()), processes: z.record(z.string(), recordSchema) })

export type ControllerRecord = z.infer<typeof recordSchema>
type RecordsFile = z.infer<typeof fileSchema>

export interface Records {
  all(): ControllerRecord[]
  get(uid: string, container: string): ControllerRecord | undefined
  put(record: ControllerRecord): Promise<void>
  drop(uid: string, container: string): Promise<void>
  /** The pod's address, given once; not reachable, only unique. */
  ip(uid: string): Promise<string>
  forget(uid: string): Promise<void>
}

export const readRecords = async (path: string): Promise<RecordsFile> => {
  const text = await readIfExists(path)
  return text === undefined ? { nextIp: 1, ips: {}, processes: {} } : fileSchema.parse(JSON.parse(text))
}

export async function openRecords(path: string): Promise<Records> {
  const file = await readRecords(path)
  let queue: Promise<void> = Promise.resolve()
  const save = (): Promise<void> => {
    const text = JSON.stringify(file, null, 1)
    queue = queue.catch(() => {}).then(() => writeFileAtomic(path, text))
    return queue
  }
  const key = (uid: string, container: string): string => `${uid}/${container}`
  return {
    all: () => Object.values(file.processes),
    get: (uid, container) => file.processes[key(uid, container)],
    put: (record) => {
      file.processes[key(record.uid, record.container)] = record
      return save()
    },
    drop: (uid, container) => {
      delete file.processes[key(uid, container)]
      return save()
    },
    ip: async (uid) => {
      const known = file.ips[uid]
      if (known !== undefined) return known
      const given = `10.244.${Math.floor(file.nextIp / 250) % 250}.${1 + (file.nextIp % 250)}`
      file.ips[uid] = given
      file.nextIp += 1
      await save()
      return given
    },
    forget: (uid) => {
      delete file.ips[uid]
      return save()
    },
  }
}
