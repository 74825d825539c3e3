/**
 * Text out of files and registries for a terminal: control characters, marks that turn the direction of writing and halves of
 * surrogate pairs become escapes, so that a name can neither move the cursor nor pass for another.
 */
export function printable(text: string): string {
  let result = '';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    result += isUnsafe(code) ? `\\u{${code.toString(16)}}` : character;
  }
  return result;
}

function isUnsafe(code: number): boolean {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  if ((code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e)) return true;
  return (code >= 0x2066 && code <= 0x2069) || code === 0xfeff || (code >= 0xd800 && code <= 0xdfff);
}
