/**
 * Is a passage in the text? Passages come in much the same order as in the text: each is looked for behind the one before it
 * first, so that all of a board of 10,000 entries are found in one pass.
 */
export function foundIn(text: string): (passage: string) => boolean {
  let behind = 0;
  return (passage) => {
    const at = text.indexOf(passage, behind);
    if (at >= 0) behind = at + passage.length;
    return at >= 0 || text.includes(passage);
  };
}
