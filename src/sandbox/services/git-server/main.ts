// The git server as a process of its own: `main.ts <config file>`. Ends on SIGTERM.
import { readFile } from 'node:fs/promises'
import { messageOf } from '../../../errors.ts'
import { gitServerConfig } from './config.ts'
import { createGitServer } from './server.ts'

function fail(error: unknown): never {
  console.error(messageOf(error))
  process.exit(1)
}

async function main(file: string | undefined): Promise<void> {
  if (file === undefined) throw new Error('usage: git-server <config file>')
  const config = gitServerConfig.parse(JSON.parse(await readFile(file, 'utf8')))
  const { root, faultsFile, passwordsFile } = config
  const server = createGitServer({ root, faultsFile, passwordsFile, credentials: config })
  server.on('error', fail)
  process.on('SIGTERM', () => {
    server.close()
    server.closeAllConnections()
  })
  server.listen(config.port, '127.0.0.1', () => console.log(`git server on 127.0.0.1:${config.port}`))
}

main(process.argv[2]).catch(fail)
