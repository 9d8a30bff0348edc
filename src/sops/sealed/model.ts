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

/** Which values are encrypted; at most one of them is set. */
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

/** Offsets into the text of the file, `end` not included. */
export interface Range {
  readonly start: number
  readonly end: number
}

export interface Splice extends Range {
  readonly text: string
}

/** Where a string stands, and how another one is spelled there. */
export interface Place extends Range {
  spell(value: string): string
}

/** `unknown`: a value whose bytes Go may see in another way than we do; only sops can say what the MAC of the file is. */
export type ScalarType = 'str' | 'int' | 'float' | 'bool' | 'time' | 'null' | 'unknown'

export interface Scalar {
  readonly kind: 'scalar'
  readonly type: ScalarType
  /** The value of a string; of anything else what sops counts into the MAC. */
  readonly text: string
  readonly place: Place
}

export interface MapNode extends Range {
  readonly kind: 'map'
  readonly entries: readonly { readonly key: string; readonly value: Node }[]
}

export interface ListNode extends Range {
  readonly kind: 'list'
  readonly items: readonly Node[]
}

export type Node = Scalar | MapNode | ListNode

/** A comment that sops encrypted: the place of its `ENC[…]`. */
export interface SealedComment extends Place {
  readonly text: string
}

/** The age recipients of a group where they stand in the text, and how one is put in or taken out. */
export interface AgeList {
  readonly items: readonly { readonly entry: AgeEntry; readonly enc: Place }[]
  /** A new entry behind the one at `index`. */
  insert(index: number, entry: AgeEntry): readonly Splice[]
  remove(index: number): readonly Splice[]
}

/** The metadata of sops in one document, with its places. */
export interface Block {
  readonly metadata: SealedMetadata
  /** One a group, in the order of `metadata.groups`. */
  readonly ages: readonly AgeList[]
  readonly mac: Place | undefined
  readonly lastModified: Place
}

/** One document of the file, without its metadata. */
export interface SealedDocument {
  readonly root: MapNode
  readonly comments: readonly SealedComment[]
  /** Undefined: this document is not encrypted, though another one of the file is. */
  readonly block: Block | undefined
}

export interface SealedFile {
  readonly path: string
  readonly format: SealedFormat
  readonly text: string
  readonly documents: readonly SealedDocument[]
}
