import type { Element, ElementContent, Root as Html } from 'hast';
import type { Code, FootnoteReference, Image, ImageReference, Link, LinkReference, Node, Root, Table } from 'mdast';
import rehypeSanitize, { defaultSchema, type Options as Schema } from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype, { defaultHandlers, type Options as ToHtml } from 'remark-rehype';
import { unified } from 'unified';
import { visibleText } from '../hidden-characters.ts';
import { MAX_DEPTH, mostHtml, TooMuchError } from './markdown-budget.ts';
import * as messages from './messages.ts';

const parser = unified().use(remarkParse).use(remarkGfm).freeze();

/**
 * Markdown as safe HTML, in which the user sees everything that an agent reads: HTML, comments, definitions and footnotes
 * stand there as text, and characters without width by their numbers. No image is loaded, and only addresses of other sites
 * are links.
 * @throws TooMuchError: it is nested too deep, or the HTML would be too long. It may take any time: see `Renderer`.
 */
export function markdownToHtml(markdown: string): string {
  const most = mostHtml(markdown);
  const tree = parser.parse(markdown);
  checkDepth(tree);
  const transform = unified().use(remarkRehype, { handlers: handlersFor(markdown, most) });
  const html = stringify(transform.runSync(tree as Root) as Html);
  if (html.length > most) throw new TooMuchError('html');
  return html;
}

function stringify(tree: Html): string {
  showHidden(tree);
  const processor = unified().use(rehypeSanitize, SCHEMA).use(rehypeStringify);
  return processor.stringify(processor.runSync(tree) as Html);
}

/** What comes next walks the tree by calls that call themselves. */
function checkDepth(tree: Node): void {
  const left: { readonly node: Node; readonly depth: number }[] = [{ node: tree, depth: 0 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { node, depth } = next;
    if (depth > MAX_DEPTH) throw new TooMuchError('deep');
    if ('children' in node) for (const child of node.children as Node[]) left.push({ node: child, depth: depth + 1 });
  }
}

type Handlers = NonNullable<NonNullable<ToHtml>['handlers']>;
type State = Parameters<NonNullable<Handlers['html']>>[0];

/** @param most characters of addresses and titles in all: a definition may be referred to any number of times */
function handlersFor(markdown: string, most: number): Handlers {
  let used = 0;
  const definitionOf = ({ definitionById }: State, { identifier }: LinkReference | ImageReference): Target => {
    const target: Target = definitionById.get(identifier.toUpperCase()) ?? { url: '' };
    used += target.url.length + (target.title?.length ?? 0);
    if (used > most) throw new TooMuchError('html');
    return target;
  };
  const sourceOf = ({ position }: Node): string =>
    markdown.slice(position?.start.offset ?? 0, position?.end.offset ?? 0);
  const asBlock = (_: State, node: Node): Element => block('pre', sourceOf(node));
  return {
    html: (_: State, node: Node, parent: Node | undefined) =>
      HAS_PHRASES.has(parent?.type ?? '') ? inline(sourceOf(node)) : block('pre', sourceOf(node)),
    definition: asBlock,
    footnoteDefinition: asBlock,
    footnoteReference: (_: State, node: FootnoteReference) => text(sourceOf(node)),
    code: (state: State, node: Code) => withInfo(node, (shown) => defaultHandlers.code(state, shown)),
    link: (state: State, node: Link) => linkTo(node, state.all(node)),
    linkReference: (state: State, node: LinkReference) => linkTo(definitionOf(state, node), state.all(node)),
    image: (_: State, node: Image) => linkTo(node, [text(messages.image(node.alt ?? ''))]),
    imageReference: (state: State, node: ImageReference) =>
      linkTo(definitionOf(state, node), [text(messages.image(node.alt ?? ''))]),
    table: (state: State, node: Table) => defaultHandlers.table(state, wholeTable(node)),
  } as Handlers;
}

/** In all others, HTML stands between blocks. */
const HAS_PHRASES: ReadonlySet<string> = new Set([
  ...['paragraph', 'heading', 'emphasis', 'strong', 'delete', 'link', 'linkReference', 'tableCell'],
]);

interface Target {
  readonly url: string;
  readonly title?: string | null | undefined;
}

/**
 * A link to another site. Every other address stands behind its words as text: a path is none of this server, and a fragment
 * would be taken for one of the page.
 */
function linkTo({ url, title }: Target, words: readonly ElementContent[]): Element {
  const shown = [...words, ...(title ? [text(` (${title})`)] : [])];
  if (!/^(?:https?:\/\/|mailto:)/i.test(url)) {
    const address = url === '' ? [] : [text(' ('), inline(url), text(')')];
    return { type: 'element', tagName: 'span', properties: {}, children: [...shown, ...address] };
  }
  const properties = { href: url, rel: ['noopener', 'noreferrer'], target: '_blank' };
  return { type: 'element', tagName: 'a', properties, children: shown.length === 0 ? [text(url)] : shown };
}

/** What stands behind the fence, where it is more than the name of a language, stands before the code. */
function withInfo(node: Code, shown: (node: Code) => Element): ElementContent[] {
  const { lang, meta } = node;
  const isName = lang == null || /^[\w+#.-]{1,20}$/.test(lang);
  if (isName && !meta) return [shown(node)];
  const info = [lang, meta].filter((part) => part != null).join(' ');
  return [block('p', info), shown({ ...node, lang: isName ? lang : null })];
}

/** Cells beyond those of the head are shown as well. */
function wholeTable(node: Table): Table {
  const columns = Math.max(...node.children.map(({ children }) => children.length));
  const align = node.align ?? [];
  return { ...node, align: [...align, ...Array<null>(Math.max(0, columns - align.length)).fill(null)] };
}

const text = (value: string): ElementContent => ({ type: 'text', value });
const inline = (value: string): Element => ({
  ...{ type: 'element', tagName: 'code', properties: {}, children: [text(value)] },
});
/** Text as it is. */
const block = (tagName: 'pre' | 'p', value: string): Element => ({
  ...{ type: 'element', tagName, properties: {}, children: [inline(value)] },
});

/** By a list of its own: nested text may be deeper than the stack. */
function showHidden(tree: Html): void {
  const left: (Html | ElementContent | Html['children'][number])[] = [tree];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.type === 'text') node.value = visibleText(node.value);
    if ('children' in node) for (const child of node.children) left.push(child);
  }
}

const TAGS = ['a', 'blockquote', 'br', 'code', 'del', 'em', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'input', 'li'];
const MORE_TAGS = ['ol', 'p', 'pre', 'span', 'strong', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'];

/** What markdown can have: no ids, no styles, no images, no handlers. */
const SCHEMA: Schema = {
  ...defaultSchema,
  tagNames: [...TAGS, ...MORE_TAGS],
  attributes: {
    a: ['href', ['rel', 'noopener', 'noreferrer'], ['target', '_blank']],
    code: [['className', /^language-[\w+#.-]{1,20}$/]],
    input: ['checked', ['disabled', true], ['type', 'checkbox']],
    li: [['className', 'task-list-item']],
    ol: ['start', ['className', 'contains-task-list']],
    ul: [['className', 'contains-task-list']],
    td: [['align', 'left', 'right', 'center']],
    th: [['align', 'left', 'right', 'center']],
  },
  protocols: { href: ['http', 'https', 'mailto'] },
};
