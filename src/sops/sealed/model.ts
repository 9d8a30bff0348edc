// What a file that sops encrypted is to us: text with places in it. Everything outside the places that change stays byte for byte as it was.

/** By file name, as sops decides it: `.yaml`/`.yml`, `.json`, `.env`, `.ini`; anything else is binary, a JSON envelope. */
export type SealedFormat = 'yaml' | 'json' | 'dotenv' | 'ini' | 'binary'

/** A recipient of age and the data key (or the part of it that its group holds) wrapped for it. */
export interface AgeEntry {
  readonly recipient: string
  /** Armored age file. */
  readonly enc: string
}

/** Keys that all wrap the same thing: the data key, or where there are several groups a share of it. */
export interface KeyGroup {
  readonly age: readonly AgeEntry[]
  /** Master keys beside age, for a reader: `pgp FBC7…`, `kms arn:…`. */
  readonly others: readonly string[]
}

/** Which values are encrypted. Each as the file says it; all of them undefined means every value. */
export interface Selection {
  readonly unencryptedSuffix?: string
  readonly encryptedSuffix?: string
  readonly unencryptedRegex?: string
  readonly encryptedRegex?: string
  readonly unencryptedCommentRegex?: string
  readonly encryptedCommentRegex?: string
}

export interface SealedMetadata {
  readonly groups: readonly KeyGroup[]
  /** How many groups are needed; 0 where there is one group. */
  readonly shamirThreshold: number
  /** RFC 3339, as the file spells it. */
  readonly lastModified: string
  /** `ENC[…]`; empty where the file has none. */
  readonly mac: string
  readonly macOnlyEncrypted: boolean
  readonly selection: Selection
  /** Version of sops that wrote the file. */
  readonly version: string
}
