import { ALERTS } from './alert-table.ts';
import type { Breach } from '../rule.ts';
import type { NotifyTarget, Settings } from '../settings.ts';
import * as messages from './messages.ts';

const HTTP = ['slack', 'ntfy', 'json'] as const;
/** The targets that each key is for. */
const KEYS: Readonly<Record<'run' | 'env' | 'url' | 'secret' | 'token', readonly NotifyTarget['to'][]>> = {
  run: ['command'],
  env: ['command'],
  url: HTTP,
  secret: ['json'],
  token: ['ntfy', 'json'],
};

/** Each target of `notify` has what it needs, and nothing that has no effect. */
export function notifyTargetsAreWhole({ notify }: Settings): Breach[] {
  return notify.flatMap((target, index): Breach[] => {
    const at = `notify[${index}]`;
    const isCommand = target.to === 'command';
    const needed = isCommand ? 'run' : 'url';
    const lacks: Breach[] = isWritten(target, needed)
      ? []
      : [
          {
            path: ['notify', index],
            code: 'notify-incomplete',
            message: messages.targetNeeds(at, needed, target),
            fix: isCommand ? messages.WRITE_COMMAND : messages.WRITE_URL,
          },
        ];
    const ignored = (Object.keys(KEYS) as (keyof typeof KEYS)[])
      .filter((key) => isWritten(target, key) && !KEYS[key].includes(target.to))
      .map((key) => ({
        path: ['notify', index, key],
        code: 'notify-without-effect',
        message: messages.targetIgnores(at, key, target),
        fix: messages.keyIsFor(key, KEYS[key]),
      }));
    return [...lacks, ...ignored];
  });
}

function isWritten(target: NotifyTarget, key: keyof typeof KEYS): boolean {
  if (key === 'env') return target.env.pass.length > 0 || Object.keys(target.env.set).length > 0;
  return key === 'run' ? target.run.trim() !== '' : target[key] !== null;
}

/** Each alert has its limit, and no key that has no effect. */
export function alertsHaveLimits({ alerts }: Settings): Breach[] {
  return alerts.flatMap((rule, index): Breach[] => {
    const { key, limit, within } = ALERTS[rule.when];
    const lacks: Breach[] =
      rule[key] === null && limit === null
        ? [
            {
              path: ['alerts', index],
              code: 'alert-incomplete',
              message: messages.alertNeeds(rule.when, key),
              fix: messages.writeAlert(rule.when, key),
            },
          ]
        : [];
    const ignored = (['over', 'for', 'within'] as const)
      .filter((other) => rule[other] !== null && other !== key && !(other === 'within' && within !== null))
      .map((other) => ({
        path: ['alerts', index, other],
        code: 'alert-without-effect',
        message: messages.alertIgnores(rule.when, other),
        fix: messages.alertTakes(rule.when, key),
      }));
    return [...lacks, ...ignored];
  });
}
