import { type Place, placeAt, type Problem } from '../../problem.ts';
import type { Entry } from '../entry.ts';
import type { FieldList } from '../parse/field-list.ts';
import type { FieldItem } from '../parse/fields.ts';
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
  if (facts.head !== null && entry.title === '') {
    const where = at(facts.contentStart + facts.head.idStart, facts.head.idEnd - facts.head.idStart);
    const message = messages.noTitle(entry.id);
    problems.push({ code: 'no-title', message, where, fix: messages.writeTitle(entry.id), holds });
  }
  const { list } = facts;
  problems.push(...listProblems(list, (item) => at(item.start, item.end - item.start), holds));
  for (const { item, message, fix } of facts.values.unreadable) {
    problems.push({ code: 'unreadable-field', message, where: at(item.start, item.end - item.start), fix, holds });
  }
  return problems;
}

function listProblems(list: FieldList | null, at: (item: FieldItem) => Place, holds: string[]): Problem[] {
  const near = (list?.near ?? []).map((item) => ({
    code: 'misspelt-field',
    message:
      item.lacks === undefined
        ? messages.misspeltField(item.key, item.meant)
        : messages.fieldWithout(item.key, item.lacks),
    where: at(item),
    fix: messages.writeMeantField(item.meant, item.value),
    holds,
  }));
  if (list?.kind === 'bare') return [...near, ...list.items.map((item) => bare(at(item), holds))];
  return list?.kind === 'mixed' ? [...near, mixed(at(list.items[0]!), holds)] : near;
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
  message: messages.FIELD_WITHOUT_BULLET,
  fix: messages.ADD_BULLET,
});
