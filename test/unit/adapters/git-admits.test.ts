// What a git server says to credentials: let in, refused, or no answer at all, which must never count as a refusal.
import { expect, test } from 'vitest'
import { notAnAnswer } from '../../../src/adapters/git-admits.ts'

const said = (stderr: string) => notAnAnswer('ssh://git@git.example/home.git', { exitCode: 128, stdout: '', stderr })

test.each([
  'git@git.example: Permission denied (publickey).\r\nfatal: Could not read from remote repository.',
  "remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://git.example/home.git/'",
  "fatal: could not read Username for 'https://git.example': terminal prompts disabled",
  "remote: Repository not found.\nfatal: repository 'https://git.example/home.git/' not found",
  'ERROR: Repository not found.\nfatal: Could not read from remote repository.',
  "ERROR: The project you were looking for could not be found or you don't have permission to view it.",
  "fatal: unable to access 'https://git.example/home.git/': The requested URL returned error: 403",
])('a server that says no has answered: %j', (stderr) => {
  expect(said(stderr)).toBeUndefined()
})

test.each([
  [
    'git-unreachable',
    'ssh: Could not resolve hostname git.example: Name or service not known\nfatal: Could not read from remote repository.',
  ],
  ['git-unreachable', 'ssh: connect to host git.example port 22: Connection refused'],
  ['git-unreachable', 'kex_exchange_identification: Connection closed by remote host\nPermission denied'],
  ['git-unreachable', "fatal: unable to access 'https://git.example/': The requested URL returned error: 502"],
  ['git-unreachable', 'something that nobody has seen before'],
  ['git-host-key', 'Host key verification failed.\r\nfatal: Could not read from remote repository.'],
  ['git-host-key', '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nPermission denied (publickey).'],
  ['tool-missing', 'error: cannot run ssh: No such file or directory\nfatal: unable to fork'],
])('%s is no answer of the server: %j', (code, stderr) => {
  expect(said(stderr)?.code).toBe(code)
})
