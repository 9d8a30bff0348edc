// Recipients that nobody has the key of.
export const ALICE = 'age1y4ch2ffz3j7lltmlzh0r3h69ht7kznk6r8le2c4sse793l8vkpjsz55a6c'
export const BOB = 'age12kk05tummjxm2cl6k56z50rcqknyv68f7nt5xmcjmd8nxhfx8dlq3euqre'
export const CAROL = 'age1pudxzl0c8d4k9aulpgzvgssme6e2ak27pr3vgz7586ds6atwrelsj24dg0'
export const NEW = 'age1c9qalcmcsqnu7azwlf0lf8f2qtyvem6attnswc5keq3c7f48mfuqqp59dh'
export const SSH = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN dave@laptop'

/** Names in braces become recipients: `age: {alice}`. */
export const peopled = (text: string): string =>
  text.replaceAll('{alice}', ALICE).replaceAll('{bob}', BOB).replaceAll('{carol}', CAROL).replaceAll('{new}', NEW).replaceAll('{ssh}', SSH)
