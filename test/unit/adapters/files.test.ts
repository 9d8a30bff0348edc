import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MAX_FILE_BYTES } from '../../../src/adapters/file-bytes.ts'
import { localFiles } from '../../../src/adapters/files.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flux-ops-files-'))
})

afterEach(() => rm(root, { recursive: true, force: true }))

const codeOf = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(() => undefined).catch((error: { code?: string }) => error.code)

test('a file is written whole, private, and leaves nothing else behind', async () => {
  await localFiles.writeText(join(root, 'a.yaml'), 'one: 1\n')

  expect(await readFile(join(root, 'a.yaml'), 'utf8')).toBe('one: 1\n')
  expect((await stat(join(root, 'a.yaml'))).mode & 0o777).toBe(0o600)
  expect(await readdir(root)).toEqual(['a.yaml'])
})

test('what a killed process left of the same file goes with the next write, and what a living one is writing stays', async () => {
  const dead = spawnSync('true').pid
  await writeFile(join(root, `.a.yaml.${dead}-0123abcd.tmp`), 'half')
  await writeFile(join(root, `.a.yaml.${process.ppid}-0123abcd.tmp`), 'under way')
  await writeFile(join(root, `.b.yaml.${dead}-0123abcd.tmp`), 'of another file')

  await localFiles.writeText(join(root, 'a.yaml'), 'one: 1\n')

  expect((await readdir(root)).sort()).toEqual([`.a.yaml.${process.ppid}-0123abcd.tmp`, `.b.yaml.${dead}-0123abcd.tmp`, 'a.yaml'])
})

test('what a killed process with the same id left goes too: in a container every run may have the same', async () => {
  await writeFile(join(root, `.a.yaml.${process.pid}-0123abcd.tmp`), 'half')

  await Promise.all(['one', 'two', 'three'].map((text) => localFiles.writeText(join(root, 'a.yaml'), text)))

  expect(await readdir(root)).toEqual(['a.yaml'])
})

test('replacing a file keeps its mode and the link that led to it', async () => {
  await writeFile(join(root, 'real.sh'), 'old', { mode: 0o755 })
  await symlink('real.sh', join(root, 'link.sh'))

  await localFiles.replaceText(join(root, 'link.sh'), 'new')

  expect(await readFile(join(root, 'real.sh'), 'utf8')).toBe('new')
  expect((await stat(join(root, 'real.sh'))).mode & 0o777).toBe(0o755)
  expect((await readdir(root)).sort()).toEqual(['link.sh', 'real.sh'])
})

test('a file is created whole and private, and never over another one', async () => {
  await writeFile(join(root, 'mine'), 'mine')
  await symlink('nowhere', join(root, 'link'))

  await localFiles.createText(join(root, 'a.age'), 'one')

  expect(await codeOf(localFiles.createText(join(root, 'mine'), 'two'))).toBe('file-exists')
  expect(await codeOf(localFiles.createText(join(root, 'link'), 'two'))).toBe('file-exists')
  expect(await readFile(join(root, 'mine'), 'utf8')).toBe('mine')
  expect((await stat(join(root, 'a.age'))).mode & 0o777).toBe(0o600)
  expect((await readdir(root)).sort()).toEqual(['a.age', 'link', 'mine'])
})

test('the bytes of a file are read as they are', async () => {
  await writeFile(join(root, 'a'), Buffer.from([0x61, 0xe9, 0x00]))

  expect([...(await localFiles.readBytes(join(root, 'a')))]).toEqual([0x61, 0xe9, 0x00])
  expect(await codeOf(localFiles.readBytes(join(root, 'nope')))).toBe('file-missing')
})

test('text keeps its byte order mark and its line ends', async () => {
  await writeFile(join(root, 'a'), '\ufeffa\r\nb')

  expect(await localFiles.readText(join(root, 'a'))).toBe('\ufeffa\r\nb')
})

test('what is missing, binary, a folder, a device or too large is told apart', async () => {
  await writeFile(join(root, 'nul'), 'a\0b')
  await writeFile(join(root, 'latin1'), Buffer.from([0x61, 0xe9, 0x62]))
  await writeFile(join(root, 'large'), Buffer.alloc(MAX_FILE_BYTES + 1, 0x61))

  expect(await codeOf(localFiles.readText(join(root, 'nope')))).toBe('file-missing')
  expect(await codeOf(localFiles.readText(join(root, 'nul')))).toBe('file-binary')
  expect(await codeOf(localFiles.readText(join(root, 'latin1')))).toBe('file-binary')
  expect(await codeOf(localFiles.readText(root))).toBe('file-unreadable')
  expect(await codeOf(localFiles.readText('/dev/zero'))).toBe('file-unreadable')
  expect(await codeOf(localFiles.readText(join(root, 'large')))).toBe('file-too-large')
})

test('a pipe is refused at once, though nobody writes to it', async () => {
  execFileSync('mkfifo', [join(root, 'pipe')])

  expect(await codeOf(localFiles.readText(join(root, 'pipe')))).toBe('file-unreadable')
})

test('a walk is sorted and leaves .git and links out', async () => {
  await mkdir(join(root, '.git'))
  await mkdir(join(root, 'b dir'))
  await writeFile(join(root, '.git', 'HEAD'), 'x')
  await writeFile(join(root, 'b dir', 'é.yaml'), 'x')
  await writeFile(join(root, 'a.yaml'), 'x')
  await symlink('/etc', join(root, 'etc'))
  await symlink('a.yaml', join(root, 'link.yaml'))

  expect(await localFiles.walk(root)).toEqual(['a.yaml', 'b dir/é.yaml'])
})

test('a path that leads out of the root is refused, also through a link', async () => {
  await writeFile(join(root, 'a'), 'x')
  await symlink('/etc', join(root, 'out'))

  expect(await localFiles.inside(root, 'a')).toContain('/a')
  expect(await codeOf(localFiles.inside(root, '../../etc/passwd'))).toBe('path-outside')
  expect(await codeOf(localFiles.inside(root, 'out/passwd'))).toBe('path-outside')
  expect(await codeOf(localFiles.inside(root, '/etc/passwd'))).toBe('path-outside')
})

test('a folder that is not there cannot be written to, and the error says so', async () => {
  expect(await codeOf(localFiles.writeText(join(root, 'no', 'a'), 'x'))).toBe('file-unwritable')
})
