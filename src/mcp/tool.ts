import type { CallToolResult, InputRequiredResult, ToolAnnotations } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import type { Profile } from './profiles.ts';
import type { Session } from './session.ts';

/** Who calls, as the client states it. */
export interface Client {
  readonly name: string;
  /** It can ask its user. */
  readonly canAsk: boolean;
}

/** One call. */
export interface Call {
  readonly session: Session;
  readonly client: Client;
  /** What the user answered to questions of this call; not checked. */
  readonly responses: Readonly<Record<string, unknown>> | undefined;
}

type ToolResult = CallToolResult | InputRequiredResult;

export interface Tool {
  readonly name: string;
  readonly profile: Profile;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly hints: ToolAnnotations;
  /** @param input has been checked. @throws BoardError what can't be read */
  readonly call: (input: never, call: Call) => Promise<ToolResult>;
}

interface Typed<I extends z.ZodType> extends Omit<Tool, 'input' | 'call'> {
  readonly input: I;
  readonly call: (input: z.output<I>, call: Call) => Promise<ToolResult>;
}

/** A tool whose handler gets what its schema reads. */
export const tool = <I extends z.ZodType>(spec: Typed<I>): Tool => spec;

export const READS: ToolAnnotations = { readOnlyHint: true, openWorldHint: false };
/** Changes the board, and takes nothing away. */
export const WRITES: ToolAnnotations = { readOnlyHint: false, destructiveHint: false, openWorldHint: false };
export const DESTROYS: ToolAnnotations = { readOnlyHint: false, destructiveHint: true, openWorldHint: false };
