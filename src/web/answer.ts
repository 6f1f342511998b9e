import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Failed } from './failures.ts';

export type Bindings = { Bindings: HttpBindings };
/** A request that the gate has let through. */
export type Asked = Context<Bindings>;

export const answer = (asked: Asked, { status, body }: Failed): Response => asked.json(body, status);
