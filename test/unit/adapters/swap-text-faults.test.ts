// What the disk, the kernel and other people do in the middle of a swap.
import { execFileSync } from 'node:child_process'
import { chmod, link, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { localFiles } from '../../../src/adapters/files.ts'
import { swapTextOn } from '../../../src/adapters/swap-text.ts'
import { OpsError } from '../../../src/errors.ts'
import { asSomebody, type Desk, failureOf, modeOf, NEW, OLD, openDesk, WAS } from './swap-desk.ts'
import { type Around, atCall, failing, justBefore, watchedDisk } from './watched-disk.ts'

const swapWith = (around: Around) => swapTextOn(watchedDisk(around))

/** In their order; of a call that is made more than once each time counts. */
const CALLS: readonly (readonly [call: string, nth: number])[] = [
  ['realpath file', 1],
  ['open folder', 1],
  ['open file', 1],
  ['stat file', 1],
  ['readFile file', 1],
  ['lstat file', 1],
  ['close file', 1],
  ['open temp', 1],
  ['stat temp', 1],
  ['writeFile temp', 1],
  ['chmod temp', 1],
  ['sync temp', 1],
  ['stat temp', 2],
  ['close temp', 1],
  ['open temp', 2],
  ['readFile temp', 1],
  ['close temp', 2],
  ['open file', 2],
  ['stat file', 2],
  ['readFile file', 2],
  ['lstat file', 2],
  ['close file', 2],
  ['rename temp', 1],
  ['sync folder', 1],
  ['close folder', 1],
]
const RENAME = CALLS.findIndex(([call]) => call === 'rename temp')

test('the text is on the disk and compared before the rename, the folder is synced after it, and the file itself is never written', async () => {
  const desk = await openDesk()
  const calls: string[] = []

  await swapWith((call, go) => {
    calls.push(call)
    return go()
  })(desk.file, WAS, NEW)

  expect(calls).toEqual(CALLS.map(([call]) => call))
})

describe('a failure', () => {
  test.each(CALLS)('of call "%s" (%i) leaves a whole file and no other', async (call, nth) => {
    const desk = await openDesk()

    const error = await failureOf(swapWith(failing(call, nth, 'EIO'))(desk.file, WAS, NEW))

    const renamed = CALLS.findIndex(([one, time]) => one === call && time === nth) > RENAME
    expect([await desk.text(), await desk.names()]).toEqual([renamed ? NEW : OLD, ['a.sops.yaml']])
    if (call === 'close folder') expect(error).toBeUndefined()
    else expect(error).toBeInstanceOf(OpsError)
  })

  test.each([
    ['open temp', 1],
    ['writeFile temp', 1],
    ['chmod temp', 1],
    ['sync temp', 1],
    ['close temp', 1],
    ['rename temp', 1],
  ])('of "%s" (%i) for want of room is called that', async (call, nth) => {
    for (const errno of ['ENOSPC', 'EDQUOT', 'EFBIG']) {
      const desk = await openDesk()

      const error = await failureOf(swapWith(failing(call, nth, errno))(desk.file, WAS, NEW))

      expect([error?.code, await desk.text(), await desk.names()]).toEqual(['disk-full', OLD, ['a.sops.yaml']])
    }
  })
})

interface Meddling {
  readonly what: string
  readonly work: (desk: Desk) => Promise<unknown>
  /** undefined: there is no file any more. */
  readonly leaves: string | undefined
}

const MEDDLING: readonly Meddling[] = [
  { what: 'wrote another text', work: ({ file }) => writeFile(file, 'theirs\n'), leaves: 'theirs\n' },
  {
    what: 'wrote as many bytes and put the time back',
    work: async ({ file }) => {
      const { atime, mtime } = await stat(file)
      await writeFile(file, OLD.replace('old', 'odd'))
      await utimes(file, atime, mtime)
    },
    leaves: OLD.replace('old', 'odd'),
  },
  {
    what: 'put a copy in its place, of the same time',
    work: async ({ file }) => {
      execFileSync('cp', ['-p', file, `${file}.copy`])
      await rename(`${file}.copy`, file)
    },
    leaves: OLD,
  },
  { what: 'touched it', work: ({ file }) => utimes(file, 1, 1), leaves: OLD },
  { what: 'changed its mode', work: ({ file }) => chmod(file, 0o640), leaves: OLD },
  { what: 'gave it a second name', work: ({ file, root }) => link(file, join(root, 'b.yaml')), leaves: OLD },
  { what: 'removed it', work: ({ file }) => rm(file), leaves: undefined },
]

describe('in the middle of it', () => {
  test.each(MEDDLING)('somebody $what, and that stays', async ({ work, leaves }) => {
    const desk = await openDesk()

    const error = await failureOf(swapWith(justBefore('close temp', 1, () => work(desk)))(desk.file, WAS, NEW))

    expect(error?.code).toBe('file-changed')
    expect(await desk.text().catch(() => undefined)).toBe(leaves)
    expect((await desk.names()).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test.each(['readFile file', 'lstat file'])('what changes within the last look, before "%s", is seen', async (call) => {
    const desk = await openDesk()

    const error = await failureOf(swapWith(justBefore(call, 2, () => writeFile(desk.file, 'theirs\n')))(desk.file, WAS, NEW))

    expect([error?.code, await desk.text()]).toEqual(['file-changed', 'theirs\n'])
  })

  test('a file that was another one by the time it was looked at is not replaced', async () => {
    const desk = await openDesk()
    const replaceIt = async (): Promise<void> => {
      await writeFile(`${desk.file}.copy`, 'theirs\n')
      await rename(`${desk.file}.copy`, desk.file)
    }

    const error = await failureOf(swapWith(justBefore('lstat file', 1, replaceIt))(desk.file, WAS, NEW))

    expect([error?.code, await desk.text()]).toEqual(['file-changed', 'theirs\n'])
  })
})

describe('before the rename', () => {
  test("the temporary file is nobody else's to read until it is whole", async () => {
    const desk = await openDesk()
    await chmod(desk.file, 0o644)
    let mode = ''
    const lookAtTemp = async (): Promise<void> => {
      mode = await modeOf(join(desk.root, (await desk.names()).find((name) => name.endsWith('.tmp')) ?? ''))
    }

    await swapWith(justBefore('chmod temp', 1, lookAtTemp))(desk.file, WAS, NEW)

    expect([mode, await modeOf(desk.file)]).toEqual(['600', '644'])
  })

  test('an owner that cannot be kept is told, and nothing was written', async () => {
    const desk = await openDesk()
    await chmod(desk.root, 0o777)
    const written: string[] = []
    // To whom the file belongs for whoever is no root; what chown says of it is the kernel's word.
    const swap = swapWith(async (call, go) => {
      written.push(call)
      return call === 'lstat file' ? Object.assign((await go()) as object, { uid: 0n, gid: 0n }) : await go()
    })

    const error = await asSomebody(() => failureOf(swap(desk.file, WAS, NEW)))

    expect([error?.code, await desk.text(), await desk.names()]).toEqual(['file-owner', OLD, ['a.sops.yaml']])
    expect(error?.message).toContain('belongs to user 0 and group 0 with mode 0644')
    expect(written).not.toContain('writeFile temp')
  })

  test('a mode that the kernel did not give is told', async () => {
    const desk = await openDesk()
    await chmod(desk.file, 0o2640)

    // As for a group that the user is not in: chmod succeeds, and setgid is dropped.
    const error = await failureOf(swapWith(atCall('chmod temp', 1, async () => undefined))(desk.file, WAS, NEW))

    expect([error?.code, await desk.text(), await modeOf(desk.file), await desk.names()]).toEqual([
      'file-owner',
      OLD,
      '2640',
      ['a.sops.yaml'],
    ])
  })

  test('what does not read back as it was written goes no further', async () => {
    const desk = await openDesk()
    const spoil = async (): Promise<void> => {
      const temp = (await desk.names()).find((name) => name.endsWith('.tmp')) ?? ''
      await writeFile(join(desk.root, temp), NEW.replace('n', '\0'))
    }

    const error = await failureOf(swapWith(justBefore('open temp', 2, spoil))(desk.file, WAS, NEW))

    expect([error?.code, await desk.text(), await desk.names()]).toEqual(['file-differs', OLD, ['a.sops.yaml']])
  })
})

describe('after the rename', () => {
  test('a disk that does not confirm is told, and is asked once more when it is called again', async () => {
    const desk = await openDesk()
    const calls: string[] = []

    const error = await failureOf(swapWith(failing('sync folder', 1, 'EIO'))(desk.file, WAS, NEW))
    const again = await swapWith((call, go) => {
      calls.push(call)
      return go()
    })(desk.file, WAS, NEW)

    expect([error?.code, again, await desk.text()]).toEqual(['file-unsynced', 'there', NEW])
    expect(calls.filter((call) => call.startsWith('sync'))).toEqual(['sync file', 'sync folder'])
  })

  test.each(['sync file', 'sync folder'])('a text that is there already is not called there when "%s" fails', async (call) => {
    const desk = await openDesk()
    await localFiles.swapText(desk.file, WAS, NEW)

    const error = await failureOf(swapWith(failing(call, 1, 'EIO'))(desk.file, WAS, NEW))

    expect([error?.code, await desk.text()]).toEqual(['file-unsynced', NEW])
  })

  test('a file system that syncs no folders is good enough', async () => {
    const desk = await openDesk()

    expect(await swapWith(failing('sync folder', 1, 'EINVAL'))(desk.file, WAS, NEW)).toBe('swapped')
  })
})
