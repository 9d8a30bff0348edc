// Flags of commands that may propose what they change, instead of pushing it.
import * as Flags from '@oclif/core/flags'
import { FORGES } from '../actions/forge.ts'
import { usageError } from '../errors.ts'
import { plainText } from './flags.ts'

export type ForgeName = (typeof FORGES)[number]

export const proposalFlags = {
  pr: Flags.boolean({ description: 'propose the change as a pull request instead of pushing it; the run waits until it is merged' }),
  forge: Flags.string({
    description: 'what takes the pull request [default: known by the address of the remote, or asked]',
    options: [...FORGES],
    env: 'FLUX_OPS_FORGE',
    noCacheDefault: true,
  }),
  'forge-url': Flags.string({
    description: "address of the forge's pages, where that of the remote does not tell",
    helpValue: 'URL',
    dependsOn: ['pr'],
    parse: async (value) => {
      if (!URL.canParse(plainText(value, 'forge-url')) || !/^https?:\/\//.test(value) || /@/.test(value))
        throw usageError(
          'flag-invalid',
          `--forge-url "${value}" is not the address of a forge`,
          'such as --forge-url https://git.example.org',
        )
      return value
    },
  }),
}
