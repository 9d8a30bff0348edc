// Commands are copied into a shell by a tired person: what the cluster says must stay one word of them, whatever stands in it.

/** The text as one word of a POSIX shell. */
export const shellWord = (text: string): string => (/^[\w@%+=:,./][\w@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
