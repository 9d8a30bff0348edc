// What every pod on this node shares.
import { join } from 'node:path'
import * as z from 'zod'
import { readIfExists } from '../atomic-file.ts'
import type { SandboxPaths, Tools } from '../contract.ts'
import type { KubeHttp } from '../kube-http.ts'
import { readState } from '../state.ts'
import type { ServicePorts } from './controller-args.ts'
import type { Records } from './records.ts'

export interface NodeContext {
  readonly sandboxId: string
  readonly paths: SandboxPaths
  readonly client: KubeHttp
  readonly ca: string
  readonly apiPort: number
  readonly services: ServicePorts
  readonly records: Records
  log(text: string): void
}

/** Tools can be added by a later `up`, so they are read each time. */
export async function currentTools(paths: SandboxPaths): Promise<Tools> {
  return (await readState(paths.dir))?.tools ?? {}
}

const faultsSchema = z.looseObject({ crash: z.array(z.string()).optional() })

/** Whether faults.json asks this image (`kustomize-controller:v1.9.3`) to crash. Throws for a file that cannot be understood: a fault that is not there proves nothing. */
export async function crashAsked(paths: SandboxPaths, image: string): Promise<boolean> {
  const faults = faultsSchema.parse(JSON.parse((await readIfExists(paths.faults)) ?? '{}'))
  return faults.crash?.includes(image) ?? false
}

export const podLog = (paths: SandboxPaths, pod: string): string => join(paths.logs, `${pod}.log`)
export const previousPodLog = (paths: SandboxPaths, pod: string): string => join(paths.logs, `${pod}.previous.log`)
