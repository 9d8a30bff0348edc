import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Starts a program as a Node of that version would see it. */
const startedBy = (version: string, program: string): Promise<{ code: number; stderr: string }> => {
  const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', pretend, `${root}${program}`, '--version'], (error, _stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr })
    })
  })
}

describe('an older Node', () => {
  test.each(['20.20.2', '22.12.0'])('%s is told in one line what is needed, exit 2', async (version) => {
    const { code, stderr } = await startedBy(version, 'bin/flux-ops.js')

    expect(code).toBe(2)
    expect(stderr).toBe(`✗ flux-ops needs Node 22.13 or newer, this is ${version}: https://nodejs.org\n`)
  })

  test.each(['22.13.0', '24.0.0'])('%s is not told so', async (version) => {
    const { stderr } = await startedBy(version, 'bin/flux-ops.js')

    expect(stderr).not.toContain('needs Node')
  })
})

test('the first Node that works is the one that package.json asks for', async () => {
  const { engines } = JSON.parse(await readFile(`${root}package.json`, 'utf8'))

  expect(engines.node).toBe('>=22.13')
})
