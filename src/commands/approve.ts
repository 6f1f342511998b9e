import { askAbout } from './ask.ts';
import type { Command } from './command.ts';

/** `kanban approve <id>` */
const run: Command = askAbout('approve');
export default run;
