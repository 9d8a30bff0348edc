import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, chown, link, lstat, mkdir, readdir, readFile, readlink, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MAX_FILE_BYTES } from '../../../src/adapters/file-bytes.ts'
import { localFiles } from '../../../src/adapters/files.ts'
import { asSomebody, failureOf, modeOf, NEW, OLD, openDesk, otherOwner, WAS } from './swap-desk.ts'

const { swapText } = localFiles

test('a file gets its new text, and nothing is left beside it', async () => {
  const desk = await openDesk()

  expect(await swapText(desk.file, WAS, NEW)).toBe('swapped')

  expect([await desk.text(), await desk.names()]).toEqual([NEW, ['a.sops.yaml']])
})

test('a file that holds the new text already is not touched', async () => {
  const desk = await openDesk()
  await swapText(desk.file, WAS, NEW)
  const before = await stat(desk.file, { bigint: true })

  expect(await swapText(desk.file, WAS, NEW)).toBe('there')

  const after = await stat(desk.file, { bigint: true })
  expect([after.ino, after.mtimeNs, after.ctimeNs]).toEqual([before.ino, before.mtimeNs, before.ctimeNs])
})

test('a file that somebody changed keeps what they wrote, and the error says how to see it', async () => {
  const desk = await openDesk()
  await writeFile(desk.file, 'of somebody else\n')

  const error = await failureOf(swapText(desk.file, WAS, NEW))

  expect(error).toMatchObject({ code: 'file-changed', exit: 'failed' })
  expect(error?.hints[0]).toBe(`see what changed:  git -C ${desk.root} diff -- a.sops.yaml`)
  expect([await desk.text(), await desk.names()]).toEqual(['of somebody else\n', ['a.sops.yaml']])
})

test('a hint quotes a path that a shell would take apart', async () => {
  const desk = await openDesk()
  const file = join(desk.root, "it's; id.yaml")
  await writeFile(file, 'other')

  const error = await failureOf(swapText(file, WAS, NEW))

  expect(error?.hints[0]).toContain(`diff -- 'it'\\''s; id.yaml'`)
})

test.each([
  ['Windows line ends', 'a: old\r\nb: 1\r\n', 'a: new\r\nb: 1\r\n'],
  ['mixed line ends', 'a: old\r\nb: 1\n', 'a: new\r\nb: 1\n'],
  ['no final newline', 'a: old', 'a: new'],
  ['a byte order mark', '\ufeffa: old\n', '\ufeffa: new\n'],
  ['characters beyond the first plane', 'a: old 🔑é\n', 'a: new 🔑é\n'],
])('%s come through byte for byte', async (_what, old, text) => {
  const desk = await openDesk()
  await writeFile(desk.file, old)
  const read = await localFiles.readText(desk.file)

  await swapText(desk.file, await localFiles.sha256(desk.file), read.replace('old', 'new'))

  expect(await readFile(desk.file)).toEqual(Buffer.from(text))
})

test('of a symbolic link the file behind it is replaced, and the link stays', async () => {
  const desk = await openDesk()
  await mkdir(join(desk.root, 'links'))
  const way = join(desk.root, 'links', 'a.sops.yaml')
  await symlink('../a.sops.yaml', way)

  await swapText(way, WAS, NEW)

  expect([await readlink(way), (await lstat(desk.file)).isFile(), await desk.text()]).toEqual(['../a.sops.yaml', true, NEW])
  expect([await desk.names(), await readdir(join(desk.root, 'links'))]).toEqual([['a.sops.yaml', 'links'], ['a.sops.yaml']])
})

test('a file with a second name is refused, and stays one file', async () => {
  const desk = await openDesk()
  await link(desk.file, join(desk.root, 'second.yaml'))

  const error = await failureOf(swapText(desk.file, WAS, NEW))

  expect(error?.code).toBe('file-linked')
  expect(error?.hints[1]).toBe(`make it a file of its own:  cp -p ${desk.file} ${desk.file}.own && mv ${desk.file}.own ${desk.file}`)
  expect([await desk.text(), (await stat(desk.file)).nlink]).toEqual([OLD, 2])
})

test.each([0o444, 0o464, 0o500, 0o466])('a file that its owner may not write is refused, whoever asks: %o', async (mode) => {
  const desk = await openDesk()
  await chmod(desk.file, mode)

  const error = await failureOf(swapText(desk.file, WAS, NEW))

  expect(error).toMatchObject({ code: 'file-read-only', hints: [expect.stringContaining(`chmod u+w ${desk.file}`)] })
  expect([await desk.text(), await modeOf(desk.file)]).toEqual([OLD, mode.toString(8)])
})

