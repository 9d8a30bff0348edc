// Text as HTML. Names come from clusters: nothing of them may become a tag, and nothing invisible may hide or reorder what is printed.

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const CHARACTERS = new Map(Object.entries(ENTITIES).map(([character, entity]) => [entity, character]))

const INVISIBLE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const numbered = (character: string): string => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`

/** For element content and quoted attributes. Control and format characters but the newline are shown by their numbers. */
export const escapeHtml = (text: string): string =>
  text.replace(INVISIBLE, numbered).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)

/** The text of a piece of HTML that `escapeHtml` made, tags left out. */
export const textOfHtml = (html: string): string =>
  html.replace(/<[^<>]*>/g, '').replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => CHARACTERS.get(entity) ?? entity)
