import * as z from 'zod'
import { settings } from '../../src/cluster-file/schema-flux.ts'

export const inputSchema = z.strictObject({
  /** Absolute path of a folder inside the clone that the cluster syncs. */
  repo: z.string().min(1).max(4096).startsWith('/', 'an absolute path is needed'),
  /** Version of the chart of the Flux Operator. */
  operatorVersion: z
    .string()
    .max(60)
    .regex(/^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/, 'is no version'),
  /** Address of the chart without its tag. */
  operatorChart: z
    .string()
    .max(2000)
    .regex(/^oci:\/\/[\w.-]+(:\d{1,5})?(\/[\w.-]+)+$/, 'is no address of a chart: oci://host/path/flux-operator'),
  /** The registry of the chart speaks plain HTTP. */
  insecureRegistry: z.boolean().default(false),
  /** A ServiceMonitor for the operator. */
  monitors: z.boolean().default(false),
  /** Of the controllers, beside what runs and before it. */
  settings,
  /** How long any one wait may take, in seconds. */
  timeoutSeconds: z.int().min(10).max(7200).default(600),
})

export type MoveInput = z.infer<typeof inputSchema>
