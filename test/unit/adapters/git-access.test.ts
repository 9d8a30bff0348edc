// How git is started to reach a server: host keys are always those that were pinned.
import { expect, test } from 'vitest'
import { accessOf } from '../../../src/adapters/git-access.ts'

test('with the keys of the person ssh may ask their agent, and takes no host key but the pinned ones', () => {
  const { args, env } = accessOf({ how: 'own', knownHostsFile: '/state/my hosts' })

  expect(args).toEqual([])
  expect(String(env.GIT_SSH_COMMAND)).toBe(
    `ssh -o 'StrictHostKeyChecking=yes' -o 'GlobalKnownHostsFile=none' -o 'UserKnownHostsFile="/state/my hosts"' -o 'ConnectTimeout=20' -o 'BatchMode=yes'`,
  )
})
