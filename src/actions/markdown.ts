// Text of a cluster, a repository or a person inside Markdown: as a code span it can neither format, nor link, nor call anybody by name.

const LONGEST = 500

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
export const codeSpan = (text: string): string => `\`${text.replace(/[\u0000-\u001f\u007f-\u009f`]+/g, ' ').slice(0, LONGEST)}\``
