// Whether sops is asked for: by files that only it can seal anew, and by those that hold the key itself.
import { expect, test } from 'vitest'
import { sopsThere } from '../../../../runbooks/age-rotate/checks/files.ts'
import { keyFilesOf } from '../../../../runbooks/age-rotate/files/key-in-file.ts'
import { OpsError } from '../../../../src/errors.ts'
import type { Command } from '../../../../src/ports/exec.ts'
import { sealed } from '../../actions/keys/sealed.ts'
import { nextKey, oldKey, otherKey } from './a-plan.ts'
import { aWorld, base64, input, keyFile } from './a-world.ts'

function world(files: Readonly<Record<string, string>>, sops: string | undefined = 'sops 3.13.3') {
  const ran: Command[] = []
  const exec = (command: Command) => {
    ran.push(command)
    if (sops === '') throw new OpsError({ code: 'tool-missing', message: 'sops is not installed', hints: ['install sops'] })
    return { stdout: sops }
  }
  return { ran, ctx: aWorld(files, { exec }) }
}

const HOLDING = {
  'in.sops.yaml': await sealed([oldKey], keyFile(otherKey, oldKey)),
  'in-base64.sops.yaml': await sealed([oldKey], base64(keyFile(oldKey))),
}
const PLAIN = {
  'db.sops.yaml': await sealed([oldKey]),
  'other-key.sops.yaml': await sealed([oldKey], keyFile(nextKey)),
  'not-ours.sops.yaml': await sealed([otherKey], keyFile(oldKey)),
}

test('files that hold the old key are those that are sealed to it and have its line, as it is or in base64', async () => {
  const { ctx } = world({ ...HOLDING, ...PLAIN })

  expect(await keyFilesOf(ctx, input)).toEqual(['in-base64.sops.yaml', 'in.sops.yaml'])
})

test('a file that does not open is left to the check that says so', async () => {
  const shut = (await sealed([otherKey])).replace(otherKey.recipient, oldKey.recipient)

  expect(await keyFilesOf(world({ 'shut.sops.yaml': shut }).ctx, input)).toEqual([])
})

test('sops is not asked for where nobody needs it', async () => {
  const { ctx, ran } = world(PLAIN)

  expect(await sopsThere.probe(ctx, input)).toMatchObject({ status: 'skip' })
  expect(ran).toEqual([])
})

test('sops has to be there for a file that holds the old key', async () => {
  const { ctx } = world({ ...HOLDING, ...PLAIN }, '')

  expect(await sopsThere.probe(ctx, input)).toMatchObject({
    status: 'fail',
    detail: '2 files need sops: it is not installed',
    items: [{ where: 'in-base64.sops.yaml' }, { where: 'in.sops.yaml' }],
    hints: ['install sops', 'runbooks/age-rotate/README.md#sops-there'],
  })
})

test.each([
  ['sops 3.10.2', 'fail'],
  ['sops 3.11.0', 'pass'],
  ['sops of our own', 'unknown'],
])('%s for a file that holds the old key: %s', async (version, status) => {
  expect(await sopsThere.probe(world(HOLDING, version).ctx, input)).toMatchObject({ status })
})
