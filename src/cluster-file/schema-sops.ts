// The key that Flux decrypts with, what is applied before Flux, and the folders that are made.
import * as z from 'zod'
import { isRecipient } from '../sops/rules/age-recipient.ts'
import { duration, file, flag, objectName, oneOf, variable, whole } from './fields.ts'

const recipient = z
  .string()
  .refine(isRecipient, { error: 'is no recipient of age: age1… or an SSH public key' })
  .meta({
    description: 'recipient of age: age1…, or an SSH public key',
    examples: ['age1y4ch2ffz3j7lltmlzh0r3h69ht7kznk6r8le2c4sse793l8vkpjsz55a6c'],
    pattern: '^(age1|ssh-)',
  })

const from = z
  .strictObject({
    file: file('sealed file that flux-ops age backup has made', 'prod-eu.age').optional(),
    identityFile: file('key file that opens it: age identities or an SSH private key', '~/.config/sops/age/recovery.txt').optional(),
    passphraseEnv: variable('variable with the passphrase that opens it', 'BACKUP_PASSPHRASE').optional(),
    shares: z
      .array(file('share, or the sheet with it', 'share-1.txt'))
      .min(2, { error: 'is one share, and one alone tells nothing' })
      .max(32, { error: 'are over 32' })
      .optional()
      .meta({
        description: 'shares of it, as many as recover; they need nothing that opens them',
        examples: [['share-1.txt', 'share-3.txt']],
      }),
  })
  .meta({
    description: 'backup of flux-ops age backup with it: a sealed file and what opens it, or shares; it is opened in memory alone',
    oneOf: [
      { required: ['file', 'identityFile'], not: { required: ['shares'] } },
      { required: ['file', 'passphraseEnv'], not: { required: ['shares'] } },
      { required: ['shares'], not: { anyOf: [{ required: ['file'] }, { required: ['identityFile'] }, { required: ['passphraseEnv'] }] } },
    ],
  })

const key = z
  .strictObject({
    generate: z
      .enum(['x25519', 'post-quantum'])
      .optional()
      .meta({ description: 'make such a key; post-quantum needs Flux 2.9', examples: ['x25519'] }),
    file: file('age key file with it', '~/.config/sops/age/keys.txt').optional(),
    backup: from.optional(),
    recipient: recipient.optional().meta({ description: 'public half that the key of file or backup has to have' }),
  })
  .meta({
    description: 'the key: one of generate, file and backup',
    ...oneOf('generate', 'file', 'backup'),
  })

const backup = z
  .strictObject({
    recipients: z.array(recipient).min(1).optional().meta({ description: 'whoever has a key of one of these opens it' }),
    shares: z
      .strictObject({ of: whole('how many are made', 2, 32, 5), needed: whole('how many of them recover', 2, 32, 3) })
      .optional()
      .meta({ description: 'split it: some of the shares recover, fewer tell nothing' }),
    passphraseEnv: variable('variable with a passphrase that opens it', 'BACKUP_PASSPHRASE').optional(),
    out: file('folder that it is written to; outside of the repository and of this machine', '/media/usb'),
  })
  .meta({
    description: 'backup of the key, made and opened again before anything is encrypted: one of recipients, shares and passphraseEnv',
    ...oneOf('recipients', 'shares', 'passphraseEnv'),
  })

export const sops = z
  .strictObject({
    secretName: objectName('Secret with the key, that Kustomizations decrypt with', 'sops-age').default('sops-age'),
    key,
    backup: backup.optional(),
  })
  .optional()
  .meta({ description: 'the key that Flux decrypts with' })

export const secrets = z
  .array(file('manifest that sops encrypted', 'cluster/bootstrap/github-deploy-key.sops.yaml'))
  .default([])
  .meta({ description: 'manifests that sops encrypted, applied before Flux' })

export const layout = z
  .strictObject({
    kind: z.enum(['none', 'overlays', 'layers', 'oci']).default('none').meta({
      description:
        'folders that are made where they are not there. overlays: a base and an overlay for each cluster. layers: infrastructure, operators, core and apps that wait for each other. oci: bootstrap, flux and apps, with a Flux that keeps itself by its OCI artifact',
    }),
    sampleApp: flag('add a small app that shows that Flux applies', false),
    ci: z
      .enum(['none', 'github', 'gitlab', 'forgejo'])
      .default('none')
      .meta({ description: 'add a workflow that runs flux-ops audit and upgrade plan on proposals' }),
    substitutionOptOut: flag('let the label substitution.flux.home.arpa/disabled keep a Kustomization from substitution', false),
  })
  .prefault({})
  .meta({ description: 'what is laid out in the repository; what is there stays' })

export const wait = z
  .strictObject({ timeout: duration('how long each layer may take to become Ready', '10m').default('10m') })
  .prefault({})
  .meta({ description: 'how long to wait' })