test.each([0o600, 0o644, 0o666, 0o755, 0o1644, 0o2640, 0o2755, 0o4755, 0o6777])('the mode stays as it is: %o', async (mode) => {
  const desk = await openDesk()
  await chmod(desk.file, mode)

  await swapText(desk.file, WAS, NEW)

  expect([await desk.text(), await modeOf(desk.file)]).toEqual([NEW, mode.toString(8)])
})

test('owner and group stay as they are, with the mode', async () => {
  const desk = await openDesk()
  const [uid, gid] = otherOwner()
  await chown(desk.file, uid, gid)
  await chmod(desk.file, 0o2640)

  await swapText(desk.file, WAS, NEW)

  const info = await stat(desk.file)
  expect([await desk.text(), info.uid, info.gid, await modeOf(desk.file)]).toEqual([NEW, uid, gid, '2640'])
})

test.each([
  ['', []],
  [', with what a killed process left', [`.a.sops.yaml.${spawnSync('true').pid}-0123abcd.tmp`]],
])('a folder that takes no file leaves the file as it is%s', async (_how, left) => {
  const desk = await openDesk()
  for (const name of left) await writeFile(join(desk.root, name), 'half')
  await chmod(desk.root, 0o555)

  const error = await asSomebody(() => failureOf(swapText(desk.file, WAS, NEW)))

  expect(error).toMatchObject({ code: 'file-unwritable', hints: [`look at owner and mode: ls -la ${desk.root}`] })
  expect([await desk.text(), await desk.names()]).toEqual([OLD, [...left, 'a.sops.yaml']])
})

test('a folder that could not be synced afterwards is refused before anything is written', async () => {
  const desk = await openDesk()
  await chmod(desk.root, 0o333)

  const error = await asSomebody(() => failureOf(swapText(desk.file, WAS, NEW)))

  await chmod(desk.root, 0o755)
  expect([error?.code, await desk.text(), await desk.names()]).toEqual(['file-unwritable', OLD, ['a.sops.yaml']])
})

test('what is missing, a folder, a pipe, a broken link or too large is told apart', async () => {
  const desk = await openDesk()
  const at = (name: string): string => join(desk.root, name)
  await mkdir(at('folder'))
  execFileSync('mkfifo', [at('pipe')])
  await symlink('nowhere', at('broken'))
  await writeFile(at('large'), '')
  await truncate(at('large'), MAX_FILE_BYTES + 1)

  const codes = await Promise.all(
    ['nope', 'folder', 'pipe', 'broken', 'large'].map(async (name) => (await failureOf(swapText(at(name), WAS, NEW)))?.code),
  )

  expect(codes).toEqual(['file-missing', 'file-unreadable', 'file-unreadable', 'file-missing', 'file-too-large'])
})

test('a new text that could not be read again is refused', async () => {
  const desk = await openDesk()

  const error = await failureOf(swapText(desk.file, WAS, 'x'.repeat(MAX_FILE_BYTES + 1)))

  expect([error?.code, await desk.text()]).toEqual(['file-too-large', OLD])
})

test.each([
  ['empty', ''],
  ['half of a character', 'a: \ud83d'],
])('a new text that is %s is a bug, and never reaches the file', async (_what, text) => {
  const desk = await openDesk()

  await expect(swapText(desk.file, WAS, text)).rejects.toThrow('is no text')

  expect(await desk.text()).toBe(OLD)
})

test.each([
  ['swapped', OLD],
  ['there', NEW],
])('what killed processes left of a file goes, what a living one writes stays: %s', async (how, text) => {
  const desk = await openDesk()
  const dead = spawnSync('true').pid
  await writeFile(desk.file, text)
  await writeFile(join(desk.root, `.a.sops.yaml.${dead}-0123abcd.tmp`), 'half')
  await writeFile(join(desk.root, `.a.sops.yaml.${process.ppid}-0123abcd.tmp`), 'under way')

  expect(await swapText(desk.file, WAS, NEW)).toBe(how)

  expect(await desk.names()).toEqual([`.a.sops.yaml.${process.ppid}-0123abcd.tmp`, 'a.sops.yaml'])
})

test('two that replace one file at once leave the whole text of one of them', async () => {
  const desk = await openDesk()
  const texts = ['a: one\n', 'a: two, and longer\n']

  const results = await Promise.all(texts.map((text) => swapText(desk.file, WAS, text).catch(({ code }: { code: string }) => code)))

  expect(texts).toContain(await desk.text())
  expect(results).toContain('swapped')
  expect(results.filter((result) => result !== 'swapped' && result !== 'file-changed')).toEqual([])
  expect(await desk.names()).toEqual(['a.sops.yaml'])
})
