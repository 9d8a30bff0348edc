// Builds the sandbox's binaries: `node scripts/toolchain.ts [tool or set]… [--use-path] [--json]`. Without a name, all of them.
import { parseArgs } from 'node:util'
import { messageOf, OpsError, usageError } from '../src/errors.ts'
import { describeProgress, duration, ensureTools, resolveToolNames } from '../src/sandbox/toolchain/index.ts'

const readArguments = (args: string[]) => {
  try {
    return parseArgs({ args, allowPositionals: true, options: { 'use-path': { type: 'boolean' }, json: { type: 'boolean' } } })
  } catch (error) {
    throw usageError('toolchain-usage', messageOf(error), 'node scripts/toolchain.ts [tool or set]... [--use-path] [--json]')
  }
}

const main = async (): Promise<void> => {
  const { values, positionals } = readArguments(process.argv.slice(2))
  const tools = resolveToolNames(positionals.length > 0 ? positionals : ['all'])
  const began = performance.now()
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const paths = await ensureTools(tools, (progress) => say(describeProgress(progress)), { usePath: values['use-path'] ?? false })
  if (values.json) process.stdout.write(`${JSON.stringify(paths, null, 2)}\n`)
  else say(`✔ toolchain: ${tools.length} of ${tools.length} ready (${duration((performance.now() - began) / 1000)})`)
}

main().catch((error: unknown) => {
  if (!(error instanceof OpsError)) throw error
  process.stderr.write([`✗ ${error.message}`, ...error.hints.map((hint) => `  → ${hint}`), ''].join('\n'))
  process.exitCode = error.exit === 'usage' ? 2 : 1
})
