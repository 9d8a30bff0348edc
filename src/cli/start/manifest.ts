// The command surface as data. In the built program this module is replaced by one that carries it; from source every command is read.
import type { Manifest } from '../oclif-config.ts'

export const manifest: Manifest | undefined = undefined
