// The storage migration alone, as a process of its own: arguments are a sandbox' folder and the folder of the run. Tells its progress on stdout,
// one line each, so that a test can end it at a known point.

import { migrateStorage } from '../../src/actions/storage-migration/migrate.ts'
import { systemClock } from '../../src/adapters/clock.ts'
import { buildContext, openWorld } from '../../src/adapters/context.ts'
import { createRedactor } from '../../src/adapters/redactor.ts'
import { createRunStore } from '../../src/adapters/run-store.ts'
import { environment } from '../../src/sandbox/index.ts'

const [dir = '', runDir = ''] = process.argv.slice(2)
const redactor = createRedactor()
const open = await openWorld({
  env: environment({ dir }),
  namespace: 'flux-system',
  runs: createRunStore({ root: runDir, clock: systemClock, redactor, pid: process.pid }),
  redactor,
  signal: new AbortController().signal,
  userAgent: 'flux-ops/test',
})
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
try {
  const ctx = buildContext(open, { runDir, operator: 'tester@here' })
  const result = await migrateStorage({ ...ctx, progress: (progress) => say(progress) })
  say({ ...result, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) })
} finally {
  open.close()
}
