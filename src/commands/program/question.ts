import { createInterface } from 'node:readline';

/** The user ended a question with Ctrl-C or Ctrl-D. */
export class Interrupted extends Error {}

interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks a question with numbered choices.
 * @returns the choice; Enter takes the first
 * @throws Interrupted: Ctrl-C, Ctrl-D, or the input ends
 */
export async function askChoice(
  { input, output }: Terminal,
  question: string,
  choices: readonly string[],
): Promise<string> {
  const list = choices.map((choice, index) => `  ${index + 1}  ${choice}`).join('\n');
  const answer = (await askLine({ input, output }, `${question}\n${list}\n[1] `)).trim().toLowerCase();
  const begun = answer === '' ? undefined : choices.find((choice) => choice.toLowerCase().startsWith(answer));
  return choices[Number(answer) - 1] ?? begun ?? choices[0] ?? '';
}

function askLine({ input, output }: Terminal, prompt: string): Promise<string> {
  const terminal = createInterface({ input, output });
  return new Promise((resolve, reject) => {
    terminal.on('SIGINT', () => terminal.close());
    terminal.on('close', () => {
      output.write('\n');
      reject(new Interrupted());
    });
    terminal.question(prompt, (answer) => {
      terminal.removeAllListeners('close');
      terminal.close();
      resolve(answer);
    });
  });
}
