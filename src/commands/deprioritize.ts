import { askAbout } from './ask.ts';
import type { Command } from './command.ts';

/** `kanban deprioritize <id>` */
const run: Command = askAbout('deprioritize');
export default run;
