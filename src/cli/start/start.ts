// The front door. What can be answered without oclif, a command or the cluster is answered here; the rest is loaded only when it is needed.
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { answerFromText } from './answers.ts'

const compiledCode = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : join(homedir(), '.cache'), 'flux-ops', 'compiled')

const argv = process.argv.slice(2)
const answer = answerFromText(argv, process.env, process.stdout)
if (answer !== undefined) {
  // A reader that has gone (`flux-ops --help | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  process.stdout.write(answer)
} else {
  // A folder of the user's own: Node's default lies where others may write.
  enableCompileCache(compiledCode(process.env))
  const { run } = await import('./run.ts')
  await run(argv)
}
