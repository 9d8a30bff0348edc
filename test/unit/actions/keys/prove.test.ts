// A key is proven by a real file, and none is called wrong that only cannot be tried alone.
import { expect, test } from 'vitest'
import { proveKeys } from '../../../../src/actions/keys/prove.ts'
import { surveySealed } from '../../../../src/actions/keys/sealed-survey.ts'
import { parseIdentities } from '../../../../src/sops/keys/identities.ts'
import { PLUGIN_IDENTITY } from '../../sops/keys/fixtures.ts'
import { fakeContext } from '../fakes.ts'
import { cloneOf, inClone, newKey, ROOT, sealed } from './sealed.ts'

const [ours, theirs] = [await newKey(), await newKey()]

async function proven(text: string, ...identities: Parameters<typeof proveKeys>[1]) {
  const files = { 'a.yaml': text }
  const ctx = fakeContext({ git: cloneOf({ committed: files }), files: inClone(files) })
  return proveKeys(ctx, identities, await surveySealed(ctx, ROOT))
}

/** As sops writes it for two key groups; what they wrap is no share, which no key notices alone. */
async function inGroups(): Promise<string> {
  const [one, two] = [await sealed([ours]), await sealed([theirs])].map(
    (text) => /( {8}- recipient: [\s\S]*?)\n {4}lastmodified/.exec(text)?.[1],
  )
  const indented = (entry = ''): string => entry.replace(/^ {8}/gm, ' '.repeat(12))
  const groups = `    key_groups:\n        - age:\n${indented(one)}\n        - age:\n${indented(two)}\n    shamir_threshold: 2\n`
  return (await sealed([ours])).replace(/ {4}age:\n[\s\S]*?(?= {4}lastmodified)/, groups)
}

test('a key that opens its part of a file with key groups is proven', async () => {
  const { keys, opened } = await proven(await inGroups(), ours, theirs)

  expect(keys).toEqual([
    { recipient: ours.recipient, opened: 'a.yaml', failed: undefined },
    { recipient: theirs.recipient, opened: 'a.yaml', failed: undefined },
  ])
  expect(opened).toBe(0)
})

test('a key of a plugin is not proven, and not called wrong', async () => {
  const plugin = await parseIdentities(`# recipient: ${ours.recipient}\n${PLUGIN_IDENTITY}\n`, 'a test')

  const { keys } = await proven(await sealed([ours]), ...plugin)

  expect(keys).toEqual([{ recipient: ours.recipient, opened: undefined, failed: undefined }])
})

test('a key that does not open what is sealed to it is told with the reason', async () => {
  const { keys } = await proven((await sealed([ours])).replace('data:', 'data:AAAA'), ours)

  expect(keys).toMatchObject([{ opened: undefined, failed: expect.stringContaining('a.yaml:1') }])
})
