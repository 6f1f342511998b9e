import { describe, expect, it } from 'vitest';
import { isBeforeSending, saidByServer, remoteErrorOf } from '../../../src/git/remote/remote-words.ts';

/** What git 2.39 and ssh print, by the case that it is. */
const CASES = [
  [
    'ssh, no such host',
    'ssh: Could not resolve hostname git.example: Name or service not known\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n',
    'unreachable',
    'origin cannot be reached: ssh: Could not resolve hostname git.example: Name or service not known',
  ],
  [
    'https, no such host',
    "fatal: unable to access 'https://me:secret@git.example/a.git/': Could not resolve host: git.example\n",
    'unreachable',
    "origin cannot be reached: unable to access 'https://git.example/a.git/': Could not resolve host: git.example",
  ],
  [
    'ssh, no key',
    'git@git.example: Permission denied (publickey).\nfatal: Could not read from remote repository.\n',
    'login',
    'origin refused the login: git@git.example: Permission denied (publickey).',
  ],
  [
    'ssh, a host that nobody has confirmed',
    'Host key verification failed.\nfatal: Could not read from remote repository.\n',
    'login',
    'origin refused the login: Host key verification failed.',
  ],
  [
    'https, no password',
    "fatal: could not read Username for 'https://git.example': terminal prompts disabled\n",
    'login',
    "origin refused the login: could not read Username for 'https://git.example': terminal prompts disabled",
  ],
  [
    'https, an account that may not push',
    "remote: Permission to a/b.git denied to me.\nfatal: unable to access 'https://git.example/a/b.git/': The requested URL returned error: 403\n",
    'login',
    "origin refused the login: Permission to a/b.git denied to me.; unable to access 'https://git.example/a/b.git/': The requested URL returned error: 403",
  ],
  [
    'ssh, a repository that is gone',
    'ERROR: Repository not found.\nfatal: Could not read from remote repository.\n',
    'not-a-repository',
    'there is no repository at origin: Repository not found.',
  ],
  [
    'https, a repository that is gone',
    "remote: Not Found\nfatal: repository 'https://git.example/a.git/' not found\n",
    'not-a-repository',
    "there is no repository at origin: Not Found; repository 'https://git.example/a.git/' not found",
  ],
  ['nothing at all', '', 'unreachable', 'origin cannot be reached: git gave no reason'],
] as const;

describe('troubleOf', () => {
  it.each(CASES)('%s', (_, stderr, kind, message) => {
    expect(remoteErrorOf('origin', stderr, null)).toEqual({ kind, message });
  });

  it('never shows what would move the cursor, nor a page of text', () => {
    const { message } = remoteErrorOf('origin', `fatal: \u001b[2Jone\u0007\u202etwo ${'x'.repeat(2_000)}`, null);
    expect(message).toMatch(/^origin cannot be reached: onetwo x+…$/);
    expect(message.length).toBeLessThan(450);
  });
});

describe('isBeforeSending', () => {
  it.each(CASES.filter(([, , kind, message]) => kind !== 'not-a-repository' && !message.endsWith('no reason')))(
    '%s',
    (_, stderr) => {
      expect(isBeforeSending(stderr)).toBe(true);
    },
  );

  it.each([
    'fatal: the remote end hung up unexpectedly',
    'send-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly',
    'error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502',
    'error: RPC failed; curl 56 Recv failure: Connection reset by peer',
  ])('not: %s', (stderr) => {
    expect(isBeforeSending(stderr)).toBe(false);
  });
});

describe('saidByServer', () => {
  it('takes the lines of the server alone', () => {
    const stderr =
      'remote: ========        \nremote: GL-HOOK-ERR: not allowed        \nremote: \nremote: ask \u001b[1mops\u001b[0m\nerror: failed to push\n';
    expect(saidByServer(stderr)).toBe('GL-HOOK-ERR: not allowed ask ops');
  });
});
