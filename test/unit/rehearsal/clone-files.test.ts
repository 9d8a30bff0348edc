// What is different in the copy of a repository.

import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { cloneEdits, unsealed, withUrl } from '../../../src/rehearsal/clone-files.ts'

const FROM = 'ssh://git@github.com/me/home.git'
const TO = 'http://127.0.0.1:4000/home-ops.git'
const SOPS = `sops:
  lastmodified: "2026-01-01T00:00:00Z"
  mac: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]
`
const enc = (type = 'str'): string => `ENC[AES256_GCM,data:c2VjcmV0,iv:aXY=,tag:dGFn,type:${type}]`

test('every address of the repository becomes that of the sandbox, in whatever form it is written', () => {
  const text = `  url: ssh://git@github.com/me/home # ours\n  url: "https://github.com/me/home.git"\n`

  expect(withUrl(text, FROM, TO)).toBe(`  url: ${TO} # ours\n  url: "${TO}"\n`)
})

test('other addresses stay byte for byte', () => {
  const text = '  url: https://github.com/me/other\n  repoUrl: https://github.com/me/home\n'

  expect(withUrl(text, FROM, TO)).toBe(text)
})

test('a sealed Secret keeps its keys, and holds made-up values that are well-formed', () => {
  const text = `apiVersion: v1
kind: Secret
metadata:
  name: values
stringData:
  DOMAIN: ${enc()}
  values.yaml: ${enc()}
  custom: ${enc()}
data:
  token: ${enc()}
${SOPS}`

  const open = unsealed(text, new Set(['custom']))

  expect(parse(open ?? '')).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'values' },
    stringData: { DOMAIN: 'stand-in', 'values.yaml': '{}', custom: '{}' },
    data: { token: btoa('stand-in') },
  })
})

test('numbers and truths stay what they are', () => {
  const text = `kind: ConfigMap\nspec:\n  port: ${enc('int')}\n  on: ${enc('bool')}\n${SOPS}`

  expect(parse(unsealed(text) ?? '').spec).toEqual({ port: 1, on: false })
})

test('a file that is sealed as a whole is named, not guessed', () => {
  const files = [{ path: 'a.yaml', text: `kind: ${enc()}\n${SOPS}` }]

  expect(cloneEdits(files, { from: FROM, to: TO, files: new Set() })).toEqual({ edits: [], closed: ['a.yaml'] })
})

test('a file that has neither is left alone', () => {
  const files = [{ path: 'a.yaml', text: 'kind: ConfigMap\n' }]

  expect(cloneEdits(files, { from: FROM, to: TO, files: new Set() })).toEqual({ edits: [], closed: [] })
})
