/** Text as the wide-character functions of Windows take it: UTF-16 with a NUL at its end. */
export function wide(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf16le');
}
