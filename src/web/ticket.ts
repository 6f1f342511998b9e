import { randomBytes, timingSafeEqual } from 'node:crypto';
import { digest } from './digest.ts';

/** ms within which a ticket is exchanged. */
export const TICKET_MS = 60_000;
/** 192 bits. */
const TICKET_BYTES = 24;

/**
 * Stands for the token where others can read it, such as on the command line of a browser: it is good once, and for a minute.
 */
export class Ticket {
  readonly #now: () => number;
  #open: { readonly digest: Buffer; readonly until: number } | null = null;

  /** @param now ms of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The former one is no longer good. */
  issue(): string {
    const ticket = randomBytes(TICKET_BYTES).toString('base64url');
    this.#open = { digest: digest(ticket), until: this.#now() + TICKET_MS };
    return ticket;
  }

  /** Uses it up. @returns whether it was good */
  redeem(ticket: string): boolean {
    const open = this.#open;
    if (open === null || !timingSafeEqual(digest(ticket), open.digest)) return false;
    this.#open = null;
    return this.#now() < open.until;
  }
}
