// Which files are sealed, and in which format: by what is in them where their names do not tell.
import { expect, test } from 'vitest'
import { isCutOff, readSealed } from '../../../../src/sops/sealed/read.ts'

const VALUE = 'ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]'
const YAML = `a: ${VALUE}
sops:
    age:
        - recipient: age1x
          enc: x
    lastmodified: "2026-01-01T00:00:00Z"
    mac: ${VALUE}
`
const JSON_TEXT = JSON.stringify({
  data: VALUE,
  sops: { age: [{ recipient: 'age1x', enc: 'x' }], lastmodified: '2026-01-01T00:00:00Z', mac: VALUE },
})
const DOTENV = `A=${VALUE}
sops_age__list_0__map_enc=x
sops_age__list_0__map_recipient=age1x
sops_lastmodified=2026-01-01T00:00:00Z
sops_mac=${VALUE}
`
const INI = `[a]
b = ${VALUE}
[sops]
age__list_0__map_enc = x
age__list_0__map_recipient = age1x
lastmodified = 2026-01-01T00:00:00Z
mac = ${VALUE}
`

test.each([
  ['a.yaml', YAML, 'yaml'],
  ['values.yaml.enc', YAML, 'yaml'],
  ['app.env.sops', DOTENV, 'dotenv'],
  ['credentials', INI, 'ini'],
  ['photo.jpg', JSON_TEXT, 'binary'],
  ['values.json.enc', JSON_TEXT, 'binary'],
])('%s is read by what is in it', (path, text, format) => {
  expect(readSealed(path, text)).toMatchObject({ path, format, documents: [{ block: { metadata: { mac: VALUE } } }] })
})

test.each([
  ['a page about sops', 'docs/sops.md', 'sops writes lastmodified and a mac\n'],
  ['a page that shows a sealed file', 'docs/sops.md', `# sops\n\n\`\`\`yaml\n${YAML}\`\`\`\n`],
  ['a script that looks for them', 'check.sh', 'grep -l lastmodified $(git grep -l sops)\n'],
  ['a template that speaks of it', 'templates/a.yaml', 'sops: {{ .Values.sops.lastmodified }}: x\n'],
])('%s is not sealed', (_what, path, text) => {
  expect(readSealed(path, text)).toBeUndefined()
})

test.each([
  ['YAML', 'a.yaml', YAML.slice(0, YAML.indexOf('sops:'))],
  ['YAML, in its metadata', 'a.yaml', YAML.slice(0, YAML.indexOf('lastmodified'))],
  ['JSON', 'a.json', JSON_TEXT.slice(0, JSON_TEXT.indexOf('"sops"'))],
  ['a binary file', 'photo.jpg', JSON_TEXT.slice(0, JSON_TEXT.indexOf('"sops"'))],
  ['dotenv', 'a.env', DOTENV.slice(0, DOTENV.indexOf('sops_'))],
  ['INI', 'a.ini', INI.slice(0, INI.indexOf('[sops]'))],
])('%s that was cut off is known by its values', (_what, path, text) => {
  expect(isCutOff(path, text)).toBe(true)
})

test.each([
  ['a whole file', 'a.yaml', YAML],
  ['a clear file', 'a.yaml', 'a: b\n'],
  ['a page with a value', 'docs/sops.md', `looks like ${VALUE}\n`],
])('%s is not cut off', (_what, path, text) => {
  expect(isCutOff(path, text)).toBe(false)
})
