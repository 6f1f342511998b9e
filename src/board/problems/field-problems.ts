import { type Place, placeAt, type Problem } from '../../problem.ts';
import type { Entry } from '../entry.ts';
import type { Mark, ParsedColumn } from '../parse/section-memo.ts';
import * as messages from './messages.ts';

export function fieldProblems({ start, facts }: Mark, of: ParsedColumn, entry: Entry): Problem[] {
  const at = (offset: number, length: number): Place => placeAt(of.column.path, of.column.text, start + offset, length);
  const holds = [entry.key];
  const problems: Problem[] = [];
  for (const token of facts.head?.tokens ?? []) {
    if (token.tag !== null) continue;
    const where = at(facts.contentStart + token.start, token.end - token.start);
    const fix = messages.WRITE_KNOWN_TAG;
    problems.push({ code: 'unknown-tag', message: messages.unknownTag(token.text), where, fix, holds });
  }
  const { list } = facts;
  for (const item of list?.near ?? []) {
    problems.push({
      code: 'misspelt-field',
      message: messages.misspeltField(item.key, item.meant),
      where: at(item.start, item.end - item.start),
      fix: messages.writeMeantField(item.meant, item.value),
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
  message: messages.MIXED_FIELD_LIST,
  fix: messages.SEPARATE_FIELDS,
});

const bare = (where: Place, holds: string[]): Problem => ({
  code: 'field-without-bullet',
  where,
  holds,
  message: messages.FIELDS_WITHOUT_BULLETS,
  fix: messages.ADD_BULLETS,
});
