import { describe, expect, it } from 'vitest';
import { InTurn } from '../../../src/surfaces/requests/in-turn.ts';

const alone = async (): Promise<boolean> => true;
const coordinated = async (): Promise<boolean> => false;

/** A change that is done when it is told to be. */
function steered(name: string, log: string[]) {
  let [end, fail] = [(): void => {}, (_error: Error): void => {}];
  const promise = new Promise<void>((resolve, reject) => ([end, fail] = [resolve, reject]));
  const change = async (): Promise<string> => {
    log.push(`${name} begins`);
    await promise;
    log.push(`${name} ends`);
    return name;
  };
  return { change, end, fail };
}

const turns = async (): Promise<void> => {
  for (let n = 0; n < 20; n++) await Promise.resolve();
};

describe('changes in turn', () => {
  it('are made one after the other by a process that is alone, also after one that fails', async () => {
    const [writes, log] = [new InTurn(), [] as string[]];
    const [one, two, three] = ['one', 'two', 'three'].map((name) => steered(name, log));
    const [first, second, third] = [one!, two!, three!].map(({ change }) => writes.run(alone, change));
    await turns();
    expect(log).toEqual(['one begins']);
    one!.fail(new Error('disk full'));
    await expect(first).rejects.toThrow('disk full');
    await turns();
    expect(log).toEqual(['one begins', 'two begins']);
    two!.end();
    three!.end();
    expect(await Promise.all([second, third])).toEqual(['two', 'three']);
    expect(log.slice(2)).toEqual(['two ends', 'three begins', 'three ends']);
  });

  it('are not kept waiting for each other beside a coordinator', async () => {
    const [writes, log] = [new InTurn(), [] as string[]];
    const [one, two] = [steered('one', log), steered('two', log)];
    const both = [writes.run(coordinated, one.change), writes.run(coordinated, two.change)];
    await turns();
    expect(log).toEqual(['one begins', 'two begins']);
    two.end();
    one.end();
    expect(await Promise.all(both)).toEqual(['one', 'two']);
  });

  it('are settled when all that have begun are done, or the time is over', async () => {
    const [writes, log] = [new InTurn(), [] as string[]];
    const one = steered('one', log);
    const running = writes.run(alone, one.change);
    await writes.settled(1);
    expect(log).toEqual(['one begins']);
    const settled = writes.settled(60_000).then(() => log.push('settled'));
    one.end();
    await Promise.all([running, settled]);
    expect(log).toEqual(['one begins', 'one ends', 'settled']);
  });
});
