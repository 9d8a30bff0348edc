// To begin with a file: what it answers, what else stands in it, and what of that does not go with other answers.
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { beginWith } from '../../../../src/cli/wizard/begin-with.ts'
import { QUESTIONS } from '../../../../src/cli/wizard/questions/index.ts'
import { toClusterFile } from '../../../../src/cli/wizard/to-cluster-file.ts'
import { clusterFileText } from '../../../../src/cli/wizard/write-yaml.ts'
import { readClusterFile } from '../../../../src/cluster-file/read.ts'
import { OpsError } from '../../../../src/errors.ts'

const root = fileURLToPath(new URL('../../../../examples/', import.meta.url))
const example = (name: string): Promise<string> => readFile(`${root}${name}`, 'utf8')

test.each(await readdir(root))('%s, begun with and answered as it is, means the same', async (name) => {
  const text = await example(name)

  const { answers, base } = beginWith(QUESTIONS, text, name)
  const { value, dropped } = toClusterFile(QUESTIONS, answers, base)

  expect(dropped).toEqual([])
  expect(normal(clusterFileText(value))).toEqual(normal(text))
})

/** A file beside it is the same file with ./ before it. */
const normal = (text: string) => JSON.parse(JSON.stringify(readClusterFile(text, 'x')).replaceAll('"./', '"'))

test('what does not go with another style is left out, each with why, and the rest stays', async () => {
  const { answers, base } = beginWith(QUESTIONS, await example('operator.yaml'), 'operator.yaml')

  const { value, dropped } = toClusterFile(QUESTIONS, { ...answers, style: 'kustomize' }, base)

  expect(dropped.map(({ path }) => path.join('.'))).toEqual(['flux.operator', 'flux.settings.monitors'])
  expect(value).toMatchObject({
    flux: { style: 'kustomize', networkPolicy: false, settings: { concurrent: 10, oomWatch: { threshold: 95 } } },
  })
})

test('an answer is never left out for what the file says', async () => {
  const { answers, base } = beginWith(QUESTIONS, await example('kustomize.yaml'), 'kustomize.yaml')
  const keys = { sopsKey: 'x25519', backupHow: 'shares', shares: '3/5', backupOut: '/media/usb' }

  const { value, dropped } = toClusterFile(QUESTIONS, { ...answers, ...keys }, base)

  expect(dropped.map(({ path }) => path.join('.'))).toEqual(['secrets'])
  expect(value.sops).toEqual({
    secretName: 'age-key',
    key: { generate: 'x25519' },
    backup: { shares: { of: 5, needed: 3 }, out: '/media/usb' },
  })
})

test('a file that schema check refuses is not begun with', async () => {
  const text = (await example('git-ssh.yaml')).replace('2.9.4', '2.9')

  const failure = (() => {
    try {
      return beginWith(QUESTIONS, text, 'cluster.yaml')
    } catch (error) {
      return error
    }
  })()

  expect(failure).toBeInstanceOf(OpsError)
  expect(failure).toMatchObject({ code: 'cluster-file-invalid', exit: 'usage' })
})

test('every line of a file that is written fits a terminal, and every field that was asked for says what it is', async () => {
  const { answers, base } = beginWith(QUESTIONS, await example('git-ssh.yaml'), 'x')

  const lines = clusterFileText(toClusterFile(QUESTIONS, answers, base).value)
    .trimEnd()
    .split('\n')

  expect(lines[0]).toBe('# yaml-language-server: $schema=cluster-v1.json')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  const bare = lines.filter((line, at) => /^ +\w+:(?= \S)/.test(line) && !line.includes(' # ') && !/^ +# /.test(lines[at - 1] ?? ''))
  expect(bare).toEqual([])
})
