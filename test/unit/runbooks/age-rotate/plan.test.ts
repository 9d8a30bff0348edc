// What is planned, and what a lost key has laid open.
import { expect, test } from 'vitest'
import { makePlan } from '../../../../runbooks/age-rotate/plan.ts'
import { sealed } from '../../actions/keys/sealed.ts'
import { nextKey, oldKey, otherKey } from './a-plan.ts'
import { aWorld, base64, input, keyFile } from './a-world.ts'

const FILES = {
  'apps/db.sops.yaml': await sealed([oldKey], 'hunter2'),
  'apps/other.sops.yaml': await sealed([otherKey], 'hunter2'),
  'keys/alone.sops.yaml': await sealed([oldKey], keyFile(oldKey)),
  'keys/base64.sops.yaml': await sealed([oldKey], base64(keyFile(oldKey))),
  'keys/more.sops.yaml': await sealed([oldKey], keyFile(oldKey, nextKey)),
  '.sops.yaml': `creation_rules:\n  - age: ${oldKey.recipient}\n`,
  'docs/.sops.yaml': `creation_rules:\n  - age: ${otherKey.recipient}\n`,
}
const KEY_FILES = ['keys/alone.sops.yaml', 'keys/base64.sops.yaml', 'keys/more.sops.yaml']

test('the plan names the key, where it is, and everything that is sealed to it', async () => {
  const plan = await makePlan(aWorld(FILES), input)

  expect(plan).toMatchObject({
    old: oldKey.recipient,
    kind: 'x25519',
    secrets: ['flux-system/sops-age'],
    sources: ['flux-system/home'],
    kustomizations: ['flux-system/apps'],
    files: ['apps/db.sops.yaml', ...KEY_FILES],
    keyFiles: KEY_FILES,
    rules: ['.sops.yaml'],
    values: [],
  })
})

test('of a compromised key every value is named but the key that is replaced, and one that lies with another is', async () => {
  const { values } = await makePlan(aWorld(FILES), { ...input, compromised: true })

  expect(values).toEqual([
    { file: 'apps/db.sops.yaml', object: '', names: ['a'] },
    { file: 'keys/more.sops.yaml', object: '', names: ['a'] },
  ])
})

test('no key and no clear value is in a plan', async () => {
  const text = JSON.stringify(await makePlan(aWorld(FILES), { ...input, compromised: true }))

  expect(text).not.toMatch(/AGE-SECRET-KEY|hunter2|redacted/)
  expect(text).not.toContain(base64('AGE-SECRET-KEY'))
})
