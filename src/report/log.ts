import picocolors from 'picocolors';
import { sumUsage } from '../contract/usage.ts';
import { describeUsage } from './usage.ts';
import type { LogMove } from './log-moves.ts';
import { plain, plainLines } from './plain.ts';
import type { Clock } from './span.ts';
import { cut, fit } from './width.ts';

export interface LogOptions {
  /** Date and time. */
  readonly clock: Clock;
  /** null = no terminal, nothing is cut. */
  readonly width: number | null;
  readonly colour: boolean;
}

/** Moves as lines, one each, in the order given: time, id, what happened, by whom. Ends with a line break. */
export function renderLog(moves: readonly LogMove[], { clock, width, colour }: LogOptions): string {
  if (moves.length === 0) return 'nothing has moved yet\n';
  const colours = picocolors.createColors(colour);
  const id = Math.max(4, ...moves.map((move) => move.id.length));
  const lines = moves.map((move) => {
    // Landings with their titles have their commits, too.
    const commit = move.title === null ? '' : `${move.commit.slice(0, 7)}  `;
    const head = `${clock(move.at)}  ${commit}${fit(move.id, id)}  `;
    const what = width === null ? moveText(move) : cut(moveText(move), Math.max(10, width - head.length));
    return `${colours.dim(`${clock(move.at)}  ${commit}`)}${colours.bold(fit(move.id, id))}  ${move.to === 'CHANGELOG' ? colours.green(what) : move.escalated === null ? what : colours.yellow(what)}`;
  });
  return `${lines.join('\n')}\n`;
}

/** The life of one entry, oldest first, each with its commit and report. */
export function renderLife(moves: readonly LogMove[], options: LogOptions): string {
  if (moves.length === 0) return renderLog(moves, options);
  const colours = picocolors.createColors(options.colour);
  const parts = moves.map((move) => {
    const head = `${options.clock(move.at)}  ${move.commit.slice(0, 7)}  ${moveText(move)}`;
    const more = move.run === null ? [] : [`    run ${move.run}`];
    const report =
      move.report === null ? [] : plainLines(move.report).map((line) => (line === '' ? '' : `    ${line}`));
    return [colours.bold(head), ...more.map((line) => colours.dim(line)), ...report].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}

/** `TODO → IN_PROGRESS · task done · claude · by Ada` */
export function moveText(move: LogMove): string {
  const parts = [
    move.title === null
      ? move.from === null || move.to === null
        ? ''
        : `${move.from} → ${move.to}`
      : plain(move.title),
    verdictText(move),
    move.undone === null ? '' : `undone: ${move.undone.slice(0, 7)} taken back`,
    move.deleted === null ? '' : `deleted by hand from ${plain(move.deleted)}`,
    agents(move.agent),
    used(move),
    move.escalated === null ? '' : `needs you: ${plain(withoutVerdict(move.escalated, move.verdict))}`,
    `by ${doerOf(move)}`,
  ];
  const shown = parts.filter((part) => part !== '');
  return shown.length > 1 ? shown.join(' · ') : [plain(move.subject), ...shown].join(' · ');
}

/** Who asked for it, or whose commit it is. */
export const doerOf = ({ asked, by }: Pick<LogMove, 'asked' | 'by'>): string =>
  plain(asked === null ? by : asked.replace(/\s*<.*>$/, ''));

/** `task done`, or `task done, not accepted` where what was found says otherwise; '' = no verdict. */
export function verdictText({ verdict, outcome }: Pick<LogMove, 'verdict' | 'outcome'>): string {
  if (verdict === null) return '';
  const isOverruled = outcome?.endsWith(' failed') === true && GOOD.test(verdict);
  return isOverruled ? `${verdict}, not accepted` : verdict;
}

const GOOD = / (?:done|ready|passed)$/;

/** Of a landing, the total of the entry. */
function used({ usage }: LogMove): string {
  const total = usage.find(({ run }) => run === 'total');
  return describeUsage(total ?? sumUsage(usage));
}

/** `reviewer=codex` is `codex`; a landing shows all roles. */
function agents(trailer: string | null): string {
  const pairs = (trailer ?? '').split(/\s+/).filter((pair) => pair !== '');
  return pairs.length === 1 ? (pairs[0]?.split('=')[1] ?? '') : pairs.map((pair) => pair.replace('=', ' ')).join(', ');
}

/** A reason such as `tester: failed: expected 400` without what the verdict beside it (`tester failed`) says already. */
export const withoutVerdict = (reason: string, verdict: string | null): string =>
  (verdict ?? '')
    .split(' ')
    .reduce((rest, word) => (word !== '' && rest.startsWith(`${word}: `) ? rest.slice(word.length + 2) : rest), reason);
