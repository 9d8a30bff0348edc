// The CLI from its sources, with its ports watched. FLUX_OPS_KILL: the point as JSON. FLUX_OPS_SEEN: file that gets a line for all that passes.
import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { start } from '../../../src/cli/main.ts'
import { decorate } from './decorate.ts'
import type { KillPoint, Seen } from './points.ts'

const { FLUX_OPS_KILL: kill, FLUX_OPS_SEEN: seenFile } = process.env
const point = kill === undefined ? undefined : (JSON.parse(kill) as KillPoint)
const note = (seen: Seen): void => {
  if (seenFile !== undefined) appendFileSync(seenFile, `${JSON.stringify(seen)}\n`)
}

await start(process.argv.slice(2), { root: fileURLToPath(new URL('../../..', import.meta.url)), decorate: decorate({ point, note }) })
