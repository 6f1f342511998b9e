import type { Code, Html, Nodes, Root } from 'mdast';

/** A fence or comment that is still open where the text ends. Offset of its opening line's text. */
export interface OpenBlock {
  readonly kind: 'fence' | 'comment';
  readonly offset: number;
  readonly length: number;
}

export function pathTo(tree: Root, offset: number): Nodes[] {
  const path: Nodes[] = [];
  let nodes: readonly Nodes[] = tree.children;
  for (;;) {
    const node = nodes.findLast((one) => (one.position?.start.offset ?? 0) <= offset);
    if (!node || node.type === 'text') return path;
    path.push(node);
    if (!('children' in node) || node.type === 'paragraph' || node.type === 'heading') return path;
    nodes = node.children;
  }
}

export const isFence = (node: Code, text: string): boolean =>
  /^(?:`{3}|~{3})/.test(text.slice(node.position!.start.offset!, node.position!.start.offset! + 3));

export const isComment = (node: Html): boolean => node.value.startsWith('<!--');

export function lengthOfLine(text: string, start: number): number {
  const length = text.slice(start).search(/[\r\n]/);
  return length < 0 ? text.length - start : length;
}

/** The fence or comment that is still open at the end of the text. */
export function openBlockAtEnd(tree: Root, text: string): OpenBlock | null {
  let node: Nodes | undefined = tree.children.at(-1);
  while (node && 'children' in node && node.type !== 'paragraph') node = node.children.at(-1);
  const start = node?.position?.start.offset;
  if (node === undefined || start === undefined) return null;
  const length = lengthOfLine(text, start);
  if (node.type === 'html')
    return isComment(node) && !node.value.includes('-->') ? { kind: 'comment', offset: start, length } : null;
  if (node.type !== 'code' || !isFence(node, text)) return null;
  const opener = /^(?:`{3,}|~{3,})/.exec(text.slice(start))![0];
  const lines = text.slice(start, node.position!.end.offset!).split(/\r\n|\r|\n/);
  const closing = new RegExp(`^[ \\t>]*${opener[0]}{${opener.length},}[ \\t]*$`);
  return lines.length > 1 && closing.test(lines.at(-1)!) ? null : { kind: 'fence', offset: start, length };
}
