import { Client, type ElicitResult } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import type { Caller, Profile } from '../../../src/mcp/profiles.ts';
import { serveOn } from '../../../src/mcp/serve.ts';
import { CommandRig } from '../commands/command-rig.ts';

export type Era = 'older' | 'newer';
export const ERAS: readonly Era[] = ['older', 'newer'];

interface Options {
  readonly era?: Era;
  readonly profile?: Profile;
  readonly caller?: Caller;
  readonly env?: NodeJS.ProcessEnv;
  /** What the user answers; absent: the client cannot ask. */
  readonly user?: (question: string) => ElicitResult;
}

/** Work for the agent `shell`. */
const SCRIPT = '```sh\ntrue\n```\n';

/** A repository with two entries, and the official client connected to a server in this process. */
export class McpRig extends CommandRig {
  readonly reported: string[] = [];
  readonly #ends: (() => Promise<void>)[] = [];

  constructor(todo = `## T-1: One\n\n- [ ] first\n\nbody\n\n${SCRIPT}\n## T-2: Two\n\n${SCRIPT}`) {
    super('base: main\nplan: { max: 3 }\n');
    this.write('board/TODO.md', `# TODO\n\n${todo}`);
    this.commit('entries');
  }

  async connect({ era = 'newer', profile = 'plan', caller = { kind: 'user' }, env = {}, user }: Options = {}) {
    const [near, far] = InMemoryTransport.createLinkedPair();
    const options = { cwd: this.root, env, profile, caller, version: '1.2.3' };
    const served = serveOn(far, options, { report: (text) => this.reported.push(text) });
    const client = new Client(
      { name: 'Test Client', version: '1' },
      {
        capabilities: user === undefined ? {} : { elicitation: { form: {} } },
        ...(era === 'newer' ? { versionNegotiation: { mode: 'auto' } as const } : {}),
      },
    );
    if (user !== undefined) client.setRequestHandler('elicitation/create', ({ params }) => user(params.message));
    await client.connect(near);
    this.#ends.push(async () => {
      await client.close();
      await served;
    });
    return new Connected(client);
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
    this.remove();
  }
}

/** A client with its calls in short. */
export class Connected {
  readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  async call(name: string, args: Readonly<Record<string, unknown>> = {}) {
    const { content, structuredContent, isError = false } = await this.client.callTool({ name, arguments: args });
    const [first] = content;
    const text = first?.type === 'text' ? first.text : '';
    return { text, isError, data: (structuredContent ?? {}) as Readonly<Record<string, unknown>> };
  }

  /** What a tool that must work returns. */
  async data(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<Readonly<Record<string, unknown>>> {
    const { text, isError, data } = await this.call(name, args);
    if (isError) throw new Error(text);
    return data;
  }

  async names(): Promise<string[]> {
    return (await this.client.listTools()).tools.map(({ name }) => name);
  }

  async read(uri: string): Promise<string> {
    const [first] = (await this.client.readResource({ uri })).contents;
    return first !== undefined && 'text' in first ? first.text : '';
  }
}
