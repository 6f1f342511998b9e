import { askAbout } from './program/ask.ts';
import type { Command } from './program/command.ts';

/** `kanban abandon <id>` */
const run: Command = askAbout('abandon');
export default run;
