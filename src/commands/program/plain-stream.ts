import { plainText } from '../../plain-text.ts';

/** Where messages go: to a stream, as plain text. No message of ours has colours or moves the cursor. */
export interface PlainStream {
  write(text: string): void;
}

/** Whatever a message quotes (an argument, a path, an error of the system) reaches the terminal without control characters. */
export const plainly = (stream: Pick<NodeJS.WritableStream, 'write'>): PlainStream => ({
  write: (text) => void stream.write(plainText(text)),
});
