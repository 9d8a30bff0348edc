// Ways out of the wizard without a file.
import { OpsError, usageError } from '../../errors.ts'

export const interrupted = (): OpsError =>
  new OpsError({ code: 'interrupted', message: 'stopped before the file was written', hints: ['nothing was changed'], exit: 'interrupted' })

export const nobodyThere = (): OpsError =>
  usageError(
    'needs-terminal',
    'nobody can be asked here: init needs a terminal',
    'write the file by hand: every field is told by  flux-ops schema cluster',
    'begin with one of the examples that come with flux-ops, such as examples/git-ssh.yaml',
    'and read it with  flux-ops schema check cluster.yaml',
  )
