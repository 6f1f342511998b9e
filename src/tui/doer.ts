import { plain } from '../report/plain.ts';
import type { Board, BoardReply } from '../surfaces/board-types.ts';
import * as messages from './messages.ts';
import { problemText } from './problem-text.ts';
import type { TuiState } from './state.ts';
import { withAnswer, withDiff } from './update/data.ts';
import { withText } from './update/input-key.ts';
import type { Effect } from './update/step.ts';

/** What the user has made of a text in an editor. */
export interface EditedText {
  readonly text: string;
  /** Where it is kept until `forget` is called. */
  readonly file: string;
  readonly forget: () => void;
  /** Of the editor; another one than 0: nothing is to be written. */
  readonly code: number;
}

/** Opens $EDITOR on a text. @param name begins the name of its file. @returns null: no editor is set */
export type EditText = (text: string, name: string) => Promise<EditedText | null>;

export interface DoerOptions {
  readonly board: Board;
  readonly change: (change: (state: TuiState) => TuiState) => void;
  readonly editText: EditText;
}

type Deed = Exclude<Effect, { readonly type: 'quit' | 'suspend' | 'interrupt' | 'redraw' }>;

/** Carries out what keys ask of the board, by the same requests as the commands, and shows the answer. */
export class Doer {
  readonly #options: DoerOptions;

  constructor(options: DoerOptions) {
    this.#options = options;
  }

  /** @throws what is a bug */
  async carryOut(effect: Deed): Promise<void> {
    const { board } = this.#options;
    switch (effect.type) {
      case 'request':
        return this.#answered(() => board.request(effect.request));
      case 'inject':
        return this.#answered(() => board.inject(effect.id, effect.text, { priority: effect.priority }));
      case 'add':
        return this.#answered(() => {
          const text = effect.body.trim() === '' ? {} : { text: effect.body };
          return board.add([{ title: effect.title, ...text }]);
        });
      case 'load-diff':
        return this.#loadDiff(effect.id, effect.file);
      case 'edit-text':
        return this.#editText(effect.text);
      case 'edit-entry':
      default:
        return this.#editEntry(effect.id);
    }
  }

  async #answered(ask: () => Promise<BoardReply>): Promise<void> {
    try {
      const { ok, message, fix } = await ask();
      const text = plain(fix === undefined ? message : `${message} (${fix})`);
      this.#options.change((state) => withAnswer(state, text, !ok));
    } catch (error) {
      const text = problemText(error);
      this.#options.change((state) => withAnswer(state, text, true));
    }
  }

  async #loadDiff(id: string, file: string | null): Promise<void> {
    const { board, change } = this.#options;
    try {
      const diff = await board.diff(id, { ...(file === null ? {} : { file }) });
      change((state) => withDiff(state, diff, null));
    } catch (error) {
      const problem = problemText(error);
      // The file may have been changed back since: all of the work is shown then.
      if (file !== null) return this.#loadDiff(id, null);
      change((state) => withDiff(state, null, problem));
    }
  }

  async #editText(text: string): Promise<void> {
    const { change, editText } = this.#options;
    const edited = await editText(text, 'text');
    if (edited === null) return change((state) => withAnswer(state, messages.NO_EDITOR, true));
    edited.forget();
    if (edited.code !== 0) return change((state) => withAnswer(state, messages.editorFailed(edited.code), true));
    change((state) => withText(state, edited.text));
  }

  /** The text that was shown is named: if the entry has another one by then, nothing is written. */
  async #editEntry(id: string): Promise<void> {
    const { board, change, editText } = this.#options;
    const tell = (text: string, isBad: boolean): void => change((state) => withAnswer(state, plain(text), isBad));
    try {
      const entry = await board.entry(id);
      if (entry.text === null || entry.was === null) return tell(messages.NOTHING_CHOSEN, true);
      const before = `${entry.text.trimEnd()}\n`;
      const edited = await editText(before, id);
      if (edited === null) return tell(messages.NO_EDITOR, true);
      const isUnchanged = edited.text.trimEnd() === before.trimEnd();
      if (isUnchanged) edited.forget();
      const kept = isUnchanged ? '' : `; ${messages.keptIn(edited.file)}`;
      if (edited.code !== 0) return tell(messages.editorFailed(edited.code) + kept, true);
      if (isUnchanged) return tell(messages.unchanged(id), false);
      change((state) => ({ ...state, isBusy: true }));
      const reply = await board.request({ command: 'edit', taskId: id, text: edited.text, was: entry.was });
      if (reply.ok) edited.forget();
      tell(reply.ok ? reply.message : `${reply.message}${kept}`, !reply.ok);
    } catch (error) {
      tell(problemText(error), true);
    }
  }
}
