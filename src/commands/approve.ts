import { askAbout } from './program/ask.ts';
import type { Command } from './program/command.ts';

/** `kanban approve <id>` */
const run: Command = askAbout('approve');
export default run;
