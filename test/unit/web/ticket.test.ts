import { expect, it } from 'vitest';
import { Ticket, TICKET_MS } from '../../../src/web/ticket.ts';

function made(): { readonly ticket: Ticket; readonly pass: (ms: number) => void } {
  let now = 5_000;
  return { ticket: new Ticket(() => now), pass: (ms) => void (now += ms) };
}

it('a ticket is good once', () => {
  const { ticket } = made();
  const given = ticket.issue();
  expect(Buffer.from(given, 'base64url')).toHaveLength(24);
  expect(ticket.redeem(given)).toBe(true);
  expect(ticket.redeem(given)).toBe(false);
});

it('a ticket is good for a minute', () => {
  const { ticket, pass } = made();
  const first = ticket.issue();
  pass(TICKET_MS - 1);
  expect(ticket.redeem(first)).toBe(true);
  const second = ticket.issue();
  pass(TICKET_MS);
  expect(ticket.redeem(second)).toBe(false);
  expect(TICKET_MS).toBe(60_000);
});

it('a wrong ticket is refused and uses up nothing, and a new one ends the one before', () => {
  const { ticket } = made();
  expect(ticket.redeem('')).toBe(false);
  const first = ticket.issue();
  for (const wrong of ['', `${first}x`, first.slice(1), first.toUpperCase()]) expect(ticket.redeem(wrong)).toBe(false);
  const second = ticket.issue();
  expect(second).not.toBe(first);
  expect(ticket.redeem(first)).toBe(false);
  expect(ticket.redeem(second)).toBe(true);
});
