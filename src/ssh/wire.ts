// Fields as SSH writes them (RFC 4251, section 5): a length of four bytes, then the bytes; numbers of any size with a leading zero where the first bit is set.

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

export const field = (value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([uint32(bytes.length), bytes])
}

export const number = (value: Uint8Array): Buffer => {
  let start = 0
  while (start < value.length && value[start] === 0) start += 1
  const bytes = Buffer.from(value.subarray(start))
  return field((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes)
}

export const count = uint32

/** Reads fields one after another; throws RangeError where the bytes end before. */
export class Fields {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes)
  }

  get rest(): Buffer {
    return this.#bytes.subarray(this.#at)
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('the bytes end before the field does')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  count(): number {
    return this.take(4).readUInt32BE()
  }

  field(): Buffer {
    return this.take(this.count())
  }

  text(): string {
    return this.field().toString('utf8')
  }
}
