import { type Place, placeAt, type Problem } from '../../problem.ts';
import type { Entry } from '../entry.ts';
import type { Mark, ParsedColumn } from '../parse/section-memo.ts';

export function fieldProblems({ start, facts }: Mark, of: ParsedColumn, entry: Entry): Problem[] {
  const at = (offset: number, length: number): Place => placeAt(of.column.path, of.column.text, start + offset, length);
  const holds = [entry.key];
  const problems: Problem[] = [];
  for (const token of facts.head?.tokens ?? []) {
    if (token.tag !== null) continue;
    const where = at(facts.contentStart + token.start, token.end - token.start);
    const fix = 'use [RETRY], [ESCALATED], [PAUSED] or [APPROVE], or put the word behind the id';
    problems.push({ code: 'unknown-tag', message: `[${token.text}] is no tag`, where, fix, holds });
  }
  const { list } = facts;
  for (const item of list?.near ?? []) {
    problems.push({
      code: 'misspelt-field',
      message: `"${item.key}" is not a field that kanban reads: did you mean "${item.meant}"?`,
      where: at(item.start, item.end - item.start),
      fix: `write "- ${item.meant}: ${item.value}", or another key`,
      holds,
    });
  }
  if (list && list.kind !== 'fields' && list.kind !== 'near') {
    const item = list.items[0]!;
    const where = at(item.start, item.end - item.start);
    problems.push(list.kind === 'mixed' ? mixed(where, holds) : bare(where, holds));
  }
  for (const { item, message, fix } of facts.values.unreadable) {
    problems.push({ code: 'unreadable-field', message, where: at(item.start, item.end - item.start), fix, holds });
  }
  return problems;
}

const mixed = (where: Place, holds: string[]): Problem => ({
  code: 'mixed-field-list',
  where,
  holds,
  message: 'Only some items of the first list are fields (key: value), so none of it is read as fields',
  fix: 'put a line of text, or another bullet (*), between the fields and the list that follows',
});

const bare = (where: Place, holds: string[]): Problem => ({
  code: 'field-without-bullet',
  where,
  holds,
  message: 'These lines look like fields, but fields are list items',
  fix: 'begin each of these lines with "- "',
});
