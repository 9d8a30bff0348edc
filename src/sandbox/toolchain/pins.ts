// The pinned go.mod and go.sum of a tool, as text. In the built program this module is replaced by one that carries them.
import { readFile } from 'node:fs/promises'

export interface Pin {
  readonly goMod: string
  readonly goSum: string
}

/** @param name folder beside this file, for example `etcd-3.6.16` */
export const readPin = async (name: string): Promise<Pin> => {
  const read = (file: string) => readFile(new URL(`./${name}/${file}`, import.meta.url), 'utf8')
  return { goMod: await read('go.mod'), goSum: await read('go.sum') }
}
