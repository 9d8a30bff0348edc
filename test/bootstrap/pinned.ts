// The host key of the forge, as a person would have compared it: here it is known to be the right one.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import type { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'

/** `SHA256:…` */
export async function pinned({ ssh }: Pick<BootstrapDesk, 'ssh'>): Promise<string> {
  const [host = '', port = ''] = ssh.split(':')
  const { stdout } = await promisify(execFile)('ssh-keyscan', ['-p', port, host])
  const blob =
    stdout
      .split('\n')
      .find((line) => line.startsWith('['))
      ?.split(' ')[2] ?? ''
  return `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '')}`
}
