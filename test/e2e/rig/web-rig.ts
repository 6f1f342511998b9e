import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildCli } from '../../rig/build-cli.ts';
import { CommandRig } from '../../integration/commands/command-rig.ts';
import { WebServer } from './web-server.ts';

/** A repository with two entries, and servers of it. */
export class WebRig extends CommandRig {
  readonly #cli: string;
  readonly #servers: WebServer[] = [];

  private constructor(cli: string) {
    super('base: main\nroles: { task: { agent: shell }, reviewer: { agent: shell }, tester: { agent: shell } }\n');
    this.#cli = cli;
    const script = '```sh\ntrue\n```\n';
    this.write('board/TODO.md', `# TODO\n\n## T-1: One\n\n- [ ] first\n\nbody\n\n${script}\n## T-2: Two\n\n${script}`);
    this.commit('entries');
    mkdirSync(join(this.root, '.home'));
    this.write('.gitignore', '.kanban/\n.worktrees/\n.home/\n');
    this.commit('ignore');
  }

  static async make(): Promise<WebRig> {
    return new WebRig((await buildCli()).cli);
  }

  get env(): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'], HOME: join(this.root, '.home'), GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  }

  async serve(...args: string[]): Promise<WebServer> {
    return this.serveWith({}, ...args);
  }

  async serveWith(env: NodeJS.ProcessEnv, ...args: string[]): Promise<WebServer> {
    const server = await WebServer.start(this.#cli, args, { cwd: this.root, env: { ...this.env, ...env } });
    this.#servers.push(server);
    return server;
  }

  async end(): Promise<void> {
    for (const server of this.#servers) await server.end();
    this.remove();
  }
}
