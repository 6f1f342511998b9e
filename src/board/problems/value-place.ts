/** Where the value of a field stands in its item; the item itself if it is written in another way. @param from of the item */
export function valuePlace(
  text: string,
  from: number,
  value: string,
): { readonly offset: number; readonly length: number } {
  const line = text.slice(from).split(/[\r\n]/, 1)[0] ?? '';
  const at = line.indexOf(value, line.indexOf(':'));
  return at < 0 ? { offset: from, length: line.length } : { offset: from + at, length: value.length };
}
