import { nameOfKey, type HoldKey } from '../../contract/hold.ts';
import { holdText } from '../../report/hold.ts';
import { join } from 'node:path';
import { hookEnvironment } from '../../system/environment.ts';
import { runCommand } from '../../system/processes.ts';
import type { KanbanEvent, TimedEvent } from '../../contract/event.ts';
import { appendPlain } from '../../system/plain-file.ts';
import type { Finding } from '../../preflight/finding.ts';
import type { Problem } from '../../problem.ts';
import type { View } from '../../contract/view.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { Observation } from '../observe/observation.ts';
import { ReportedProblems } from './reported-problems.ts';
import * as messages from './messages.ts';

export interface EventPublisherDeps {
  readonly root: string;
  readonly view: View;
  /** The settings as they are now; undefined: none have been read yet. */
  readonly settings: () => Settings | undefined;
  /** An event reported a commit of our own. @param at epoch ms */
  readonly onCommit: (at: number) => void;
}

/** After this time a hold is reported to the user's own program, ms. */
const NOTIFIED_AFTER = 60_000;

/** Reports what happens: to the view, to `.kanban/events.jsonl`, and to the user's own program when they are needed. */
export class EventPublisher {
  readonly #deps: EventPublisherDeps;
  readonly #reported = new Set<string>();
  readonly #problems = new ReportedProblems();
  /** What is held now, by the names of the keys. */
  readonly #holds = new Map<string, { readonly key: HoldKey; readonly why: string }>();
  /** Since when something has been held, for whatever reason (epoch ms); null = the user has been notified. */
  readonly #heldSince = new Map<string, number | null>();
  #settings = { broken: '', text: '' };

  constructor(parts: EventPublisherDeps) {
    this.#deps = parts;
  }

  readonly emit = (event: KanbanEvent): void => {
    const timed: TimedEvent = { ...event, at: Date.now() };
    // A check and a push name a commit too; they made none.
    if ('commit' in event && !event.type.startsWith('check-') && event.type !== 'pushed') this.#deps.onCommit(timed.at);
    try {
      appendPlain(join(this.#deps.root, '.kanban', 'events.jsonl'), `${JSON.stringify(timed)}\n`);
    } catch {
      // Events are a convenience; the audit trail is git's.
    }
    this.#deps.view.event(timed);
    if (event.type === 'person-needed') this.#notify(timed);
  };

  /** Emits an event once for each key. */
  once(key: string, event: KanbanEvent): void {
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.emit(event);
  }

  finding({ message, fix }: Finding): void {
    const text = fix === undefined ? message : `${message}${/[.!?]$/.test(message) ? '' : '.'} Fix: ${fix}`;
    this.once(`finding ${message}`, { type: 'notice', message: text });
  }

  problem(problem: Problem): void {
    this.once(`problem ${problem.code} ${problem.message}`, { type: 'problem-found', problem });
  }

  /** A hold begins, changes its reason, or ends (null). @param passes it ends without the user */
  hold(key: HoldKey, why: string | null, passes = false): void {
    const name = nameOfKey(key);
    if ((this.#holds.get(name)?.why ?? null) === why) return;
    if (why === null) this.#holds.delete(name);
    else this.#holds.set(name, { key, why });
    if (why === null || passes) this.#heldSince.delete(name);
    else if (!this.#heldSince.has(name)) this.#heldSince.set(name, Date.now());
    this.emit(holdChanged(key, why));
  }

  /** At each tick: what has waited for a minute needs the user. @param now epoch ms */
  remind(now: number): void {
    for (const [name, since] of this.#heldSince) {
      const held = this.#holds.get(name);
      if (since === null || now - since < NOTIFIED_AFTER || held === undefined) continue;
      this.#heldSince.set(name, null);
      this.#notify({ ...holdChanged(held.key, held.why), at: now });
    }
  }

  /** Reports what is new in an observation: problems, settings, a rewritten base. */
  observed({ problems, settingsProblems, workflow, rewritten }: Observation): void {
    this.#reportSettings(settingsProblems, workflow.settings);
    this.#problems.keep(
      problems.filter((problem) => !settingsProblems.includes(problem)),
      (problem) => this.emit({ type: 'problem-found', problem }),
    );
    if (rewritten)
      this.emit({
        type: 'notice',
        message: messages.baseRewritten(workflow.settings.base),
      });
  }

  /** A broken edit of WORKFLOW.md leaves the last valid settings in effect; both the edit and its fix are reported. */
  #reportSettings(problems: readonly Problem[], settings: Settings): void {
    const broken = problems.map(({ message }) => message).join('\n');
    const text = JSON.stringify(settings);
    const before = this.#settings;
    if (broken !== '' && broken !== before.broken) this.emit({ type: 'settings-broken', problems });
    else if (broken === '' && (before.broken !== '' || (before.text !== '' && before.text !== text)))
      this.emit({ type: 'settings-changed' });
    this.#settings = { broken, text };
  }

  /** A failing program does not stop the work. */
  #notify(event: TimedEvent): void {
    const { root } = this.#deps;
    const settings = this.#deps.settings();
    if (settings === undefined || settings.notify === '') return;
    const env = hookEnvironment(settings.env, { root, base: settings.base });
    void runCommand({
      command: settings.notify,
      cwd: root,
      env,
      timeout: 60_000,
      input: `${JSON.stringify(event)}\n`,
    })
      .then(({ code, telling }) => {
        if (code !== 0) this.once(`notify ${telling}`, { type: 'notice', message: messages.notifyFailed(telling) });
      })
      .catch((error: unknown) =>
        this.once('notify', { type: 'notice', message: messages.notifyFailed(String(error)) }),
      );
  }
}

const holdChanged = (key: HoldKey, why: string | null): KanbanEvent => ({
  type: 'hold-changed',
  ...key,
  what: holdText(key),
  why,
});
