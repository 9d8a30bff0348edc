// The sshd of OpenSSH alone, built so that it runs as anybody: without PAM, without libcrypto (ed25519 and chacha20 are its own), and without a folder or a user
// that only an installed one has.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runTo } from './command.ts'
import { type DebianSource, debianSource } from './debian-source.ts'

export const OPENSSH: DebianSource = {
  package: 'openssh',
  file: 'openssh_9.2p1.orig.tar.gz',
  sha256: '3f66dbf1655fb45f50e1c56da62ab01218c228807b21338d634ebcdf9d71cf46',
}

export const OPENSSH_OPTIONS = [
  '--without-openssl',
  '--without-zlib',
  '--without-pam',
  '--without-selinux',
  '--without-shadow',
  '--with-privsep-user=nobody',
  '--with-privsep-path=/',
  '--disable-lastlog',
  '--disable-utmp',
  '--disable-utmpx',
  '--disable-wtmp',
  '--disable-wtmpx',
  '--disable-strip',
] as const

/** @returns path of the binary. */
export async function buildSshd(work: string, signal?: AbortSignal): Promise<string> {
  const archive = await debianSource(OPENSSH, work, signal)
  const cwd = join(work, 'build')
  await mkdir(cwd)
  await runTo('tar', ['--extract', '--gzip', '--strip-components=1', '--file', archive], { cwd, signal })
  await runTo('./configure', OPENSSH_OPTIONS, { cwd, signal })
  await runTo('make', ['-j2', 'sshd'], { cwd, signal })
  return join(cwd, 'sshd')
}
