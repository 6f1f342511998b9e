import { ROLE_TABLE, type Role } from './roles.ts';
import { duration, setting, text } from './schema-parts.ts';
import { envSetting, name, orNone } from './values.ts';

/** What people write under one of `roles:`. */
export const roleKeys = (role: Role) => ({
  agent: setting(name, 'shell', 'Agent of the role: `shell`, or a name under `agents`.'),
  model: setting(orNone, 'none', 'Model that the agent is asked to use, where it takes one.'),
  run: setting(
    text,
    '',
    'Command that the `shell` agent runs in this role, as reviewer and as tester. `{changed_files}`: the files that the branch changes and that are still there, each an argument of its own.',
  ),
  env: setting(
    envSetting,
    [],
    'Environment of the role, in addition to the allow-list: `[NAME]` passes a variable on, `{NAME: value}` sets one.',
  ),
  prompt: setting(orNone, 'none', 'Path of the prompt; `none` is `<prompts>/<role>.md`.'),
  timeout: setting(
    duration('1s'),
    ROLE_TABLE[role].timeout,
    'How long a run may take, in time that the machine is awake.',
  ),
});
